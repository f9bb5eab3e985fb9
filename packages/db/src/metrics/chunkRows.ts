/** @file Rows of `metric_chunk`: written and read as packed bytes. */
import type { Queryable } from '../queryable.ts';
import { lowerBound, pack, slice, summarise, unpack, type Points, type Summary } from './points.ts';

/** Most points of one row: 48 KB of packed numbers, a few milliseconds to read and rewrite. */
export const MAX_CHUNK_POINTS = 4_096;

export type ChunkRow = { metric: string; chunk: number; points: Points };

/**
 * All bytes travel as one binary parameter and are cut apart by the server: node-postgres would send an array of byte
 * strings as hexadecimal text inside a quoted array, twice the bytes and a parse on both sides.
 */
const INSERT = `
  INSERT INTO metric_chunk (run_id, metric, chunk, min_step, max_step, count, min, max, sum, last, steps, "values")
  SELECT $1, metric, chunk, min_step, max_step, count, min, max, sum, last,
         CASE WHEN steps_bytes > 0 THEN substring($2::bytea FROM at FOR steps_bytes) END,
         substring($2::bytea FROM at + steps_bytes FOR values_bytes)
    FROM unnest($3::text[], $4::int[], $5::int[], $6::int[], $7::int[], $8::float8[], $9::float8[], $10::float8[],
                $11::float8[], $12::int[], $13::int[], $14::int[])
      AS row (metric, chunk, min_step, max_step, count, min, max, sum, last, at, steps_bytes, values_bytes)`;

/** Inserts rows. Every row has at least one point and at most `MAX_CHUNK_POINTS`. */
export async function insertChunks(db: Queryable, runId: string, rows: readonly ChunkRow[]): Promise<void> {
  if (rows.length === 0) return;
  const bytes: Uint8Array[] = [];
  let at = 1; // SQL counts bytes from 1
  const places = rows.map(({ points }) => {
    const packed = pack(points);
    const place = { at, stepsBytes: packed.steps?.byteLength ?? 0, valuesBytes: packed.values.byteLength };
    if (packed.steps !== null) bytes.push(packed.steps);
    bytes.push(packed.values);
    at += place.stepsBytes + place.valuesBytes;
    return place;
  });
  const summaries = rows.map(({ points }) => summarise(points));
  await db.query({
    name: 'metric-chunk-insert',
    text: INSERT,
    values: [
      runId,
      Buffer.concat(bytes),
      rows.map((row) => row.metric),
      rows.map((row) => row.chunk),
      rows.map(({ points }) => points.steps[0] ?? 0),
      rows.map(({ points }) => points.steps[points.steps.length - 1] ?? 0),
      summaries.map((summary) => summary.count),
      summaries.map((summary) => summary.min),
      summaries.map((summary) => summary.max),
      summaries.map((summary) => summary.sum),
      summaries.map((summary) => summary.last),
      places.map((place) => place.at),
      places.map((place) => place.stepsBytes),
      places.map((place) => place.valuesBytes),
    ],
  });
}

/** Cuts points into pieces of at most `MAX_CHUNK_POINTS`, numbered from `firstChunk`. */
export function toChunkRows(metric: string, firstChunk: number, points: Points): ChunkRow[] {
  const rows: ChunkRow[] = [];
  for (let from = 0; from < points.steps.length; from += MAX_CHUNK_POINTS) {
    const to = Math.min(from + MAX_CHUNK_POINTS, points.steps.length);
    rows.push({ metric, chunk: firstChunk + rows.length, points: slice(points, from, to) });
  }
  return rows;
}

type TableRow = {
  run_id: string;
  metric: string;
  chunk: number;
  min_step: number;
  count: number;
  steps: Buffer | null;
  values: Buffer;
};

/** Takes the chunks from `firstChunks[metric]` on out of the table, in order of arrival. */
export async function removeTails(
  db: Queryable,
  runId: string,
  firstChunks: ReadonlyMap<string, number>,
): Promise<Map<string, Points[]>> {
  const { rows } = await db.query<TableRow>({
    name: 'metric-chunk-remove-tails',
    text: `DELETE FROM metric_chunk c USING unnest($2::text[], $3::int[]) AS t (metric, chunk)
            WHERE c.run_id = $1 AND c.metric = t.metric AND c.chunk >= t.chunk
           RETURNING c.run_id, c.metric, c.chunk, c.min_step, c.count, c.steps, c."values"`,
    values: [runId, [...firstChunks.keys()], [...firstChunks.values()]],
  });
  rows.sort((a, b) => a.chunk - b.chunk);
  const tails = new Map<string, Points[]>();
  for (const row of rows) append(tails, row.metric, unpack(row.min_step, row.count, row));
  return tails;
}

