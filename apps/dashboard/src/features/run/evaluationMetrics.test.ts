import { expect, test } from 'vitest';
import { evaluationSetNames, setMetrics } from './evaluationMetrics.ts';

test('sets are found by configuration, metrics and completions, each once', () => {
  expect(
    evaluationSetNames(null, ['eval/hard/accuracy', 'eval/easy/length_mean', 'reward/mean'], ['hard', 'new']),
  ).toEqual(['hard', 'easy', 'new']);
});

test('a set’s metrics are told apart: shares by k, reward with its interval, the rest', () => {
  const names = [
    'eval/a/pass_at_16',
    'eval/a/reward_mean',
    'eval/a/pass_at_2',
    'eval/a/length_mean',
    'eval/a/accuracy',
    'eval/a/reward_ci95',
    'eval/ab/accuracy',
  ];
  expect(setMetrics('a', names)).toEqual({
    shares: ['eval/a/accuracy', 'eval/a/pass_at_2', 'eval/a/pass_at_16'],
    reward: 'eval/a/reward_mean',
    rewardInterval: 'eval/a/reward_ci95',
    others: ['eval/a/length_mean'],
  });
  expect(setMetrics('b', names)).toEqual({ shares: [], reward: null, rewardInterval: null, others: [] });
});
