import { ADVANTAGES, type OptimizerConfig } from '@nabla/domain';
import { describe, expect, it } from 'vitest';

import {
  advantages,
  flatGroupFraction,
  mean,
  nextEma,
  NORM_EPSILON,
  standardDeviation,
  type CompletionAdvantage,
} from './advantages.ts';
import { tokenWeights } from './aggregation.ts';
import { k1, k3, nextBeta, sequenceLogp, tokenK1 } from './klEstimates.ts';
import { learningRate } from './schedule.ts';

const PER_COMPLETION = ADVANTAGES.filter((kind): kind is CompletionAdvantage => kind !== 'gae');

describe('advantages', () => {
  // Two groups of three: means 2 and 5, leave-one-out means of the first group 2.5, 2, 1.5, its deviation 1.
  const rewards = [1, 2, 3, 5, 5, 5];

  it('none is the reward', () => expect(advantages('none', rewards, 3)).toEqual(rewards));

  it('constant and ema subtract a baseline that they are given', () => {
    expect(advantages('constant', rewards, 3, 0.5)).toEqual([0.5, 1.5, 2.5, 4.5, 4.5, 4.5]);
    expect(advantages('ema', [1, null], 2, -1)).toEqual([2, null]);
    expect(() => advantages('ema', [1], 1, NaN)).toThrow(/baseline is NaN/);
  });

  it('the moving baseline takes a share of the mean reward, and stays where none is known', () => {
    expect(nextEma(1, [2, null, 4], 0.75)).toBe(1.5); // 0.75 · 1 + 0.25 · 3
    expect(nextEma(1, [null], 0.75)).toBe(1);
  });

  it('batch_norm divides by the deviation of all', () => {
    // Mean 3.5; deviation² = (6.25 + 2.25 + 0.25 + 3 · 2.25) / 5 = 3.1.
    const deviation = Math.sqrt(3.1) + NORM_EPSILON;
    advantages('batch_norm', rewards, 3).forEach((value, index) =>
      expect(value).toBeCloseTo(((rewards[index] ?? NaN) - 3.5) / deviation, 12),
    );
    expect(advantages('batch_norm', [0.1, 0.1, 0.1], 1)).toEqual([0, 0, 0]);
  });

  it('batch_mean takes the mean of all, 3.5', () =>
    expect(advantages('batch_mean', rewards, 3)).toEqual([-2.5, -1.5, -0.5, 1.5, 1.5, 1.5]));

  it('rloo takes the mean of the others', () =>
    expect(advantages('rloo', rewards, 3)).toEqual([-1.5, 0, 1.5, 0, 0, 0]));

  it('group_mean takes the mean of the group', () =>
    expect(advantages('group_mean', rewards, 3)).toEqual([-1, 0, 1, 0, 0, 0]));

  it('group_norm divides by deviation + 1e-4', () => {
    const unit = 1 / (1 + NORM_EPSILON);
    expect(advantages('group_norm', rewards, 3)).toEqual([-unit, 0, unit, 0, 0, 0]);
  });

  it('group_mean is (G − 1)/G of rloo', () => {
    const awkward = [0.1, 0.7, -2, 3.3, 0.25, 0.25, 9, -1];
    const [own, others] = [advantages('group_mean', awkward, 4), advantages('rloo', awkward, 4)];
    // Doubles: a few roundings of numbers below 10.
    own.forEach((value, index) => expect(value).toBeCloseTo(((others[index] ?? NaN) * 3) / 4, 12));
  });

  it('a constant added to all rewards changes nothing under rloo, group_mean and group_norm', () => {
    for (const kind of ['rloo', 'group_mean', 'group_norm'] as const) {
      const before = advantages(kind, [0.5, 0.25, 1, 0], 2);
      const after = advantages(
        kind,
        [0.5, 0.25, 1, 0].map((reward) => reward + 64), // exact in binary
        2,
      );
      expect(after).toEqual(before);
    }
  });

  it('a flat group is exactly 0, though its mean rounds', () => {
    // 0.1 + 0.1 + 0.1 is not 3 · 0.1 in doubles.
    for (const kind of ['rloo', 'group_mean', 'group_norm'] as const)
      expect(advantages(kind, [0.1, 0.1, 0.1], 3)).toEqual([0, 0, 0]);
    expect(flatGroupFraction([0.1, 0.1, 0.1, 0, 1, 0], 3)).toBe(0.5);
  });

  it.each(PER_COMPLETION)('%s leaves nulls out', (kind) => {
    const withNulls = advantages(kind, [1, null, 3, null, null, 7], 3);
    expect(withNulls.map((value) => value === null)).toEqual([false, true, false, true, true, false]);
    if (kind === 'rloo') expect(withNulls).toEqual([-2, null, 2, null, null, 0]);
    if (kind === 'batch_mean') expect(withNulls[5]).toBeCloseTo(7 - 11 / 3, 12);
  });

  it.each(PER_COMPLETION)('%s does not see the order within a group', (kind) => {
    const rewards = [0.25, 1, null, -3, 0.5, 2, 2, 0];
    const order = [3, 1, 0, 2, 6, 4, 7, 5];
    const permuted = advantages(
      kind,
      order.map((index) => rewards[index] ?? null),
      4,
    );
    const plain = advantages(kind, rewards, 4);
    // Sums of four doubles in another order.
    order.forEach((index, place) =>
      expect(permuted[place]).toEqual(plain[index] === null ? null : expect.closeTo(plain[index] ?? NaN, 12)),
    );
  });

  it('counts a group with fewer than two rewards as flat', () => {
    expect(flatGroupFraction([1, null, 3, null, null, 7], 3)).toBe(0.5);
    expect(flatGroupFraction([null, null], 2)).toBe(1);
  });

  it('refuses what is no whole number of groups', () => {
    expect(() => advantages('none', [1, 2, 3], 2)).toThrow(/3 rewards are no whole number of groups of 2/);
    expect(() => advantages('none', [], 1)).toThrow(RangeError);
  });

  it('mean and deviation of little', () => {
    expect([mean([]), mean([4]), standardDeviation([]), standardDeviation([4])]).toEqual([0, 4, 0, 0]);
    expect(standardDeviation([1, 3])).toBeCloseTo(Math.SQRT2, 15); // Σ(±1)² / (2 − 1)
  });
});

