/**
 * @file `pnpm --filter @nabla/db bench`: metric points per second that the database takes from `ingestSteps`, acknowledged
 * after commit on an embedded PostgreSQL with its usual durability, in requests of 1,000 points of different shapes; and
 * what reading them back costs. The last line is JSON.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  ingestSteps,
  openDatabase,
  readSeries,
  readSparklines,
  silentLog,
  type Database,
} from '../src/index.ts';
import type { CompletionEntry, StepRecordEntry } from '../src/index.ts';
import { seedClaimedRun, seedWorkspace } from '../src/testing/index.ts';

const POINTS = 1_000;
const DURATION_MS = Number(process.env['BENCH_MS'] ?? 4_000);
const WRITERS = 2;

/** records × metrics × points of each metric in a record = 1,000. */
const SHAPES = {
  oneMetric: { records: 1, metrics: 1, points: 1_000 },
  tenMetrics: { records: 1, metrics: 10, points: 100 },
  steps: { records: 40, metrics: 25, points: 1 },
  wide: { records: 1, metrics: 1_000, points: 1 },
};

const dataDir = await mkdtemp(path.join(tmpdir(), 'nabla-bench-'));
const db = await openDatabase({ dataDir, port: 57_000, log: silentLog });
const figures: Record<string, number> = {};
try {
  for (const [name, shape] of Object.entries(SHAPES)) {
    figures[`${name}PointsPerSecond`] = Math.round(await measureWrites(db, shape));
  }
  figures['completionsPerSecond'] = Math.round(await measureCompletions(db));
  Object.assign(figures, await measureReads(db));
} finally {
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
}
console.log(JSON.stringify({ name: 'db-ingest', figures }));

async function measureWrites(database: Database, shape: (typeof SHAPES)['oneMetric']): Promise<number> {
  const seed = await seedWorkspace(database);
  const runs = await Promise.all(Array.from({ length: WRITERS }, () => seedClaimedRun(database, seed)));
  let requests = 0;
  const end = performance.now() + DURATION_MS;
  const started = performance.now();
  await Promise.all(
    runs.map(async (run) => {
      for (let request = 0; performance.now() < end; request++) {
        const records = Array.from({ length: shape.records }, (_, i) =>
          record(request * shape.records + i, shape),
        );
        await ingestSteps(database.pool, { ...run, writer: 'bench', records });
        requests += 1;
      }
    }),
  );
  return (requests * POINTS * 1_000) / (performance.now() - started);
}

function record(sequence: number, shape: (typeof SHAPES)['oneMetric']): StepRecordEntry {
  const steps = Array.from({ length: shape.points }, (_, i) => sequence * shape.points + i);
  const values = steps.map((step) => Math.sin(step));
  const metrics = Array.from({ length: shape.metrics }, (_, i) => ({ name: `metric/${i}`, steps, values }));
  const step = steps[steps.length - 1] ?? 0;
  return { sequence, step, stage: 'POLICY_GRADIENT', time: new Date(), metrics, completions: [], logs: [] };
}

/** Steps of 64 completions of 24 tokens with two reward components. */
async function measureCompletions(database: Database): Promise<number> {
  const run = await seedClaimedRun(database, await seedWorkspace(database));
  const bytes = new Uint8Array(24 * 4);
  const tokens = {
    tokenIds: bytes,
    pieces: Array.from('abcdefghijklmnopqrstuvwx'),
    logp: bytes,
    refLogp: bytes,
    updatedLogp: bytes,
  };
  const reward = { value: 1, used: null, weight: 0.5, version: '1', error: null };
  const completions = Array.from({ length: 64 }, (_, index): CompletionEntry => {
    const rewards = [
      { ...reward, name: 'exact' },
      { ...reward, name: 'format' },
    ];
    const evaluationSet = null;
    const text = { promptText: '3 1 2 7 4 =', answer: '1 2 3 4 7', text: '1 2 3 4 7 and some more text' };
    const sums = {
      reward: 1,
      advantage: 0.5,
      signal: 0.5,
      kl: 0.01,
      logp: -12,
      refLogp: -13,
      updatedLogp: -11,
    };
    return {
      index,
      evaluationSet,
      group: index >> 3,
      ...text,
      tokenCount: 24,
      truncated: false,
      rewards,
      ...sums,
      tokens,
    };
  });
  const started = performance.now();
  let steps = 0;
  for (; performance.now() - started < DURATION_MS; steps++) {
    const step: StepRecordEntry = {
      sequence: steps,
      step: steps,
      stage: null,
      time: new Date(),
      metrics: [],
      completions,
      logs: [],
    };
    await ingestSteps(database.pool, { ...run, writer: 'bench', records: [step] });
  }
  return (steps * 64 * 1_000) / (performance.now() - started);
}

/** A million points in chunks whose length divides no bucket's width, so that buckets and chunks cut across each other. */
async function measureReads(database: Database): Promise<Record<string, number>> {
  const run = await seedClaimedRun(database, await seedWorkspace(database));
  const shape = { records: 1, metrics: 1, points: 937 };
  const bytesBefore = await chunkBytes(database);
  const requests = Math.ceil(1_000_000 / shape.points);
  for (let sequence = 0; sequence < requests; sequence++) {
    await ingestSteps(database.pool, { ...run, writer: 'bench', records: [record(sequence, shape)] });
  }
  const key = [{ runId: run.runId, metric: 'metric/0' }];
  return {
    bytesPerPoint: ((await chunkBytes(database)) - bytesBefore) / (requests * shape.points),
    millionPointsIn1000BucketsMs: await median(() => readSeries(database.pool, key, { maxPoints: 1_000 })),
    millionPointsSparklineMs: await median(() => readSparklines(database.pool, [run.runId], 'metric/0', 60)),
    lastThousandPointsMs: await median(() =>
      readSeries(database.pool, key, { minStep: 999_000, maxPoints: 1_000 }),
    ),
  };
}

async function chunkBytes(database: Database): Promise<number> {
  const { rows } = await database.pool.query<{ bytes: number }>(
    "SELECT pg_total_relation_size('metric_chunk')::float8 AS bytes",
  );
  return rows[0]?.bytes ?? 0;
}

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return Math.round((times.sort((a, b) => a - b)[3] ?? 0) * 10) / 10;
}
