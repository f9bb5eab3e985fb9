/** @file Is it learning: the first values of a metric against its last ones. */
import type { SeriesColumns } from '../charts/seriesColumns.ts';

export interface Trend {
  /** Means of the first and of the last `window` points. */
  readonly start: number;
  readonly now: number;
  readonly delta: number;
  readonly window: number;
  readonly points: number;
  /** Whether the difference is more than chance would make: at least 3 standard errors of a difference of two means. */
  readonly direction: 'up' | 'down' | 'unclear';
}

const LARGEST_WINDOW = 10;
const STANDARD_ERRORS = 3;

/** Compares the first points with the last, at most ten of each and never overlapping; null under two points. */
export function trendOf(columns: SeriesColumns): Trend | null {
  const values = columns.mean.filter((value) => value !== null);
  if (values.length < 2) return null;
  const window = Math.min(LARGEST_WINDOW, Math.floor(values.length / 2));
  const first = summary(values.slice(0, window));
  const last = summary(values.slice(-window));
  const delta = last.mean - first.mean;
  const error = Math.sqrt((first.variance + last.variance) / window);
  // Two points say nothing about their own scatter; three of each is the least from which a standard error can be read.
  const clear = window >= 3 && Math.abs(delta) > STANDARD_ERRORS * error && Math.abs(delta) > 1e-9;
  return {
    start: first.mean,
    now: last.mean,
    delta,
    window,
    points: values.length,
    direction: clear ? (delta > 0 ? 'up' : 'down') : 'unclear',
  };
}

function summary(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance =
    values.length < 2 ? 0 : values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, variance };
}