describe('KL estimates', () => {
  const grid = { lengths: [2, 1], width: 2 };
  const logp = Float32Array.of(-1, -2, -0.5, 99);
  const ref = Float32Array.of(-1.5, -1, -0.25, -99);

  it('k1 sums log-ratios of the tokens that count', () => {
    expect(k1(grid, logp, ref)).toEqual([0.5 - 1, -0.25]);
    expect(sequenceLogp(grid, logp)).toEqual([-3, -0.5]);
  });

  it('k3 is e^−d + d − 1 and never negative', () => {
    const [first = NaN, second = NaN] = k3(grid, logp, ref);
    // d = 0.5, −1 and −0.25; sums of doubles.
    expect(first).toBeCloseTo(Math.exp(-0.5) + 0.5 - 1 + (Math.exp(1) - 1 - 1), 12);
    expect(second).toBeCloseTo(Math.exp(0.25) - 0.25 - 1, 12);
    // Near d = 0 the plain formula would cancel to 0 or below; k3 ≈ d²/2.
    const [tiny = NaN] = k3({ lengths: [1], width: 1 }, Float32Array.of(-1), Float32Array.of(-1 - 2 ** -22));
    expect(tiny / (2 ** -44 / 2)).toBeCloseTo(1, 4);
  });

  it('tokenK1 is the log-ratio of each token, 0 after the end', () =>
    expect(Array.from(tokenK1(grid, logp, ref))).toEqual([0.5, -1, -0.25, 0]));

  it('beta follows the error of the divergence, a fifth at most', () => {
    const control = { target: 2, horizon: 100 };
    expect(nextBeta(0.1, control, 2, 50)).toBe(0.1);
    expect(nextBeta(0.1, control, 2.2, 50)).toBeCloseTo(0.1 * (1 + 0.1 * 0.5), 12); // 10 % above, half a horizon
    expect(nextBeta(0.1, control, 40, 50)).toBeCloseTo(0.1 * 1.1, 12); // cut to 20 %
    expect(nextBeta(0.1, control, -3, 50)).toBeCloseTo(0.1 * 0.9, 12);
    // However many completions: it never changes its sign.
    expect(nextBeta(0.1, { target: 2, horizon: 1 }, -3, 4096)).toBeCloseTo(0.08, 12);
  });

  it('refuses arrays of another size', () =>
    expect(() => k1(grid, logp, ref.subarray(1))).toThrow(/4 and 3 tokens for 2 completions of width 2/));
});

