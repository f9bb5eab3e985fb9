/** @file The read side of the metric store: series as columns, at most so many points each. */
import type pg from 'pg';
import { inTransaction, type Queryable } from '../queryable.ts';
import { makeBuckets, rawColumns, type Columns } from './buckets.ts';
import {
  readChunks,
  readChunksByNumber,
  readChunkSummaries,
  type ChunkSummary,
  type SeriesKey,
  type StepRange,
} from './chunkRows.ts';
import { lowerBound, MAX_STEP, merge, slice, type Points } from './points.ts';

export type ReadSeriesOptions = {
  /** Range of steps, both ends included. Default: all. */
  minStep?: number | undefined;
  maxStep?: number | undefined;
  /** Raw points when they are at most so many, else so many buckets at most. */
  maxPoints: number;
};

export type Series = SeriesKey & Columns & { bucketed: boolean; pointCount: number };

/** Up to here all points are read; above, chunks that lie inside one bucket are taken by their summary. */
const READ_WHOLE = 20_000;
/** Points held in memory at once. */
const BATCH_POINTS = 2_000_000;

type Extent = SeriesKey & StepRange & { count: number };

/**
 * The series of `keys`, in their order; one without points has empty columns. A few queries in all, however many series:
 * 100 series of 1,000 points read in one round trip.
 */
export async function readSeries(
  pool: pg.Pool,
  keys: readonly SeriesKey[],
  options: ReadSeriesOptions,
): Promise<Series[]> {
  const extents = await readExtents(pool, keys, options);
  const found = new Map<string, Series>();
  const small = extents.filter((extent) => extent.count <= READ_WHOLE);
  for (const batch of inBatches(small)) {
    const chunks = await readChunks(pool, batch);
    for (const [i, extent] of batch.entries()) {
      found.set(nameOf(extent), toSeries(extent, merge(chunks[i] ?? []), options.maxPoints));
    }
  }
  const large = extents.filter((extent) => extent.count > READ_WHOLE);
  if (large.length > 0) {
    // Summaries and points come from two queries; one snapshot keeps a merge of chunks from falling between them.
    await inTransaction(pool, async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
      for (const series of await readLarge(client, large, options.maxPoints))
        found.set(nameOf(series), series);
    });
  }
  return keys.map((key) => found.get(nameOf(key)) ?? toSeries(key, merge([]), options.maxPoints));
}

/** Means in at most `points` equally wide step buckets of one metric of many runs. Runs without it are left out. */
export async function readSparklines(
  pool: pg.Pool,
  runIds: readonly string[],
  metric: string,
  points: number,
): Promise<Map<string, number[]>> {
  const keys = runIds.map((runId) => ({ runId, metric }));
  const all = await readSeries(pool, keys, { maxPoints: points });
  return new Map(all.filter((series) => series.pointCount > 0).map((series) => [series.runId, series.mean]));
}

/** Where each series has points within the asked range; those without any are left out. */
async function readExtents(
  db: Queryable,
  keys: readonly SeriesKey[],
  { minStep = 0, maxStep = MAX_STEP }: ReadSeriesOptions,
): Promise<Extent[]> {
  const { rows } = await db.query<{
    runId: string;
    metric: string;
    first: number;
    last: number;
    count: number;
  }>({
    name: 'metric-extents',
    text: `SELECT h.run_id AS "runId", h.metric, h.first_step AS first, h.last_step AS last, h.count::float8 AS count
             FROM unnest($1::text[], $2::text[]) AS t (run_id, metric)
             JOIN metric_series_head h ON h.run_id = t.run_id AND h.metric = t.metric`,
    values: [keys.map((key) => key.runId), keys.map((key) => key.metric)],
  });
  return rows
    .map(({ runId, metric, first, last, count }) => {
      const extent = { runId, metric, minStep: Math.max(minStep, first), maxStep: Math.min(maxStep, last) };
      return { ...extent, count: Math.min(count, extent.maxStep - extent.minStep + 1) };
    })
    .filter((extent) => extent.count > 0);
}

function toSeries(key: SeriesKey, points: Points, maxPoints: number): Series {
  const { runId, metric } = key;
  const pointCount = points.steps.length;
  if (pointCount <= maxPoints) return { runId, metric, ...rawColumns(points), bucketed: false, pointCount };
  const buckets = makeBuckets(points.steps[0] ?? 0, points.steps[pointCount - 1] ?? 0, maxPoints);
  buckets.addPoints(points);
  return { runId, metric, ...buckets.columns(), bucketed: true };
}

/**
 * Long series: a chunk that lies within one bucket adds its summary, only the others are read. With 60 buckets over a
 * million points that is one chunk in ten.
 */
async function readLarge(
  client: pg.PoolClient,
  extents: readonly Extent[],
  maxPoints: number,
): Promise<Series[]> {
  const all = await readChunkSummaries(client, extents);
  const done: Series[] = [];
  for (const [i, extent] of extents.entries()) {
    const chunks = (all[i] ?? []).toSorted((a, b) => a.minStep - b.minStep);
    const count = chunks.reduce((sum, chunk) => sum + chunk.count, 0);
    if (count <= READ_WHOLE || overlap(chunks)) {
      const [points] = await readChunks(client, [extent]);
      done.push(toSeries(extent, merge(points ?? []), maxPoints));
    } else {
      done.push(await bucketed(client, extent, chunks, maxPoints));
    }
  }
  return done;
}

async function bucketed(
  client: pg.PoolClient,
  extent: Extent,
  chunks: readonly ChunkSummary[],
  maxPoints: number,
): Promise<Series> {
  const { runId, metric } = extent;
  const minStep = Math.max(extent.minStep, chunks[0]?.minStep ?? 0);
  const maxStep = Math.min(extent.maxStep, chunks[chunks.length - 1]?.maxStep ?? 0);
  const buckets = makeBuckets(minStep, maxStep, maxPoints);
  const toRead: (SeriesKey & { chunk: number; count: number })[] = [];
  for (const chunk of chunks) {
    const inside = chunk.minStep >= minStep && chunk.maxStep <= maxStep;
    if (inside && buckets.indexOf(chunk.minStep) === buckets.indexOf(chunk.maxStep)) {
      buckets.addSummary(chunk.maxStep, chunk);
    } else {
      toRead.push({ runId, metric, chunk: chunk.chunk, count: chunk.count });
    }
  }
  for (const batch of inBatches(toRead)) {
    for (const { points } of await readChunksByNumber(client, batch)) {
      buckets.addPoints(
        slice(points, lowerBound(points.steps, minStep), lowerBound(points.steps, maxStep + 1)),
      );
    }
  }
  return { runId, metric, ...buckets.columns(), bucketed: true };
}

/** True when chunks sorted by their first step share steps, as after a resume that repeated some. */
function overlap(chunks: readonly ChunkSummary[]): boolean {
  return chunks.some((chunk, i) => i > 0 && chunk.minStep <= (chunks[i - 1]?.maxStep ?? -1));
}

function inBatches<T extends { count: number }>(items: readonly T[]): T[][] {
  const batches: T[][] = [];
  let points = Infinity;
  for (const item of items) {
    if (points + item.count > BATCH_POINTS) {
      batches.push([]);
      points = 0;
    }
    batches[batches.length - 1]?.push(item);
    points += item.count;
  }
  return batches;
}

function nameOf({ runId, metric }: SeriesKey): string {
  return `${runId}\n${metric}`;
}
