/**
 * @file `npm run bench -- ingest`: what recordSteps takes. A real API process with its embedded PostgreSQL (usual
 * durability) in a folder of its own, asked over HTTP by this process; a point counts once its request is acknowledged,
 * which is after commit. The last line is JSON.
 *
 * Every request carries 1,000 points. `pointsPerSecond` is for one record with 10 metrics of 100 steps, as a spool sends
 * what gathered; `stepRecordsPerSecond` for 40 records of one step with 25 metrics, as it sends a fast run step by step.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiProcess, startApiProcess } from './apiProcess.ts';

const DURATION_MS = Number(process.env['BENCH_MS'] ?? 5_000);
const WARM_UP_MS = 1_000;
/** Runs written at once, each with one request in flight, as each worker has. */
const WRITERS = 4;
const POINTS = 1_000;

interface Shape {
  records: number;
  metrics: number;
  steps: number;
}
const GATHERED: Shape = { records: 1, metrics: 10, steps: 100 };
const STEP_BY_STEP: Shape = { records: 40, metrics: 25, steps: 1 };
const ONE_COLUMN: Shape = { records: 1, metrics: 1, steps: 1_000 };

const RECORD_STEPS =
  'mutation($input: RecordStepsInput!) { recordSteps(input: $input) { acknowledged errors { code message } } }';

const dataDir = await mkdtemp(join(tmpdir(), 'nabla-ingest-bench-'));
try {
  const api = await startApiProcess(dataDir);
  try {
    const gathered = await measure(api, GATHERED);
    const stepByStep = await measure(api, STEP_BY_STEP);
    const oneColumn = await measure(api, ONE_COLUMN);
    const figures = {
      pointsPerSecond: Math.round(gathered * POINTS),
      stepRecordsPerSecond: Math.round(stepByStep * STEP_BY_STEP.records),
      stepByStepPointsPerSecond: Math.round(stepByStep * POINTS),
      oneColumnPointsPerSecond: Math.round(oneColumn * POINTS),
    };
    console.log(JSON.stringify({ name: 'ingest', figures }));
  } finally {
    await api.stop();
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

/** Requests per second, after a warm-up, over all writers. */
async function measure(api: ApiProcess, shape: Shape): Promise<number> {
  const runs = await Promise.all(Array.from({ length: WRITERS }, () => api.claimNewRun()));
  const started = performance.now() + WARM_UP_MS;
  const end = started + DURATION_MS;
  let counted = 0;
  let lastAt = started;
  await Promise.all(
    runs.map(async ({ runId, leaseToken }) => {
      for (let request = 0; performance.now() < end; request++) {
        const records = Array.from({ length: shape.records }, (_, i) =>
          makeRecord(request * shape.records + i, shape),
        );
        const { recordSteps } = await api.ask<{ recordSteps: { acknowledged: number[]; errors: object[] } }>(
          RECORD_STEPS,
          {
            input: { runId, leaseToken, writer: 'bench', records },
          },
        );
        if (recordSteps.acknowledged.length !== shape.records)
          throw new Error(JSON.stringify(recordSteps.errors));
        const now = performance.now();
        if (now < started) continue;
        counted += 1;
        lastAt = now;
      }
    }),
  );
  return (counted * 1_000) / (lastAt - started);
}

function makeRecord(sequence: number, { metrics, steps }: Shape) {
  const column = Array.from({ length: steps }, (_, i) => sequence * steps + i);
  const values = column.map((step) => Math.sin(step / 100));
  return {
    sequence,
    step: column.at(-1) ?? 0,
    stage: 'POLICY_GRADIENT',
    time: new Date().toISOString(),
    metrics: Array.from({ length: metrics }, (_, i) => ({ name: `metric/${i}`, steps: column, values })),
  };
}
