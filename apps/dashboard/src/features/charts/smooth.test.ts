import { describe, expect, it } from 'vitest';
import { smooth } from './smooth.ts';

describe('smooth', () => {
  it('leaves a constant series as it is (this is what the debiasing is for)', () => {
    // Rounding only: a few ulp of 1, far below what a chart or a number with 4 digits can show.
    for (const value of smooth([3, 3, 3, 3], 0.9)) expect(value).toBeCloseTo(3, 12);
  });

  it('weighs as the formula says', () => {
    // w = 0.5: first = 1; second = (0.5·0.5·1 + 0.5·3) / (1 − 0.25) = 1.75 / 0.75 = 7/3.
    expect(smooth([1, 3], 0.5)[1]).toBeCloseTo(7 / 3, 12);
  });

  it('keeps gaps and does not count them', () => {
    const smoothed = smooth([1, null, 3], 0.5);
    expect(smoothed[1]).toBeNull();
    expect(smoothed[2]).toBeCloseTo(7 / 3, 12);
  });

  it('returns the values themselves at weight 0 and refuses weights outside [0, 1)', () => {
    const values = [1, 2];
    expect(smooth(values, 0)).toBe(values);
    expect(() => smooth(values, 1)).toThrow(RangeError);
    expect(() => smooth(values, Number.NaN)).toThrow(RangeError);
  });
});
