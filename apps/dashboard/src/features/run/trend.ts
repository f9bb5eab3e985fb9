/** @file Is it learning: the first values of a metric against its last ones, and the last against the best. */
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
  /** The highest point of its best three neighbours, where now is well below their mean; null otherwise. */
  readonly fallenFrom: { readonly value: number; readonly step: number } | null;
}

const LARGEST_WINDOW = 10;
const PEAK_WINDOW = 3;
const STANDARD_ERRORS = 3;

/** Compares the first points with the last, at most ten of each and never overlapping; null under two points. */
export function trendOf(columns: SeriesColumns): Trend | null {
  const steps: number[] = [];
  const values: number[] = [];
  for (const [index, value] of columns.mean.entries()) {
    const step = columns.steps[index];
    if (value === null || step === undefined) continue;
    steps.push(step);
    values.push(value);
  }
  if (values.length < 2) return null;
  const window = Math.min(LARGEST_WINDOW, Math.floor(values.length / 2));
  const first = values.slice(0, window);
  const last = values.slice(-window);
  const start = mean(first);
  const now = mean(last);
  const delta = now - start;
  const error = scatter([...differences(first), ...differences(last)]) * Math.sqrt(2 / window);
  // Two points say nothing about their own scatter; three of each is the least from which a standard error can be read.
  const clear = window >= 3 && Math.abs(delta) > STANDARD_ERRORS * error && Math.abs(delta) > 1e-9;
  return {
    start,
    now,
    delta,
    window,
    points: values.length,
    direction: clear ? (delta > 0 ? 'up' : 'down') : 'unclear',
    fallenFrom: fall(steps, values, now, window),
  };
}

/**
 * The best smoothed value, where the last window is below it by more than chance and has lost at least half of the way
 * between the worst and the best: a plateau a little under its peak is no fall.
 */
function fall(
  steps: readonly number[],
  values: readonly number[],
  now: number,
  window: number,
): Trend['fallenFrom'] {
  if (window < PEAK_WINDOW) return null;
  let best = -Infinity;
  let worst = Infinity;
  let bestAt = 0;
  for (let index = 0; index + PEAK_WINDOW <= values.length; index += 1) {
    const value = mean(values.slice(index, index + PEAK_WINDOW));
    worst = Math.min(worst, value);
    if (value <= best) continue;
    best = value;
    bestAt = index;
  }
  const lost = best - now;
  const error = scatter(differences(values)) * Math.sqrt(1 / PEAK_WINDOW + 1 / window);
  // The best of n draws lies about √(2 ln n) standard deviations up by chance alone.
  const chance = (STANDARD_ERRORS + Math.sqrt(2 * Math.log(values.length))) * error;
  const top = Math.max(...values.slice(bestAt, bestAt + PEAK_WINDOW));
  const step = steps[values.indexOf(top, bestAt)];
  return step !== undefined && lost > chance && lost > 1e-9 && lost >= (best - worst) / 2
    ? { value: top, step }
    : null;
}

/** Standard deviation of one point, from successive differences: unlike the variance it hardly counts a drift of the mean. */
function scatter(successive: readonly number[]): number {
  return Math.sqrt(mean(successive.map((difference) => difference ** 2)) / 2);
}

function differences(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => value - (values[index] ?? value));
}

/** 0 for no values. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
