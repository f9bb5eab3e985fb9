import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../ids.ts';
import type { Database } from '../openDatabase.ts';
import { inTransaction } from '../queryable.ts';
import { createTestDatabase } from '../testing/index.ts';
import { makeRandom, type Random } from '../testing/random.ts';
import { appendMetrics, CLOSED_CHUNK_POINTS, MAX_TAIL_ROWS, type MetricBatch } from './appendMetrics.ts';
import { readSeries, readSparklines } from './readSeries.ts';

let db: Database;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

const append = (runId: string, batches: MetricBatch[]) =>
  inTransaction(db.pool, (client) => appendMetrics(client, runId, batches));

const chunkCount = (runId: string, metric: string) =>
  db.prisma.metricChunk.count({ where: { runId, metric } });

/** The plain meaning of the store: a map from step to the value that arrived last. */
type Model = Map<string, Map<number, number>>;

/** A batch as trainers send them: mostly the next steps, sometimes a repeated stretch, sometimes anything. */
function randomBatch(random: Random, model: Model, metrics: string[]): MetricBatch {
  const metric = metrics[random.int(0, metrics.length - 1)] ?? '';
  const known = model.get(metric) ?? new Map<number, number>();
  const end = Math.max(0, ...known.keys());
  const kind = random.int(0, 9);
  const count = [1, 1, 3, 40, 600, 4_200][random.int(0, 5)] ?? 1;
  const start = kind < 6 ? end + 1 : random.int(0, end);
  const stride = kind === 9 ? random.int(2, 50) : 1;
  const steps = Array.from({ length: count }, (_, i) => start + i * stride);
  if (kind === 8) steps.reverse();
  // Few distinct values, so that extremes are often replaced and often tied.
  const values = steps.map(() => (random.int(0, 19) === 0 ? null : random.int(-20, 20) / 4));
  for (const [i, step] of steps.entries()) {
    const value = values[i] ?? null;
    if (value !== null) known.set(step, value);
  }
  if (known.size > 0) model.set(metric, known);
  return { metric, steps, values };
}

const sorted = (known: Map<number, number>) => [...known].toSorted(([a], [b]) => a - b);

test.each([1, 2, 3, 4])('random batches read back as a naive map would (seed %i)', async (seedNumber) => {
  const random = makeRandom(seedNumber);
  const runId = newId('run');
  const metrics = ['loss', 'reward/mean', 'kl'];
  const model: Model = new Map();
  for (let round = 0; round < 45; round++) {
    await append(
      runId,
      Array.from({ length: random.int(1, 4) }, () => randomBatch(random, model, metrics)),
    );
  }

  for (const [metric, known] of model) {
    const points = sorted(known);
    const [raw] = await readSeries(db.pool, [{ runId, metric }], { maxPoints: points.length });
    expect(raw).toMatchObject({ bucketed: false, pointCount: points.length });
    expect(raw?.steps).toEqual(points.map(([step]) => step));
    expect(raw?.last).toEqual(points.map(([, value]) => value));

    const head = await db.prisma.metricSeriesHead.findUniqueOrThrow({
      where: { runId_metric: { runId, metric } },
    });
    const values = points.map(([, value]) => value);
    expect({ ...head, count: Number(head.count) }).toMatchObject({
      count: points.length,
      firstStep: points[0]?.[0],
      lastStep: points.at(-1)?.[0],
      last: points.at(-1)?.[1],
      min: values.reduce((a, b) => Math.min(a, b)),
      max: values.reduce((a, b) => Math.max(a, b)),
    });

    for (let i = 0; i < 4; i++) {
      const low = random.int(0, head.lastStep);
      const high = random.int(low, head.lastStep + 10);
      const inRange = points.filter(([step]) => step >= low && step <= high);
      const [part] = await readSeries(db.pool, [{ runId, metric }], {
        minStep: low,
        maxStep: high,
        maxPoints: 37,
      });
      if (part === undefined) throw new Error('one key, one series');
      expect(part.pointCount).toBe(inRange.length);
      expect(part.steps.length).toBeLessThanOrEqual(37);
      expectBucketsOf(inRange, part);
    }
  }
});

/** Each bucket ends at the step it names, so together they cut the points into stretches. */
function expectBucketsOf(
  points: [number, number][],
  series: { steps: number[]; min: number[]; max: number[]; mean: number[]; last: number[] },
): void {
  let from = 0;
  for (const [i, step] of series.steps.entries()) {
    const to = points.findIndex(([at]) => at === step) + 1;
    const values = points.slice(from, to).map(([, value]) => value);
    expect(values.length).toBeGreaterThan(0);
    expect(series.min[i]).toBe(values.reduce((a, b) => Math.min(a, b)));
    expect(series.max[i]).toBe(values.reduce((a, b) => Math.max(a, b)));
    expect(series.last[i]).toBe(values.at(-1));
    // All values are multiples of 1/4 below 2^10 in number 10^5: their sums are exact in float64, in any order.
    expect(series.mean[i]).toBe(values.reduce((a, b) => a + b) / values.length);
    from = to;
  }
  expect(from).toBe(points.length);
}

