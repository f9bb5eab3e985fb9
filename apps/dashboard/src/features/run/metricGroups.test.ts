import { describe, expect, it } from 'vitest';
import { metricGroups, rewardComponents } from './metricGroups.ts';

const NAMES = [
  'my_loss',
  'eval/zeta',
  'policy/entropy',
  'reward/exact/mean',
  'reward/std',
  'reward/mean',
  'kl/ref_k1',
  'eval/alpha',
];

describe('metricGroups', () => {
  it('orders known metrics as the catalogue does and others by name behind them', () => {
    expect(metricGroups(NAMES)).toEqual([
      { prefix: 'reward', names: ['reward/mean', 'reward/std', 'reward/exact/mean'] },
      { prefix: 'kl', names: ['kl/ref_k1'] },
      { prefix: 'policy', names: ['policy/entropy'] },
      { prefix: 'eval', names: ['eval/alpha', 'eval/zeta'] },
      { prefix: 'other', names: ['my_loss'] },
    ]);
  });

  it('finds by every word, in any case', () => {
    expect(metricGroups(NAMES, 'MEAN reward').flatMap(({ names }) => names)).toEqual([
      'reward/mean',
      'reward/exact/mean',
    ]);
    expect(metricGroups(NAMES, 'nothing')).toEqual([]);
  });
});

describe('rewardComponents', () => {
  it('reads component names from metric names', () => {
    expect(rewardComponents(NAMES)).toEqual(['exact']);
  });
});
