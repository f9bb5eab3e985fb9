/** Real worker processes, the real API, a real PostgreSQL: whatever kills a worker, the run ends as if nothing had. */
import { watch } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestApi, type TestApi } from '@nabla/api/testing';
import { createClient, type Client, type RunInfo } from '@nabla/client';
import type { RunConfigInput } from '@nabla/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../house/until.ts';
import { completionLines, finalCheckpoint, learningCurves, projectId, tinyRun } from './runs.ts';
import { startWorker, workerFolder, type WorkerProcess } from './workerProcess.ts';

const STEPS = 90;
const LIMIT_MS = 90_000;

let api: TestApi;
let client: Client;
let project: string;
const folders: (() => Promise<void>)[] = [];
const workers: WorkerProcess[] = [];

/** What an uninterrupted run leaves. */
interface Reference {
  readonly checkpoint: string;
  readonly curves: Awaited<ReturnType<typeof learningCurves>>;
  readonly completions: string[];
}
let reference: Reference;

async function folder(): Promise<string> {
  const { path, remove } = await workerFolder();
  folders.push(remove);
  return path;
}

async function worker(path: string, env?: Record<string, string>): Promise<WorkerProcess> {
  const started = await startWorker({
    url: api.url,
    key: api.workerKey,
    folder: path,
    ...(env === undefined ? {} : { env }),
  });
  workers.push(started);
  return started;
}

const create = (config: RunConfigInput): Promise<RunInfo> =>
  client.runs.create({ projectId: project, config });
const finished = (run: RunInfo): Promise<RunInfo> =>
  until(`${run.id} is finished`, LIMIT_MS, async () => {
    const now = await client.runs.get(run.id);
    if (now.status === 'FAILED') throw new Error(`the run failed: ${now.statusReason}`);
    return now.status === 'FINISHED' && now;
  });
const reached = (run: RunInfo, step: number): Promise<RunInfo> =>
  until(`${run.id} reaches step ${step}`, LIMIT_MS, async () => {
    const now = await client.runs.get(run.id);
    return now.step >= step && now;
  });
const outcome = async (run: RunInfo): Promise<Reference> => ({
  checkpoint: await finalCheckpoint(client, run),
  curves: await learningCurves(client, run.id),
  completions: await completionLines(client, run.id),
});

beforeAll(async () => {
  api = await startTestApi();
  client = createClient({ url: api.url, apiKey: api.workerKey });
  project = await projectId(client);
  const run = await create(tinyRun(STEPS));
  const first = await worker(await folder());
  reference = await outcome(await finished(run));
  first.signal('SIGTERM');
  expect(await first.exited).toBe(0);
  // Every step stands in the record once.
  expect(reference.curves.find(({ name }) => name === 'policy/grad_norm')?.steps).toEqual(
    Array.from({ length: STEPS }, (_, index) => index + 1),
  );
  expect(reference.completions).toHaveLength((STEPS - 10) * 16);
}, 180_000);

afterAll(async () => {
  for (const started of workers) await started.killAll();
  for (const remove of folders) await remove();
  await api.close();
});

describe('kill -9 of the worker', () => {
  it('at several moments leaves the same weights, metrics and completions as no crash at all', async () => {
    const path = await folder();
    const run = await create(tinyRun(STEPS));
    // In the warm-up, where the stages meet, between checkpoints, and near the end.
    for (const step of [3, 10, 37, 70]) {
      const victim = await worker(path);
      await reached(run, step);
      await victim.killAll();
    }
    const last = await worker(path);
    const end = await finished(run);
    expect(await outcome(end)).toEqual(reference);
    await last.killAll();
  }, 240_000);

  it('in the middle of writing a checkpoint goes on from the one before', async () => {
    const path = await folder();
    const run = await create(tinyRun(STEPS));
    const checkpoints = join(path, 'checkpoints', run.id);
    await mkdir(checkpoints, { recursive: true });
    let torn = 0;
    for (let life = 0; life < 5 && torn < 2; life++) {
      const victim = await worker(path);
      const training = await until('the training process is there', LIMIT_MS, () => victim.trainingPid());
      await firstUnfinished(checkpoints, () => process.kill(training, 'SIGKILL'));
      await victim.killAll();
      if ((await readdir(checkpoints)).some((name) => name.startsWith('.aside-'))) torn++;
    }
    // Otherwise this test would prove nothing: at least one write was really cut off.
    expect(torn).toBeGreaterThan(0);
    const last = await worker(path);
    expect(await outcome(await finished(run))).toEqual(reference);
    await last.killAll();
  }, 240_000);

  it('lets another worker resume from the recorded checkpoint when the lease has run out', async () => {
    const run = await create(tinyRun(STEPS));
    const victim = await worker(await folder());
    await reached(run, 40);
    await victim.killAll();
    const heir = await worker(await folder());
    const end = await finished(run);
    expect(await outcome(end)).toEqual(reference);
    expect(heir.messages.some((message) => message.includes('attempt 2'))).toBe(true);
    await heir.killAll();
  }, 240_000);

  it('of the training process alone is repaired by the worker', async () => {
    const run = await create(tinyRun(STEPS));
    const parent = await worker(await folder());
    await reached(run, 20);
    const training = await parent.trainingPid();
    if (training === undefined) throw new Error('no training process');
    process.kill(training, 'SIGKILL');
    const end = await finished(run);
    expect(await outcome(end)).toEqual(reference);
    const logs = (await client.runs.logs(run.id)).map(({ message }) => message);
    expect(logs).toContainEqual(expect.stringContaining('it was ended by SIGKILL'));
    await parent.killAll();
  }, 240_000);
});

describe('SIGTERM', () => {
  it('checkpoints, gives the run back at once and leaves with 0; the next worker goes on', async () => {
    const path = await folder();
    const run = await create(tinyRun(STEPS));
    const first = await worker(path);
    await reached(run, 25);
    first.signal('SIGTERM');
    expect(await first.exited).toBe(0);
    const between = await client.runs.get(run.id);
    expect(between.status).toBe('QUEUED');
    const steps: number[] = [];
    for await (const checkpoint of client.runs.checkpoints(run.id)) steps.push(checkpoint.step);
    expect(steps).toContain(between.step);
    const second = await worker(await folder());
    expect(await outcome(await finished(run))).toEqual(reference);
    await second.killAll();
  }, 240_000);
});

/** Calls back as soon as a checkpoint begins to be written. */
function firstUnfinished(folder: string, callback: () => void): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, (_event, name) => {
      if (name === null || !name.startsWith('.aside-')) return;
      watcher.close();
      callback();
      resolve();
    });
  });
}
