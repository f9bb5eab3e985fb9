import { describe, expect, it } from 'vitest';

import { perCompletion, perToken, tokenSignals, type SignalPenalty } from './signal.ts';

const grid = { lengths: [3, 1], width: 3 };
const both = [true, true];
/** k1 per token: 0.5, −1, 0.25 and 2; what stands after the end must not be seen. */
const penalty: Omit<SignalPenalty, 'placement'> = {
  beta: 2,
  logp: Float32Array.of(-1, -2, -1, -1, 99, 99),
  refLogp: Float32Array.of(-1.5, -1, -1.25, -3, -99, -99),
};
const advantages = perToken(grid, [1, -1]);

describe('tokenSignals', () => {
  it('without a penalty is the advantage', () => {
    expect(Array.from(tokenSignals(grid, both, advantages, null))).toEqual([1, 1, 1, -1, 0, 0]);
  });

  it.each([
    // 1 + 2 · 0.25 everywhere.
    ['signal', [1.5, 1.5, 1.5, -5, 0, 0]],
    // To go: −0.25, −0.75, 0.25.
    ['reward_to_go', [1.5, 2.5, 0.5, -5, 0, 0]],
    ['token', [0, 3, 0.5, -5, 0, 0]],
  ] as const)('%s subtracts its part of k1', (placement, expected) => {
    const signals = tokenSignals(grid, both, advantages, { ...penalty, placement });
    expect(Array.from(signals)).toEqual(expected);
  });

  it('leaves out completions without a reward', () => {
    const signals = tokenSignals(grid, [false, true], perToken(grid, [null, -1]), {
      ...penalty,
      placement: 'token',
    });
    expect(Array.from(signals)).toEqual([0, 0, 0, -5, 0, 0]);
    expect(perCompletion(grid, [false, true], signals)).toEqual([null, -5]);
  });

  it('refuses a negative beta and arrays of another size', () => {
    for (const beta of [-0.1, NaN])
      expect(() => tokenSignals(grid, both, advantages, { ...penalty, placement: 'signal', beta })).toThrow(
        /must not be negative/,
      );
    expect(() => tokenSignals(grid, both, advantages.subarray(1), null)).toThrow(/5 advantages for 2 × 3/);
    const short = { ...penalty, placement: 'token' as const, refLogp: new Float32Array(2) };
    expect(() => tokenSignals(grid, both, advantages, short)).toThrow(/6 and 2 tokens/);
  });

  it('means over tokens are for people; of equal numbers that number to the last bit', () => {
    expect(perCompletion(grid, both, Float64Array.of(0.1, 0.1, 0.1, 3, 9, 9))).toEqual([0.1, 3]);
    expect(perCompletion(grid, both, Float64Array.of(1, 2, 6, 3, 9, 9))).toEqual([3, 3]);
  });
});
