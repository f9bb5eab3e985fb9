import { describe, expect, it } from 'vitest';
import { type CompletionRow, deltaLogp, groupFigures, groupsOf } from './completionRow.ts';

const row = (over: Partial<CompletionRow>): CompletionRow => ({
  id: `${over.group ?? 0}-${over.index ?? 0}`,
  step: 1,
  index: 0,
  evaluationSet: null,
  greedy: null,
  group: 0,
  promptText: '1+1=',
  answer: '2',
  text: '2',
  tokenCount: 2,
  truncated: false,
  reward: 1,
  rewards: [],
  advantage: null,
  signal: null,
  kl: null,
  logp: null,
  refLogp: null,
  updatedLogp: null,
  verdictCount: 0,
  verdictsHidden: false,
  commentCount: 0,
  myVerdict: null,
  ...over,
});

describe('groupsOf', () => {
  it('orders groups and their completions whatever order they come in', () => {
    const groups = groupsOf([
      row({ group: 1, index: 3 }),
      row({ group: 0, index: 1 }),
      row({ group: 1, index: 2 }),
      row({ group: 0, index: 0 }),
    ]);
    expect(groups.map(({ group, completions }) => [group, completions.map(({ index }) => index)])).toEqual([
      [0, [0, 1]],
      [1, [2, 3]],
    ]);
  });
});

describe('groupFigures', () => {
  const figures = (rewards: (number | null)[]) =>
    groupFigures({ group: 0, completions: rewards.map((reward, index) => row({ index, reward })) });

  it('leaves null rewards out of the mean and counts them', () => {
    expect(figures([1, 0, null])).toEqual({ mean: 0.5, nulls: 1, flat: false });
  });

  it('leaves the greedy completion of an evaluation out of the mean of the samples', () => {
    const evaluated = (rewards: (number | null)[]) => ({
      group: 0,
      completions: rewards.map((reward, index) =>
        row({ index, reward, evaluationSet: 'held-out', greedy: index === 0 }),
      ),
    });
    expect(groupFigures(evaluated([1, 0, 0.5]))).toEqual({ mean: 0.25, nulls: 0, flat: false });
    expect(groupFigures(evaluated([null, 0, 1]))).toEqual({ mean: 0.5, nulls: 1, flat: false });
    // With one sample per prompt nothing is sampled: there is the greedy one only.
    expect(groupFigures(evaluated([1])).mean).toBeNull();
    // A page of a list may begin behind the greedy one.
    const { completions } = evaluated([1, 0, 0.5]);
    expect(groupFigures({ group: 0, completions: completions.slice(1) }).mean).toBe(0.25);
  });

  it('calls a group flat when all known rewards are equal', () => {
    expect(figures([1, 1, null]).flat).toBe(true);
    expect(figures([null, null])).toEqual({ mean: null, nulls: 2, flat: true });
    expect(figures([1]).flat).toBe(false);
  });
});

describe('deltaLogp', () => {
  it('is after minus before, null where one is missing', () => {
    expect(deltaLogp(row({ logp: -3, updatedLogp: -2.5 }))).toBe(0.5);
    expect(deltaLogp(row({ logp: -3 }))).toBeNull();
  });
});
