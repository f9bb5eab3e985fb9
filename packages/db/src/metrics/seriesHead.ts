/** @file Rows of `metric_series_head`: a series in one line. */
import type { Queryable } from '../queryable.ts';

export type SeriesHead = {
  metric: string;
  /** Distinct steps. */
  count: number;
  firstStep: number;
  lastStep: number;
  /** Value at `lastStep`. */
  last: number;
  min: number;
  max: number;
  nextChunk: number;
  tailChunk: number;
};

/** The heads of those of the metrics that have points already. */
export async function readHeads(
  db: Queryable,
  runId: string,
  metrics: string[],
): Promise<Map<string, SeriesHead>> {
  const { rows } = await db.query<SeriesHead>({
    name: 'metric-head-read',
    text: `SELECT metric, count::float8 AS count, first_step AS "firstStep", last_step AS "lastStep", last, min, max,
                  next_chunk AS "nextChunk", tail_chunk AS "tailChunk"
             FROM metric_series_head WHERE run_id = $1 AND metric = ANY($2::text[])`,
    values: [runId, metrics],
  });
  return new Map(rows.map((head) => [head.metric, head]));
}

const UPSERT = `
  INSERT INTO metric_series_head AS head
    (run_id, metric, count, first_step, last_step, last, min, max, next_chunk, tail_chunk)
  SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::int[], $5::int[], $6::float8[], $7::float8[], $8::float8[],
                           $9::int[], $10::int[])
  ON CONFLICT (run_id, metric) DO UPDATE SET
    count = excluded.count, first_step = excluded.first_step, last_step = excluded.last_step, last = excluded.last,
    min = excluded.min, max = excluded.max, next_chunk = excluded.next_chunk, tail_chunk = excluded.tail_chunk`;

/** Writes the heads as they are now. */
export async function writeHeads(db: Queryable, runId: string, heads: readonly SeriesHead[]): Promise<void> {
  if (heads.length === 0) return;
  await db.query({
    name: 'metric-head-upsert',
    text: UPSERT,
    values: [
      runId,
      heads.map((head) => head.metric),
      heads.map((head) => head.count),
      heads.map((head) => head.firstStep),
      heads.map((head) => head.lastStep),
      heads.map((head) => head.last),
      heads.map((head) => head.min),
      heads.map((head) => head.max),
      heads.map((head) => head.nextChunk),
      heads.map((head) => head.tailChunk),
    ],
  });
}
