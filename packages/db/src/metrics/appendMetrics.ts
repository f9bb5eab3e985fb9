/**
 * @file The write side of the metric store. Each batch of a series becomes one small chunk; when many small ones have
 * gathered at the end they are merged into a larger one, so that one point per step does not stay one row per point.
 * Why so, with measurements: docs/adr/002-metric-chunks.md.
 */
import type { Queryable } from '../queryable.ts';
import { insertChunks, readChunks, removeTails, toChunkRows, type ChunkRow } from './chunkRows.ts';
import { MAX_STEP, merge, normalise, summarise, type Points, type RawPoints } from './points.ts';
import { readHeads, writeHeads, type SeriesHead } from './seriesHead.ts';

export type MetricBatch = RawPoints & { metric: string };

/** So many rows at the end of a series are merged into one. */
export const MAX_TAIL_ROWS = 64;
/** A chunk of this many points is closed: merging never touches it again. A point is thus rewritten at most 8 times. */
export const CLOSED_CHUNK_POINTS = 512;
/** When a batch closes a chunk by itself, a tail of this many rows before it is merged with it instead of being left. */
const MIN_STRANDED_ROWS = 8;

/**
 * Appends points to series of one run, inside the caller's transaction, which must be the only one that writes metrics of
 * this run (recordSteps holds the lease's row lock; a second writer fails on the primary key, nothing gets lost).
 * Batches are in order of arrival: for a step that occurs twice the later value counts. Returns the new points per metric.
 */
export async function appendMetrics(
  db: Queryable,
  runId: string,
  batches: readonly MetricBatch[],
): Promise<Map<string, Points>> {
  const added = new Map<string, Points>();
  for (const [metric, parts] of groupByMetric(batches)) {
    const points = normalise(parts);
    if (points.steps.length > 0) added.set(metric, points);
  }
  if (added.size === 0) return added;
  const heads = await readHeads(db, runId, [...added.keys()]);
  const facts = await overlapFacts(db, runId, added, heads);

  const rows: ChunkRow[] = [];
  const newHeads: SeriesHead[] = [];
  const toMerge = new Map<string, number>();
  for (const [metric, points] of added) {
    const head = nextHead(metric, heads.get(metric), points, facts.get(metric));
    const firstChunk = head.nextChunk;
    const pieces = toChunkRows(metric, firstChunk, points);
    head.nextChunk += pieces.length;
    const closes = points.steps.length >= CLOSED_CHUNK_POINTS;
    const tailRows = head.nextChunk - head.tailChunk;
    if (tailRows >= MAX_TAIL_ROWS || (closes && firstChunk - head.tailChunk >= MIN_STRANDED_ROWS)) {
      toMerge.set(metric, head.tailChunk);
    } else {
      rows.push(...pieces);
      if (closes) head.tailChunk = head.nextChunk;
    }
    newHeads.push(head);
  }
  rows.push(...(await mergeTails(db, runId, toMerge, added, newHeads)));
  await insertChunks(db, runId, rows);
  await writeHeads(db, runId, newHeads);
  return added;
}

/** Takes the tails out of the table and returns the rows that replace them together with the new points. */
async function mergeTails(
  db: Queryable,
  runId: string,
  toMerge: ReadonlyMap<string, number>,
  added: ReadonlyMap<string, Points>,
  heads: readonly SeriesHead[],
): Promise<ChunkRow[]> {
  if (toMerge.size === 0) return [];
  const tails = await removeTails(db, runId, toMerge);
  const rows: ChunkRow[] = [];
  for (const head of heads) {
    const tailChunk = toMerge.get(head.metric);
    const points = added.get(head.metric);
    if (tailChunk === undefined || points === undefined) continue;
    const merged = toChunkRows(head.metric, tailChunk, merge([...(tails.get(head.metric) ?? []), points]));
    rows.push(...merged);
    head.nextChunk = tailChunk + merged.length;
    const lastRow = merged[merged.length - 1];
    const open = lastRow !== undefined && lastRow.points.steps.length < CLOSED_CHUNK_POINTS;
    head.tailChunk = open ? head.nextChunk - 1 : head.nextChunk;
  }
  return rows;
}

