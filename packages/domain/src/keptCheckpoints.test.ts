import { expect, test } from 'vitest';
import { checkpointPolicySchema } from './config/runConfig.ts';
import { bestCheckpoints, keptCheckpoints } from './keptCheckpoints.ts';

const policy = (more: object) => checkpointPolicySchema.parse(more);
const rated = (step: number, reward?: number) => ({
  step,
  metrics: reward === undefined ? {} : { 'reward/mean': reward },
});

test('the last ones stay, in whatever order they are given', () => {
  const found = keptCheckpoints(policy({ keepLast: 2 }), [rated(30), rated(10), rated(20)]);
  expect([...found].sort((a, b) => a - b)).toEqual([20, 30]);
});

test('every n-th step stays for good, the best by the metric too', () => {
  const all = [10, 20, 30, 40, 50].map((step, index) => rated(step, [0.1, 0.9, 0.2, 0.3, 0.4][index]));
  const kept = (more: object) =>
    [...keptCheckpoints(policy({ keepLast: 1, ...more }), all)].sort((a, b) => a - b);
  expect(kept({})).toEqual([50]);
  expect(kept({ keepEvery: 20 })).toEqual([20, 40, 50]);
  expect(kept({ keepBest: 1 })).toEqual([20, 50]);
  expect(kept({ keepBest: 1, bestIs: 'lowest' })).toEqual([10, 50]);
  // 50 is among the best two and the last.
  expect(kept({ keepBest: 2 })).toEqual([20, 50]);
});

test('one without the metric is never the best, nor is one that is not a number', () => {
  const all = [
    rated(10),
    { step: 20, metrics: { 'reward/mean': null } },
    rated(30, -1),
    rated(40, Number.NaN),
  ];
  expect(bestCheckpoints(policy({}), all).map(({ step }) => step)).toEqual([30]);
});

test('of equals the later one is the best', () => {
  expect(bestCheckpoints(policy({}), [rated(10, 1), rated(20, 1)]).map(({ step }) => step)).toEqual([20, 10]);
});
