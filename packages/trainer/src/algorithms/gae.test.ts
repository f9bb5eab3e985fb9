import { describe, expect, it } from 'vitest';

import { gae, normaliseTokens } from './gae.ts';

describe('gae', () => {
  const grid = { lengths: [3, 1], width: 3 };
  const values = Float32Array.of(0.5, 1, 0.25, 2, 9, 9);
  const base = { ...grid, rewards: [2, 1], values, penalties: null, gamma: 1, lambda: 1 };

  it('with λ = 1 is the reward less the value; returns are the reward', () => {
    const { advantages, returns } = gae(base);
    expect(Array.from(advantages)).toEqual([1.5, 1, 1.75, -1, 0, 0]);
    expect(Array.from(returns)).toEqual([2, 2, 2, 1, 0, 0]);
  });

  it('with λ = 0 is the difference of neighbouring values', () => {
    // δ: 1 − 0.5, 0.25 − 1, 2 − 0.25; one token: 1 − 2.
    expect(Array.from(gae({ ...base, lambda: 0 }).advantages)).toEqual([0.5, -0.75, 1.75, -1, 0, 0]);
  });

  it('mixes and discounts between', () => {
    const { advantages, returns } = gae({ ...base, gamma: 0.5, lambda: 0.5 });
    // δ2 = 1.75; δ1 = 0.125 − 1 = −0.875; δ0 = 0.5 − 0.5 = 0; A = δ + A'/4.
    const [a1, a2] = [-0.875 + 1.75 / 4, 1.75];
    expect(Array.from(advantages.subarray(0, 3))).toEqual([a1 / 4, a1, a2]);
    expect(Array.from(returns.subarray(0, 3))).toEqual([a1 / 4 + 0.5, a1 + 1, a2 + 0.25].map(Math.fround));
  });

  it('takes a penalty from the reward of its token, so that earlier ones feel it too', () => {
    const penalties = Float32Array.of(0, 0.5, 0, 0, 7, 7);
    expect(Array.from(gae({ ...base, penalties }).advantages)).toEqual([1, 0.5, 1.75, -1, 0, 0]);
  });

  it('leaves completions without a reward at 0', () => {
    const { advantages, returns } = gae({ ...base, rewards: [null, 1] });
    expect(Array.from(advantages)).toEqual([0, 0, 0, -1, 0, 0]);
    expect(Array.from(returns)).toEqual([0, 0, 0, 1, 0, 0]);
  });

  it('refuses arrays of another size', () => {
    expect(() => gae({ ...base, values: values.subarray(1) })).toThrow(/5 values and 2 rewards for 2/);
    expect(() => gae({ ...base, rewards: [1] })).toThrow(RangeError);
  });

  it('normalises over the tokens that count', () => {
    const normal = normaliseTokens(grid, [true, true], Float64Array.of(1, 2, 3, 2, 50, 50));
    const deviation = Math.sqrt(2 / 3) + 1e-4; // mean 2, squares 1 + 0 + 1 + 0 over 3
    expect(Array.from(normal)).toEqual([-1 / deviation, 0, 1 / deviation, 0, 0, 0]);
    const without = normaliseTokens(grid, [true, false], Float64Array.of(1, 2, 3, 90, 50, 50));
    expect(Array.from(without)).toEqual([-1 / (1 + 1e-4), 0, 1 / (1 + 1e-4), 0, 0, 0]);
  });
});
