import { describe, expect, it } from 'vitest';

import { integers, normals, permutation, randomBits, threefry2x32, uniforms } from './random.ts';

const key = { seed: 1, stream: 2, counter: 3 };

describe('threefry', () => {
  // The known answers of the authors' own implementation (Random123, examples/kat_vectors, threefry2x32 with 20 rounds).
  it.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('key %j, block %j', ([k0 = 0, k1 = 0], [c0 = 0, c1 = 0], expected) => {
    const out = new Uint32Array(2);
    threefry2x32(k0, k1, c0, c1, out, 0);
    expect([...out]).toEqual(expected);
  });
});

describe('random numbers', () => {
  it('are a function of the key: the same again, others for another seed, stream or counter', () => {
    const first = uniforms(key, 8);
    expect(uniforms(key, 8)).toEqual(first);
    expect(uniforms(key, 5)).toEqual(first.subarray(0, 5)); // more does not change those before
    for (const other of [
      { ...key, seed: 2 },
      { ...key, stream: 1 },
      { ...key, counter: 4 },
    ]) {
      expect(uniforms(other, 8)).not.toEqual(first);
    }
  });

  it('stay inside (0, 1) with the mean 1/2 and the variance 1/12', () => {
    const count = 100_000;
    const values = uniforms(key, count);
    expect(values.every((value) => value > 0 && value < 1)).toBe(true);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    // Four standard errors: sqrt(1/12/n) of the mean, sqrt(1/180/n) of the variance.
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / count));
  });

  it('are normal: mean 0, variance 1, 68.27 % within 1', () => {
    const count = 100_001; // odd: the last pair is cut
    const values = normals(key, count);
    expect(values.length).toBe(count);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + value ** 2, 0) / count;
    const within = values.filter((value) => Math.abs(value) < 1).length / count;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(within - 0.6827)).toBeLessThan(4 * Math.sqrt((0.6827 * 0.3173) / count));
  });

  it('are integers below the bound, each as often', () => {
    const counts = [0, 0, 0, 0, 0];
    for (const value of integers(key, 50_000, 5)) counts[value] = (counts[value] ?? 0) + 1;
    expect(counts.length).toBe(5);
    // Four standard errors of a count with probability 1/5.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(4 * Math.sqrt(50_000 * 0.16));
    expect(integers(key, 100, 2 ** 32).some((value) => value > 2 ** 31)).toBe(true);
  });

  it('permute: every number once, every first place as likely', () => {
    expect([...permutation(key, 20)].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
    expect([...permutation(key, 0)]).toEqual([]);
    const firsts = [0, 0, 0];
    for (let counter = 0; counter < 6000; counter++) {
      const first = permutation({ ...key, counter }, 3)[0] ?? 0;
      firsts[first] = (firsts[first] ?? 0) + 1;
    }
    for (const count of firsts) expect(Math.abs(count - 2000)).toBeLessThan(4 * Math.sqrt(6000 * (2 / 9)));
  });

  it('refuse keys and bounds that are none', () => {
    expect(() => randomBits({ ...key, seed: -1 }, 1)).toThrow(
      'random: seed must be an integer from 0 to 2^32-1, it is -1',
    );
    expect(() => randomBits({ ...key, counter: 2 ** 32 }, 1)).toThrow(/counter/);
    expect(() => integers(key, 1, 0)).toThrow(/bound must be an integer/);
  });
});