describe('tokenWeights', () => {
  const shape = { lengths: [1, 3, 2], included: [true, true, false], width: 4 };
  const rows = (weights: Float32Array) =>
    [0, 1, 2].map((row) => Array.from(weights.subarray(row * 4, row * 4 + 4)));

  it('normalises by what is left in', () => {
    // Two completions with 1 + 3 tokens remain; all weights are exact in binary but 1/6.
    expect(rows(tokenWeights('sequence_sum', shape))).toEqual([
      [0.5, 0, 0, 0],
      [0.5, 0.5, 0.5, 0],
      [0, 0, 0, 0],
    ]);
    expect(rows(tokenWeights('token_mean', shape))[1]).toEqual([0.25, 0.25, 0.25, 0]);
    expect(rows(tokenWeights('constant', shape))[1]).toEqual([0.125, 0.125, 0.125, 0]);
    expect(rows(tokenWeights('sequence_mean', shape))).toEqual([
      [0.5, 0, 0, 0],
      [1 / 6, 1 / 6, 1 / 6, 0].map(Math.fround),
      [0, 0, 0, 0],
    ]);
  });

  it('refuses impossible lengths', () => {
    expect(() => tokenWeights('constant', { ...shape, lengths: [0, 1, 1] })).toThrow(
      /completion 0 has 0 tokens/,
    );
    expect(() => tokenWeights('constant', { ...shape, lengths: [1, 5, 1] })).toThrow(
      /completion 1 has 5 tokens/,
    );
  });
});

describe('learningRate', () => {
  const optimizer = (kind: 'constant' | 'linear' | 'cosine', warmupSteps: number): OptimizerConfig => ({
    kind: 'adamw',
    learningRate: 1,
    beta1: 0.9,
    beta2: 0.99,
    epsilon: 1e-8,
    weightDecay: 0,
    gradClip: 1,
    schedule: { kind, warmupSteps, finalFraction: 0.2 },
  });
  const rates = (kind: 'constant' | 'linear' | 'cosine', warmupSteps: number, total: number) =>
    Array.from({ length: total }, (_, index) => learningRate(optimizer(kind, warmupSteps), index + 1, total));

  it('rises linearly, then follows its shape to the final fraction with the last step', () => {
    expect(rates('constant', 3, 5)).toEqual([0.25, 0.5, 0.75, 1, 1]);
    const close = (given: number[], expected: number[]) =>
      given.forEach((rate, index) => expect(rate).toBeCloseTo(expected[index] ?? NaN, 12));
    close(rates('linear', 0, 5), [1, 0.8, 0.6, 0.4, 0.2]);
    close(rates('cosine', 1, 4), [0.5, 1, 0.6, 0.2]); // half way: 0.2 + 0.8 / 2
  });

  it('has a rate for one step only, and for a warm-up as long as the stage', () => {
    expect(rates('cosine', 0, 1)).toEqual([1]);
    expect(rates('cosine', 2, 2)).toEqual([1 / 3, 2 / 3]);
    expect(() => learningRate(optimizer('constant', 0), 3, 2)).toThrow(/step 3 of 2/);
  });
});
