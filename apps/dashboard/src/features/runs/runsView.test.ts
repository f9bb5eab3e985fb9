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
  configs: [
    { path: 'policyGradient.advantage', operator: '=', value: 'rloo' },
    { path: 'warmup.steps', operator: '>', value: '3' },
  ],
  forksOf: 'run_1',
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

  it('compares settings with the scalar that a person means', () => {
    const equals = (text: string) => runFilter(read({ config: text })).and?.[0]?.config?.equals;
    expect(equals('seed=8')).toBe(8);
    expect(equals('record.tokens=false')).toBe(false);
    expect(equals('policyGradient.topK=null')).toBeNull();
    expect(equals('task.kind=sort_digits')).toBe('sort_digits');
    expect(read({ config: 'seed>many,=3,a b=3' }).configs).toEqual([]);
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
      forkedFromIds: ['run_1'],
      and: [
        { metric: { name: 'reward/mean', aggregate: 'LAST', gte: -0.5 } },
        { config: { path: 'policyGradient.advantage', equals: 'rloo' } },
        { config: { path: 'warmup.steps', gt: 3 } },
      ],
    });
    expect(runFilter(read({ archived: 'only' }))).toEqual({ archived: true });
    expect(runOrder(FULL)).toEqual({ field: 'METRIC_LAST', direction: 'ASC', metric: 'kl/ref_k1' });
  });
});
