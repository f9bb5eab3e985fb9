import { describe, expect, it } from 'vitest';
import type { SeriesColumns } from '../charts/seriesColumns.ts';
import { trendOf } from './trend.ts';

const series = (values: (number | null)[], firstStep = 1): SeriesColumns => ({
  steps: values.map((_, index) => index + firstStep),
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

  it('sees a collapse that happened within the first ten points', () => {
    const collapse = [0.97, 0.95, 0.6, 0.25, 0.1, 0.06, 0.08, 0.07, 0.06, 0.08];
    const rest = Array.from({ length: 200 }, (_, index) => 0.075 + (index % 2 ? 0.015 : -0.015));
    const trend = trendOf(series([...collapse, ...rest], 101));
    expect(trend?.now).toBeCloseTo(0.075, 9);
    expect(trend?.fallenFrom).toEqual({ value: 0.97, step: 101 });
  });

  it('sees a fall after a rise, though it ends above its start', () => {
    const rise = Array.from({ length: 50 }, (_, index) => index / 50);
    const end = Array.from({ length: 50 }, () => 0.3);
    expect(trendOf(series([...rise, ...end]))).toMatchObject({
      direction: 'up',
      fallenFrom: { value: 0.98, step: 50 },
    });
  });

  it('calls neither scatter nor a plateau just under the best a fall', () => {
    const noisy = Array.from({ length: 60 }, (_, index) => (index % 2 ? 1 : -1));
    const learned = Array.from(
      { length: 60 },
      (_, index) => Math.min(0.95, index / 30) - (index > 40 ? 0.02 : 0),
    );
    expect(trendOf(series(noisy))?.fallenFrom).toBeNull();
    expect(trendOf(series(learned))).toMatchObject({ direction: 'up', fallenFrom: null });
  });

  it('does not let a drift within the first points count as scatter', () => {
    // 0 to 9 and then 7: the first points' own standard deviation of 3 would make 2.5 unclear, their steps of 1 do not.
    const drift = [
      ...Array.from({ length: 10 }, (_, index) => index),
      ...Array.from({ length: 10 }, () => 7),
    ];
    expect(trendOf(series(drift))).toMatchObject({ start: 4.5, now: 7, direction: 'up' });
  });
});
