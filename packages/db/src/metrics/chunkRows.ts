/** @file Rows of `metric_chunk`: written and read as packed bytes. */
import type { Queryable } from '../queryable.ts';
import { lowerBound, pack, slice, unpack, type Points } from './points.ts';

/** Most points of one row: 48 KB of packed numbers, a few milliseconds to read and rewrite. */
export const MAX_CHUNK_POINTS = 4_096;

export type ChunkRow = { metric: string; chunk: number; points: Points };

/**
 * All bytes travel as one binary parameter and are cut apart by the server: node-postgres would send an array of byte
 * strings as hexadecimal text inside a quoted array, twice the bytes and a parse on both sides.
 */
const INSERT = `
  INSERT INTO metric_chunk (run_id, metric, chunk, min_step, max_step, count, steps, "values")
  SELECT $1, metric, chunk, min_step, max_step, count,
         CASE WHEN steps_bytes > 0 THEN substring($2::bytea FROM at FOR steps_bytes) END,
         substring($2::bytea FROM at + steps_bytes FOR values_bytes)
    FROM unnest($3::text[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[], $9::int[], $10::int[])
      AS row (metric, chunk, min_step, max_step, count, at, steps_bytes, values_bytes)`;

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
      rows.map(({ points }) => points.steps.length),
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

/**
 * The chunks of each series that have points in its range, in order of arrival and cut to the range: one list per key,
 * in the order of the keys.
 */
export async function readChunks(db: Queryable, wanted: readonly (SeriesKey & StepRange)[]): Promise<Points[][]> {
  if (wanted.length === 0) return [];
  const { rows } = await db.query<TableRow & { position: number }>({
    name: 'metric-chunk-read',
    text: `SELECT t.position::int, c.chunk, c.min_step, c.count, c.steps, c."values"
             FROM unnest($1::text[], $2::text[], $3::int[], $4::int[])
                    WITH ORDINALITY AS t (run_id, metric, min_step, max_step, position)
             JOIN metric_chunk c ON c.run_id = t.run_id AND c.metric = t.metric
              AND c.max_step >= t.min_step AND c.min_step <= t.max_step
            ORDER BY t.position, c.chunk`,
    values: [
      wanted.map((key) => key.runId),
      wanted.map((key) => key.metric),
      wanted.map((key) => key.minStep),
      wanted.map((key) => key.maxStep),
    ],
  });
  const found = wanted.map((): Points[] => []);
  for (const row of rows) {
    const key = wanted[row.position - 1];
    if (key === undefined) continue;
    found[row.position - 1]?.push(cut(unpack(row.min_step, row.count, row), key));
  }
  return found;
}

function cut(points: Points, range: StepRange): Points {
  return slice(points, lowerBound(points.steps, range.minStep), lowerBound(points.steps, range.maxStep + 1));
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
