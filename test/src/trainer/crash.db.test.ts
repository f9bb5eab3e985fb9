/** Real worker processes, the real API, a real PostgreSQL: whatever kills a worker, the run ends as if nothing had. */
import { watch } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunInfo } from '@nabla/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../house/until.ts';
import { createFixture, LIMIT_MS, type Fixture } from './fixture.ts';
import { completionLines, finalCheckpoint, learningCurves, tinyRun } from './runs.ts';

const STEPS = 60;

/** All that a run leaves which is no time or memory. */
interface Outcome {
  readonly checkpoint: string;
  readonly curves: Awaited<ReturnType<typeof learningCurves>>;
  readonly completions: string[];
}
let house: Fixture;
/** Of a run that nothing interrupted. */
let reference: Outcome;

const outcome = async (run: RunInfo): Promise<Outcome> => ({
  checkpoint: await finalCheckpoint(house.client, run),
  curves: await learningCurves(house.client, run.id),
  completions: await completionLines(house.client, run.id),
});

beforeAll(async () => {
  house = await createFixture();
  const run = await house.create(tinyRun(STEPS));
  const worker = await house.worker(await house.folder());
  reference = await outcome(await house.finished(run));
  await worker.killAll();
}, 240_000);

afterAll(() => house.close());

describe('a run that nothing interrupts', () => {
  it('stands in the record with every step once', () => {
    const steps = reference.curves.find(({ name }) => name === 'policy/grad_norm')?.steps;
    expect(steps).toEqual(Array.from({ length: STEPS }, (_, index) => index + 1));
    expect(reference.completions).toHaveLength((STEPS - 10) * 16);
  });
});

describe('kill -9 of the worker', () => {
  it('at several moments leaves the same weights, metrics and completions as no crash at all', async () => {
    const path = await house.folder();
    const run = await house.create(tinyRun(STEPS));
    // In the warm-up, where the stages meet, between checkpoints, and near the end.
    for (const step of [3, 10, 29, 50]) {
      const victim = await house.worker(path);
      await house.reached(run, step);
      await victim.killAll();
    }
    const last = await house.worker(path);
    const end = await house.finished(run);
    expect(await outcome(end)).toEqual(reference);
    await last.killAll();
  }, 240_000);

  it('in the middle of writing a checkpoint goes on from the one before', async () => {
    const path = await house.folder();
    const run = await house.create(tinyRun(STEPS));
    const checkpoints = join(path, 'checkpoints', run.id);
    await mkdir(checkpoints, { recursive: true });
    let torn = 0;
    for (let life = 0; life < 5 && torn === 0; life++) {
      const victim = await house.worker(path);
      const training = await until('the training process is there', LIMIT_MS, () => victim.trainingPid());
      await firstUnfinished(checkpoints, () => process.kill(training, 'SIGKILL'));
      await victim.killAll();
      if ((await readdir(checkpoints)).some((name) => name.startsWith('.aside-'))) torn++;
    }
    // Otherwise this test would prove nothing: at least one write was really cut off.
    expect(torn).toBeGreaterThan(0);
    const last = await house.worker(path);
    expect(await outcome(await house.finished(run))).toEqual(reference);
    await last.killAll();
  }, 240_000);

  it('lets another worker resume from the recorded checkpoint when the lease has run out', async () => {
    const run = await house.create(tinyRun(STEPS));
    const victim = await house.worker(await house.folder());
    await house.reached(run, 30);
    await victim.killAll();
    const heir = await house.worker(await house.folder());
    const end = await house.finished(run);
    expect(await outcome(end)).toEqual(reference);
    expect(heir.messages.some((message) => message.includes('attempt 2'))).toBe(true);
    await heir.killAll();
  }, 240_000);

  it('of the training process alone is repaired by the worker', async () => {
    const run = await house.create(tinyRun(STEPS));
    const parent = await house.worker(await house.folder());
    await house.reached(run, 20);
    const training = await parent.trainingPid();
    if (training === undefined) throw new Error('no training process');
    process.kill(training, 'SIGKILL');
    const end = await house.finished(run);
    expect(await outcome(end)).toEqual(reference);
    const logs = (await house.client.runs.logs(run.id)).map(({ message }) => message);
    expect(logs).toContainEqual(expect.stringContaining('it was ended by SIGKILL'));
    await parent.killAll();
  }, 240_000);
});

describe('SIGTERM', () => {
  it('checkpoints, gives the run back at once and leaves with 0; the next worker goes on', async () => {
    const path = await house.folder();
    const run = await house.create(tinyRun(STEPS));
    const first = await house.worker(path);
    await house.reached(run, 25);
    first.signal('SIGTERM');
    expect(await first.exited).toBe(0);
    const between = await house.client.runs.get(run.id);
    expect(between.status, first.messages.join('\n')).toBe('QUEUED');
    const steps: number[] = [];
    for await (const checkpoint of house.client.runs.checkpoints(run.id)) steps.push(checkpoint.step);
    expect(steps).toContain(between.step);
    const second = await house.worker(await house.folder());
    expect(await outcome(await house.finished(run))).toEqual(reference);
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
