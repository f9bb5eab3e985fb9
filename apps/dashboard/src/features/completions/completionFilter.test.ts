import { describe, expect, it } from 'vitest';
import {
  NO_FILTER,
  completionFilter,
  conditionCount,
  readCompletionList,
  writeCompletionList,
} from './completionFilter.ts';

const read = (query: string) => {
  const parameters = new URLSearchParams(query);
  return readCompletionList((name) => parameters.get(name));
};

describe('the completion list in the URL', () => {
  it('comes back as it was written', () => {
    const state = {
      ...NO_FILTER,
      text: '12+34',
      stepMin: 3,
      group: 0,
      component: 'exact',
      rewardMin: -0.5,
      rewardMax: 1,
      truncated: false,
      judged: 'not_by_me' as const,
      order: { field: 'DELTA_LOGP' as const, direction: 'ASC' as const },
    };
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(writeCompletionList(state)))
      if (value !== null) parameters.set(name, value);
    expect(read(parameters.toString())).toEqual(state);
  });

  it('leaves the address plain when nothing is set', () => {
    expect(Object.values(writeCompletionList(NO_FILTER)).every((value) => value === null)).toBe(true);
    expect(read('')).toEqual(NO_FILTER);
  });

  it('counts what cannot be read as not given', () => {
    expect(read('from=-1&to=x&rmin=&judged=maybe&sort=reward-sideways&truncated=2')).toEqual(NO_FILTER);
  });
});

describe('completionFilter', () => {
  it('is null without conditions', () => {
    expect(completionFilter(NO_FILTER)).toBeNull();
    expect(conditionCount(NO_FILTER)).toBe(0);
  });

  it('bounds the named component, or else the reward', () => {
    expect(completionFilter({ ...NO_FILTER, rewardMin: 0.5 })).toEqual({ reward: { gte: 0.5, lte: null } });
    expect(completionFilter({ ...NO_FILTER, rewardMin: 0.5, component: 'format' })).toEqual({
      rewardComponent: { name: 'format', gte: 0.5, lte: null },
    });
    expect(completionFilter({ ...NO_FILTER, component: 'format' })).toBeNull();
  });

  it('tells own verdicts from anybody’s', () => {
    expect(completionFilter({ ...NO_FILTER, judged: 'by_nobody' })).toEqual({ hasVerdict: false });
    expect(completionFilter({ ...NO_FILTER, judged: 'not_by_me' })).toEqual({ judgedByMe: false });
  });
});
