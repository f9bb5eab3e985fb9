/** @file Series of runs, read by column. */
import { type Database, readSeries, type Series, type SeriesKey } from '@nabla/db';
import type { MetricSeries } from '../../sources.ts';
import { checkSeriesCount, type SeriesArgs, seriesRange } from './metric.args.ts';

/** The named series of each run, runs in the order given, names in the order given; empty columns where a run has none. */
export async function seriesOfRuns(
  pool: Database['pool'],
  runIds: readonly string[],
  args: SeriesArgs,
): Promise<MetricSeries[]> {
  const range = seriesRange(args);
  const names = [...new Set(args.names)];
  const keys: SeriesKey[] = runIds.flatMap((runId) => names.map((metric) => ({ runId, metric })));
  checkSeriesCount(keys.length, range.maxPoints);
  return (await readSeries(pool, keys, range)).map(toMetricSeries);
}

export function toMetricSeries({
  runId,
  metric,
  steps,
  min,
  max,
  mean,
  last,
  bucketed,
  pointCount,
}: Series): MetricSeries {
  return { runId, name: metric, steps, min, max, mean, last, bucketed, pointCount };
}

/** Raw points as a series: min, max, mean and last are the value itself. */
export function rawSeries(
  runId: string,
  name: string,
  steps: readonly number[],
  values: readonly number[],
): MetricSeries {
  const columns = { min: values, max: values, mean: values, last: values };
  return { runId, name, steps, ...columns, bucketed: false, pointCount: steps.length };
}
