/** @file Metrics of many runs at once. */
import { type Database, readSparklines } from '@nabla/db';
import DataLoader from 'dataloader';
import { byArguments, valueLoader } from '../../relay/connectionLoader.ts';
import { groupBy } from '../../relay/groupBy.ts';
import type { MetricSeries, MetricSummary } from '../../sources.ts';
import { type SeriesArgs, sparklinePoints } from './metric.args.ts';
import { seriesOfRuns } from './metric.service.ts';

interface SparklineArgs {
  metric: string;
  points?: number | null | undefined;
}

export function metricLoaders({ pool }: Database) {
  const series = new DataLoader<{ parentId: string; args: SeriesArgs }, MetricSeries[], string>(
    (keys) =>
      byArguments(keys, async (args, runIds) => {
        const byRun = groupBy(await seriesOfRuns(pool, runIds, args), ({ runId }) => runId);
        return (runId) => byRun.get(runId) ?? [];
      }),
    { cacheKeyFn: ({ parentId, args }) => `${parentId} ${JSON.stringify(args)}` },
  );
  const sparkline = new DataLoader<{ parentId: string; args: SparklineArgs }, number[], string>(
    (keys) =>
      byArguments(keys, async ({ metric, points }, runIds) => {
        const found = await readSparklines(pool, runIds, metric, sparklinePoints(points));
        return (runId) => found.get(runId) ?? [];
      }),
    { cacheKeyFn: ({ parentId, args }) => `${parentId} ${JSON.stringify(args)}` },
  );
  return {
    /** One line per metric of the run, by name. */
    runMetricHeads: valueLoader<MetricSummary[]>(
      async (ids) => {
        const { rows } = await pool.query<MetricSummary & { runId: string }>(headsQuery, [ids]);
        return groupBy(rows, (row) => row.runId);
      },
      () => [],
    ),
    runSeries: { load: (runId: string, args: SeriesArgs) => series.load({ parentId: runId, args }) },
    runSparkline: { load: (runId: string, args: SparklineArgs) => sparkline.load({ parentId: runId, args }) },
  };
}

const headsQuery = `
  SELECT run_id AS "runId", metric AS name, last, min, max, last_step AS "lastStep", count::float8 AS count
  FROM metric_series_head WHERE run_id = ANY($1) ORDER BY run_id, metric`;