test('one point per step does not stay one row per point', async () => {
  const runId = newId('run');
  const steps = 3_000;
  await inTransaction(db.pool, async (client) => {
    for (let step = 1; step <= steps; step++) {
      await appendMetrics(client, runId, [{ metric: 'loss', steps: [step], values: [step] }]);
    }
  });
  // Every closed chunk has at least CLOSED_CHUNK_POINTS, and behind them there is at most one open tail.
  expect(await chunkCount(runId, 'loss')).toBeLessThanOrEqual(steps / CLOSED_CHUNK_POINTS + MAX_TAIL_ROWS);
  const [series] = await readSeries(db.pool, [{ runId, metric: 'loss' }], { maxPoints: steps });
  expect(series?.last).toEqual(Array.from({ length: steps }, (_, i) => i + 1));
});

test('of steps that are repeated within the tail the last value survives merging', async () => {
  const runId = newId('run');
  const known = new Map<number, number>();
  // 200 single points on 7 steps, then enough others for a merge to take the last of them along.
  for (let i = 0; i < 2 * MAX_TAIL_ROWS + 200; i++) {
    const step = i < 200 ? i % 7 : i;
    known.set(step, i);
    await append(runId, [{ metric: 'loss', steps: [step], values: [i] }]);
  }
  expect(await chunkCount(runId, 'loss')).toBeLessThan(MAX_TAIL_ROWS);
  const [series] = await readSeries(db.pool, [{ runId, metric: 'loss' }], { maxPoints: 1_000 });
  expect(series?.steps.map((step, i) => [step, series.last[i]])).toEqual(sorted(known));
});

test('replacing the value that was the extreme finds the next one, wherever it lies', async () => {
  const runId = newId('run');
  const steps = [1, 2, 3, 4, 5];
  for (const step of steps) await append(runId, [{ metric: 'loss', steps: [step], values: [step] }]);
  const head = async () => {
    const where = { runId_metric: { runId, metric: 'loss' } };
    const { min, max, last, lastStep } = await db.prisma.metricSeriesHead.findUniqueOrThrow({ where });
    return { min, max, last, lastStep };
  };
  expect(await head()).toEqual({ min: 1, max: 5, last: 5, lastStep: 5 });
  await append(runId, [{ metric: 'loss', steps: [5], values: [2.5] }]); // the maximum falls: 4 is the next
  expect(await head()).toEqual({ min: 1, max: 4, last: 2.5, lastStep: 5 });
  await append(runId, [{ metric: 'loss', steps: [1, 4], values: [9, 3] }]); // the minimum rises: 2 is the next
  expect(await head()).toEqual({ min: 2, max: 9, last: 2.5, lastStep: 5 });
});

test('large batches are stored as they come and small rows between them are not left behind for ever', async () => {
  const runId = newId('run');
  let step = 0;
  const next = (count: number) => Array.from({ length: count }, () => (step += 1));
  for (let round = 0; round < 5; round++) {
    for (const count of [...Array.from({ length: 20 }, () => 1), 1_000]) {
      const steps = next(count);
      await append(runId, [{ metric: 'loss', steps, values: steps }]);
    }
  }
  expect(await chunkCount(runId, 'loss')).toBe(5);
});

test('many series of many runs are read in their order, unknown ones empty', async () => {
  const runs = [newId('run'), newId('run')];
  for (const [i, runId] of runs.entries()) {
    await append(runId, [
      { metric: 'a', steps: [1, 2], values: [i, i + 1] },
      { metric: 'b', steps: [1], values: [9] },
    ]);
  }
  const [first = '', second = ''] = runs;
  const series = await readSeries(
    db.pool,
    [
      { runId: second, metric: 'a' },
      { runId: first, metric: 'missing' },
      { runId: first, metric: 'a' },
      { runId: first, metric: 'b' },
    ],
    { maxPoints: 10 },
  );
  expect(series.map(({ runId, metric, last }) => [runId, metric, last])).toEqual([
    [second, 'a', [1, 2]],
    [first, 'missing', []],
    [first, 'a', [0, 1]],
    [first, 'b', [9]],
  ]);
});

test('a sparkline is the means of equally wide buckets, for many runs at once', async () => {
  const runs = [newId('run'), newId('run'), newId('run')];
  const [short = '', long = ''] = runs;
  await append(short, [{ metric: 'r', steps: [1, 2, 3], values: [1, 2, 6] }]);
  const steps = Array.from({ length: 50_000 }, (_, i) => i);
  for (let at = 0; at < steps.length; at += 1_000) {
    const part = steps.slice(at, at + 1_000);
    await append(long, [{ metric: 'r', steps: part, values: part.map((step) => (step < 25_000 ? 1 : 3)) }]);
  }
  const lines = await readSparklines(db.pool, runs, 'r', 10);
  expect(lines.get(short)).toEqual([1, 2, 6]);
  expect(lines.get(long)).toEqual([1, 1, 1, 1, 1, 3, 3, 3, 3, 3]);
  expect(lines.size).toBe(2);
});
