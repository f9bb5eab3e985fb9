import { describe, expect, it } from 'vitest';
import type { SeriesColumns } from '../charts/seriesColumns.ts';
import { trendOf } from './trend.ts';

const series = (values: (number | null)[]): SeriesColumns => ({
  steps: values.map((_, index) => index + 1),
  min: values,
  max: values,
  mean: values,
  last: values,
  bucketed: false,
});

describe('trendOf', () => {
  it('compares means of the first and last ten points', () => {
    // 0…29: first ten mean 4.5, last ten mean 24.5.
    const trend = trendOf(series(Array.from({ length: 30 }, (_, index) => index)));
    expect(trend).toMatchObject({ start: 4.5, now: 24.5, delta: 20, window: 10, direction: 'up' });
  });

  it('never lets the two windows overlap', () => {
    expect(trendOf(series([1, 2, 3, 4, 5, 6, 7]))).toMatchObject({ window: 3, start: 2, now: 6 });
  });

  it('calls a difference within the scatter unclear', () => {
    // Scatter ±1 around 0 and 0.2: standard error of the difference about 0.47, a difference of 0.2 is within 3 of them.
    const noisy = Array.from({ length: 20 }, (_, index) => (index % 2 ? 1 : -1) + (index >= 10 ? 0.2 : 0));
    expect(trendOf(series(noisy))?.direction).toBe('unclear');
  });

  it('does not judge from two points, nor from gaps', () => {
    expect(trendOf(series([0, 1]))?.direction).toBe('unclear');
    expect(trendOf(series([null, 1]))).toBeNull();
  });

  it('sees a fall', () => {
    expect(trendOf(series([5, 5, 5, 1, 1, 1]))).toMatchObject({ direction: 'down', delta: -4 });
  });
});