/** What is known of a series after a batch that reaches back over steps it has already. */
type OverlapFacts = { newSteps: number; min: number; max: number };

/**
 * Exact count, minimum and maximum for the series whose batch does not simply continue them (a resumed run repeats
 * steps). Only the overlapping chunks are read, and all of them only if the value that held an extreme was replaced.
 */
async function overlapFacts(
  db: Queryable,
  runId: string,
  added: ReadonlyMap<string, Points>,
  heads: ReadonlyMap<string, SeriesHead>,
): Promise<Map<string, OverlapFacts>> {
  const overlapping = [...added].flatMap(([metric, points]) => {
    const head = heads.get(metric);
    const minStep = points.steps[0] ?? 0;
    if (head === undefined || minStep > head.lastStep) return [];
    return [{ runId, metric, minStep, maxStep: points.steps[points.steps.length - 1] ?? 0, head, points }];
  });
  const present = await readChunks(db, overlapping);
  const facts = new Map<string, OverlapFacts>();
  const extremesLost: typeof overlapping = [];
  for (const [i, series] of overlapping.entries()) {
    const { head, points } = series;
    const before = merge(present[i] ?? []);
    const values = new Map(Array.from(before.steps, (step, at) => [step, before.values[at] ?? 0]));
    let replaced = 0;
    let extremeReplaced = false;
    for (const step of points.steps) {
      const old = values.get(step);
      if (old === undefined) continue;
      replaced += 1;
      extremeReplaced ||= old === head.min || old === head.max;
    }
    const summary = summarise(points);
    const min = Math.min(head.min, summary.min);
    const max = Math.max(head.max, summary.max);
    facts.set(series.metric, { newSteps: points.steps.length - replaced, min, max });
    if (extremeReplaced) extremesLost.push(series);
  }
  await recomputeExtremes(db, extremesLost, facts);
  return facts;
}

async function recomputeExtremes(
  db: Queryable,
  series: readonly { runId: string; metric: string; points: Points }[],
  facts: Map<string, OverlapFacts>,
): Promise<void> {
  const everything = series.map(({ runId, metric }) => ({ runId, metric, minStep: 0, maxStep: MAX_STEP }));
  const all = await readChunks(db, everything);
  for (const [i, { metric, points }] of series.entries()) {
    const known = facts.get(metric);
    const { min, max } = summarise(merge([...(all[i] ?? []), points]));
    if (known !== undefined) facts.set(metric, { ...known, min, max });
  }
}

function nextHead(
  metric: string,
  head: SeriesHead | undefined,
  points: Points,
  overlap: OverlapFacts | undefined,
): SeriesHead {
  const firstStep = points.steps[0] ?? 0;
  const lastStep = points.steps[points.steps.length - 1] ?? 0;
  const { count, min, max, last } = summarise(points);
  if (head === undefined)
    return { metric, count, firstStep, lastStep, last, min, max, nextChunk: 0, tailChunk: 0 };
  return {
    ...head,
    count: head.count + (overlap?.newSteps ?? count),
    firstStep: Math.min(head.firstStep, firstStep),
    lastStep: Math.max(head.lastStep, lastStep),
    last: lastStep >= head.lastStep ? last : head.last,
    min: overlap?.min ?? Math.min(head.min, min),
    max: overlap?.max ?? Math.max(head.max, max),
  };
}

function groupByMetric(batches: readonly MetricBatch[]): Map<string, RawPoints[]> {
  const groups = new Map<string, RawPoints[]>();
  for (const batch of batches) {
    const group = groups.get(batch.metric);
    if (group === undefined) groups.set(batch.metric, [batch]);
    else group.push(batch);
  }
  return groups;
}
