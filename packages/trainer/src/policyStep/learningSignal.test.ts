import { describe, expect, it } from 'vitest';

import { estimator } from '../proofs/settings.ts';
import { baselineOf, betaOf, learningSignal, nextScalars, type SignalInput } from './learningSignal.ts';

/** Two completions of two tokens and one; k1 per token 0.5, −1 and 2. What stands after an end must not be seen. */
const INPUT: SignalInput = {
  lengths: [2, 1],
  width: 2,
  rewards: [3, 1],
  oldLogp: Float32Array.of(-1, -2, -1, 99),
  refLogp: Float32Array.of(-1.5, -1, -3, -99),
  values: null,
  scalars: {},
};
const two = (choices: Parameters<typeof estimator>[0]) => ({ ...estimator(choices), groupSize: 2 });

describe('learningSignal', () => {
  it('is the advantage at every token without a penalty', () => {
    const learned = learningSignal(two({ advantage: 'rloo' }), INPUT, 1);
    expect(Array.from(learned.tokens)).toEqual([2, 2, -2, 0]);
    expect(learned.advantages).toEqual([2, -2]);
    expect(learned.refK1).toEqual([-0.5, 2]);
    expect(learned.returns).toBeNull();
  });

  it.each([
    ['signal', [2.25, 2.25, -3, 0], [2.25, -3]],
    ['reward_to_go', [2.25, 2.5, -3, 0], [2.375, -3]],
    ['token', [1.75, 2.5, -3, 0], [2.125, -3]],
    ['loss', [2, 2, -2, 0], [2, -2]],
  ] as const)('subtracts β · k1 by placement %s', (placement, tokens, means) => {
    const estimate = placement === 'loss' ? 'k3' : 'k1';
    const config = two({ advantage: 'rloo', kl: { beta: 0.5, placement, estimator: estimate } });
    const learned = learningSignal(config, INPUT, 1);
    expect(Array.from(learned.tokens)).toEqual(tokens);
    expect(learned.signals).toEqual(means);
  });

  it('gae takes the penalty as a reward of each token, and gives the value head its returns', () => {
    const config = two({
      advantage: 'gae',
      gae: { lambda: 1, normalise: false },
      kl: { beta: 0.5, placement: 'reward_to_go' },
    });
    const learned = learningSignal(config, { ...INPUT, values: Float32Array.of(1, 2, 0, 77) }, 1);
    // Returns: 3 + 0.5 to go, minus 0.25 before; one token 1 − 1.
    expect(Array.from(learned.returns ?? [])).toEqual([3.25, 3.5, 0, 0]);
    expect(Array.from(learned.tokens)).toEqual([2.25, 1.5, 0, 0]);
    expect(learned.signals).toEqual(learned.advantages);
    expect(() => learningSignal(config, INPUT, 1)).toThrow(/value head/);
  });

  it('has none where there is no reward', () => {
    const learned = learningSignal(two({ advantage: 'none' }), { ...INPUT, rewards: [null, 1] }, 1);
    expect(Array.from(learned.tokens)).toEqual([0, 0, 1, 0]);
    expect(learned.signals).toEqual([null, 1]);
  });

  it('refuses a signal that is no number', () => {
    const config = two({ advantage: 'rloo', kl: { beta: 0.5 } });
    const broken = { ...INPUT, refLogp: Float32Array.of(-1, NaN, -1, 0) };
    expect(() => learningSignal(config, broken, 7)).toThrow(
      /completion 0 of step 7 is NaN, a log-probability or value is no number/,
    );
  });

  it('refuses a signal beyond float32 with completion and step', () => {
    const huge = { ...INPUT, rewards: [1, 1e39] };
    expect(() => learningSignal(two({ advantage: 'none' }), huge, 7)).toThrow(
      /completion 1 of step 7 is 1e\+39, beyond float32/,
    );
  });
});

describe('what a step leaves to the next', () => {
  it('nothing where nothing moves', () =>
    expect(nextScalars(estimator({ kl: { beta: 1 } }), {}, [1], [3])).toEqual({}));

  it('the moving baseline, from the configured one on', () => {
    const config = estimator({ advantage: 'ema', baseline: 2, baselineDecay: 0.5 });
    expect(baselineOf(config, {})).toBe(2);
    const after = nextScalars(config, {}, [4, null], null);
    expect(after).toEqual({ emaBaseline: 3 });
    expect(baselineOf(config, after)).toBe(3);
    const learned = learningSignal({ ...config, groupSize: 2 }, { ...INPUT, scalars: after }, 2);
    expect(learned.advantages).toEqual([0, -2]);
    // A constant stays, whatever else is remembered.
    expect(baselineOf(estimator({ advantage: 'constant', baseline: 2 }), after)).toBe(2);
  });

  it('the adapted beta, which the next penalty has', () => {
    const config = two({ advantage: 'rloo', kl: { beta: 0.5, adaptive: { target: 1, horizon: 20 } } });
    expect(betaOf(config, {})).toBe(0.5);
    // Mean k1 3: 20 % too much at most, two of twenty completions.
    const after = nextScalars(config, {}, [1, 1], [2, 4]);
    expect(after.klBeta).toBeCloseTo(0.5 * 1.02, 12);
    expect(betaOf(config, after)).toBe(after.klBeta);
    const learned = learningSignal(config, { ...INPUT, scalars: { klBeta: 1 } }, 2);
    expect(learned.signals).toEqual([2.5, -4]);
    expect(nextScalars(config, after, [1], null)).toEqual(after);
  });
});
