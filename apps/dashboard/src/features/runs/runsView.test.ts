import { describe, expect, it } from 'vitest';
import {
  DEFAULT_COLUMNS,
  DEFAULT_SORT,
  type RunsView,
  parseRunsView,
  runFilter,
  runOrder,
  viewPatch,
} from './runsView.ts';

const read = (query: Record<string, string | null>): RunsView => parseRunsView((name) => query[name] ?? null);
const FULL: RunsView = {
  text: 'rloo, again',
  statuses: ['RUNNING', 'FAILED'],
  tags: ['a,b', '50%', 'plain'],
  owners: ['user_1'],
  metrics: [{ name: 'reward/mean', aggregate: 'LAST', operator: 'gte', value: -0.5 }],
  archived: 'all',
  sort: { field: 'METRIC_LAST', metric: 'kl/ref_k1', descending: false },
  columns: ['status', 'm:kl/ref_k1'],
  selection: ['run_1', 'run_2'],
};

describe('runsView', () => {
  it('says every part of a view in the address and reads the same view back', () => {
    expect(read(viewPatch(FULL))).toEqual(FULL);
  });

  it('keeps the address empty for the default view', () => {
    const view = read({});
    expect(view.columns).toEqual(DEFAULT_COLUMNS);
    expect(view.sort).toEqual(DEFAULT_SORT);
    expect(Object.values(viewPatch(view)).filter((value) => value !== null)).toEqual([]);
  });

  it('keeps "no columns at all" apart from the default columns', () => {
    expect(read(viewPatch({ columns: [] })).columns).toEqual([]);
  });

  it('passes over what it does not understand', () => {
    const view = read({
      status: 'RUNNING,SLEEPING',
      metric: 'reward/mean:LAST:gte:much,x',
      sort: 'COLOUR:asc',
      archived: 'maybe',
    });
    expect(view.statuses).toEqual(['RUNNING']);
    expect(view.metrics).toEqual([]);
    expect(view.sort).toEqual(DEFAULT_SORT);
    expect(view.archived).toBe('no');
  });

  it('hides archived runs unless asked, and joins metric conditions by and', () => {
    expect(runFilter(read({}))).toEqual({ archived: false });
    expect(runFilter(FULL)).toEqual({
      text: 'rloo, again',
      status: ['RUNNING', 'FAILED'],
      tags: ['a,b', '50%', 'plain'],
      ownerIds: ['user_1'],
      and: [{ metric: { name: 'reward/mean', aggregate: 'LAST', gte: -0.5 } }],
    });
    expect(runFilter(read({ archived: 'only' }))).toEqual({ archived: true });
    expect(runOrder(FULL)).toEqual({ field: 'METRIC_LAST', direction: 'ASC', metric: 'kl/ref_k1' });
  });
});
