/** @file Bounds on what of a metric may be asked. */
import { refuse } from '../../errors.ts';

export const METRIC_LIMITS = {
  defaultPoints: 1_000,
  maxPoints: 5_000,
  names: 200,
  runs: 50,
  /** Series of one request (runs × names). */
  series: 500,
  /** Points (or buckets) of one request: series × maxPoints. */
  totalPoints: 1_000_000,
  defaultSparklinePoints: 60,
  sparklinePoints: 500,
} as const;

export interface SeriesArgs {
  names: readonly string[];
  fromStep?: number | null | undefined;
  toStep?: number | null | undefined;
  maxPoints?: number | null | undefined;
}

export interface SeriesRange {
  minStep: number | undefined;
  maxStep: number | undefined;
  maxPoints: number;
}

/** @throws Refusal with the bound. */
export function seriesRange(args: SeriesArgs): SeriesRange {
  bounded(args.names.length, METRIC_LIMITS.names, 'names');
  const maxPoints = args.maxPoints ?? METRIC_LIMITS.defaultPoints;
  if (maxPoints < 1) throw refuse('INVALID_INPUT', '"maxPoints" must be at least 1.', ['maxPoints']);
  bounded(maxPoints, METRIC_LIMITS.maxPoints, 'maxPoints');
  return { minStep: args.fromStep ?? undefined, maxStep: args.toStep ?? undefined, maxPoints };
}

/** @throws Refusal when one request asks for too many series or points. */
export function checkSeriesCount(count: number, maxPoints: number): void {
  bounded(count, METRIC_LIMITS.series, 'series');
  const total = count * maxPoints;
  if (total > METRIC_LIMITS.totalPoints) {
    const message = `${count} series of ${maxPoints} points are ${total} points; the bound is ${METRIC_LIMITS.totalPoints}. Ask for fewer points.`;
    throw refuse('TOO_LARGE', message, ['maxPoints']);
  }
}

/** @throws Refusal with the bound. */
export function sparklinePoints(points: number | null | undefined): number {
  const wanted = points ?? METRIC_LIMITS.defaultSparklinePoints;
  if (wanted < 1) throw refuse('INVALID_INPUT', '"points" must be at least 1.', ['points']);
  bounded(wanted, METRIC_LIMITS.sparklinePoints, 'points');
  return wanted;
}

export function bounded(value: number, bound: number, name: string): void {
  if (value > bound) throw refuse('TOO_LARGE', `"${name}" is ${value}; the bound is ${bound}.`, [name]);
}