/** Identifies a series. */
export type SeriesKey = { runId: string; metric: string };

/** A range of steps, both ends included. */
export type StepRange = { minStep: number; maxStep: number };

/** A chunk without its points. */
export type ChunkSummary = Summary & StepRange & { chunk: number };

const CHUNKS_IN_RANGE = `
  FROM unnest($1::text[], $2::text[], $3::int[], $4::int[])
         WITH ORDINALITY AS t (run_id, metric, min_step, max_step, position)
  JOIN metric_chunk c ON c.run_id = t.run_id AND c.metric = t.metric
   AND c.max_step >= t.min_step AND c.min_step <= t.max_step
 ORDER BY t.position, c.chunk`;

/**
 * The chunks of each series that have points in its range, in order of arrival and cut to the range: one list per key,
 * in the order of the keys.
 */
export async function readChunks(
  db: Queryable,
  wanted: readonly (SeriesKey & StepRange)[],
): Promise<Points[][]> {
  if (wanted.length === 0) return [];
  const { rows } = await db.query<TableRow & { position: number }>({
    name: 'metric-chunk-read',
    text: `SELECT t.position::int, c.min_step, c.count, c.steps, c."values" ${CHUNKS_IN_RANGE}`,
    values: rangeParameters(wanted),
  });
  const found = wanted.map((): Points[] => []);
  for (const row of rows) {
    const key = wanted[row.position - 1];
    if (key === undefined) continue;
    found[row.position - 1]?.push(cut(unpack(row.min_step, row.count, row), key));
  }
  return found;
}

/** What `readChunks` would read, without the points (which lie apart on disk): some 100 bytes per chunk. */
export async function readChunkSummaries(
  db: Queryable,
  wanted: readonly (SeriesKey & StepRange)[],
): Promise<ChunkSummary[][]> {
  if (wanted.length === 0) return [];
  const { rows } = await db.query<ChunkSummary & { position: number }>({
    name: 'metric-chunk-summaries',
    text: `SELECT t.position::int, c.chunk, c.min_step AS "minStep", c.max_step AS "maxStep", c.count, c.min, c.max,
                  c.sum, c.last ${CHUNKS_IN_RANGE}`,
    values: rangeParameters(wanted),
  });
  const found = wanted.map((): ChunkSummary[] => []);
  for (const { position, ...summary } of rows) found[position - 1]?.push(summary);
  return found;
}

/** Single chunks, whole, in any order. Keys that do not exist are left out. */
export async function readChunksByNumber(
  db: Queryable,
  wanted: readonly (SeriesKey & { chunk: number })[],
): Promise<(SeriesKey & { chunk: number; points: Points })[]> {
  if (wanted.length === 0) return [];
  const { rows } = await db.query<TableRow>({
    name: 'metric-chunk-by-number',
    text: `SELECT c.run_id, c.metric, c.chunk, c.min_step, c.count, c.steps, c."values"
             FROM unnest($1::text[], $2::text[], $3::int[]) AS t (run_id, metric, chunk)
             JOIN metric_chunk c ON c.run_id = t.run_id AND c.metric = t.metric AND c.chunk = t.chunk`,
    values: [wanted.map((key) => key.runId), wanted.map((key) => key.metric), wanted.map((key) => key.chunk)],
  });
  return rows.map((row) => ({
    runId: row.run_id,
    metric: row.metric,
    chunk: row.chunk,
    points: unpack(row.min_step, row.count, row),
  }));
}

function rangeParameters(wanted: readonly (SeriesKey & StepRange)[]) {
  return [
    wanted.map((key) => key.runId),
    wanted.map((key) => key.metric),
    wanted.map((key) => key.minStep),
    wanted.map((key) => key.maxStep),
  ];
}

function cut(points: Points, range: StepRange): Points {
  return slice(points, lowerBound(points.steps, range.minStep), lowerBound(points.steps, range.maxStep + 1));
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
