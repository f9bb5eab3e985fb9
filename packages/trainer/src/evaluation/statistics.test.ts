import { describe, expect, it } from 'vitest';

import { clusteredMean, passAtK, studentT975 } from './statistics.ts';

describe('passAtK', () => {
  it('is the share of k-subsets with a right one', () => {
    // All subsets of size k of n samples, the first c of which are right, counted one by one.
    for (let n = 1; n <= 7; n++)
      for (let c = 0; c <= n; c++)
        for (let k = 1; k <= n; k++) {
          const subsets = Array.from({ length: 2 ** n }, (_, bits) => bits).filter(
            (bits) => Array.from({ length: n }, (_, i) => (bits >> i) & 1).reduce((a, b) => a + b, 0) === k,
          );
          const lucky = subsets.filter((bits) => (bits & (2 ** c - 1)) !== 0);
          expect(passAtK(n, c, k)).toBeCloseTo(lucky.length / subsets.length, 12);
        }
  });

  it('is unbiased: its mean over draws of n samples is 1 − (1 − p)^k', () => {
    const [n, k, p] = [6, 3, 0.3];
    let expected = 0;
    for (let c = 0; c <= n; c++) expected += choose(n, c) * p ** c * (1 - p) ** (n - c) * passAtK(n, c, k);
    expect(expected).toBeCloseTo(1 - (1 - p) ** k, 12);
  });

  it('does not overflow', () => expect(passAtK(256, 1, 128)).toBeCloseTo(0.5, 12));

  it.each([
    [4, 5, 1],
    [4, -1, 1],
    [4, 2, 0],
    [4, 2, 5],
  ])('refuses %d, %d, %d', (n, c, k) => expect(() => passAtK(n, c, k)).toThrow(RangeError));
});

describe('clusteredMean', () => {
  it('weighs prompts alike, however many values they have', () => {
    // Means 1 and 4: 2.5. Their deviation is 3/√2, by √2 and t of one degree of freedom: 12.7062 · 1.5.
    const interval = clusteredMean([[1, 1, null], [3, 5], [null]]);
    expect(interval?.mean).toBe(2.5);
    expect(interval?.halfWidth).toBeCloseTo(12.7062 * 1.5, 3);
  });

  it('has no width for one prompt, and nothing for none', () => {
    expect(clusteredMean([[2, 4]])).toEqual({ mean: 3, halfWidth: null });
    expect(clusteredMean([[null], []])).toBeNull();
  });

  it('takes samples of one prompt for one observation', () => {
    const once = clusteredMean([[0], [1], [1]]);
    const often = clusteredMean([
      [0, 0, 0],
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(often?.halfWidth).toBe(once?.halfWidth);
  });
});

it('studentT975 has the values of the tables', () => {
  for (const [degrees, t] of [
    [1, 12.7062],
    [5, 2.57058],
    [10, 2.22814],
    [20, 2.08596],
    [30, 2.04227],
    [100, 1.98397],
    [100_000, 1.95999],
  ] as const)
    expect(studentT975(degrees)).toBeCloseTo(t, 3);
});

function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}
