/** What people and outages do to runs under way: real worker processes, the real API, a real PostgreSQL. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '@nabla/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../house/until.ts';
import { createFixture, LIMIT_MS, type Fixture } from './fixture.ts';
import { learningCurves, tinyRun } from './runs.ts';

const STEPS = 150;
const ALL_STEPS = Array.from({ length: STEPS }, (_, index) => index + 1);

let house: Fixture;
beforeAll(async () => {
  house = await createFixture();
});
afterAll(() => house.close());

const recordedSteps = async (runId: string): Promise<readonly number[]> =>
  (await learningCurves(house.client, runId)).find(({ name }) => name === 'policy/grad_norm')?.steps ?? [];

describe('a person', () => {
  it('pauses a run, which keeps a checkpoint of its last step, resumes it and cancels it', async () => {
    const run = await house.create(tinyRun(400));
    const worker = await house.worker(await house.folder());
    await house.reached(run, 5);
    await house.client.runs.pause(run.id);
    const paused = await house.withStatus(run, 'PAUSED');
    const checkpoints: number[] = [];
    for await (const { step } of house.client.runs.checkpoints(run.id)) checkpoints.push(step);
    expect(Math.max(...checkpoints)).toBe(paused.step);
    // The run's log tells what was asked, and where it stopped.
    const said = (await house.client.runs.logs(run.id)).map(({ message }) => message);
    expect(said).toContainEqual(expect.stringContaining('a pause was asked for: the run stops'));
    expect(said).toContain(`training stopped after step ${paused.step}: a pause was asked for`);

    await house.client.runs.resume(run.id);
    await house.reached(run, paused.step + 5);
    await house.client.runs.cancel(run.id);
    const cancelled = await house.withStatus(run, 'CANCELLED');
    expect(cancelled.step).toBeLessThan(400);

    // The worker has let go of all of it and takes the next run.
    const next = await house.create(tinyRun(12));
    await house.finished(next);
    await worker.killAll();
  }, 240_000);
});

describe('a run that cannot be', () => {
  it('fails with its cause, and the worker lives on', async () => {
    const worker = await house.worker(await house.folder(), { NABLA_REWARDS_DIR: await house.folder() });
    const missing = await house.create(
      tinyRun(12, { rewards: [{ kind: 'module', name: 'mine', path: 'not-there.mjs' }] }),
    );
    const failed = await house.withStatus(missing, 'FAILED');
    expect(failed.statusReason).toContain('"not-there.mjs"');
    // This one is not even made.
    await expect(house.create(tinyRun(12, { task: { kind: 'file', path: '/etc/passwd' } }))).rejects.toThrow(
      'workers read no files of others',
    );
    await house.finished(await house.create(tinyRun(12)));
    await worker.killAll();
  }, 240_000);
});

describe('two workers and one run', () => {
  it('only one of many claims at once gets it', async () => {
    const run = await house.create(tinyRun(12));
    const ids = Array.from({ length: 8 }, (_, index) => `wrk_claimer_${index}`);
    const about = { name: 'claimer', backend: 'wasm', host: 'here', version: '1', device: 'none' };
    await Promise.all(ids.map((id) => house.client.worker.register({ id, ...about })));
    const leases = await Promise.all(
      ids.map((workerId) => house.client.worker.claim({ workerId, runId: run.id, leaseSeconds: 60 })),
    );
    const held = leases.filter((lease) => lease !== null);
    expect(held).toHaveLength(1);
    await house.client.runs.cancel(run.id);
    const [lease] = held;
    if (lease !== undefined)
      await house.client.worker.release({ runId: run.id, leaseToken: lease.token }, null);
  });

  it('a worker that slept through its lease stops, keeps its records aside, and disturbs nothing', async () => {
    const sleeperFolder = await house.folder();
    const run = await house.create(tinyRun(STEPS));
    const sleeper = await house.worker(sleeperFolder);
    await house.reached(run, 20);
    const training = await sleeper.trainingPid();
    // Stopped, not killed: the state of a machine that was suspended, or of a network that was cut.
    sleeper.signal('SIGSTOP');
    if (training !== undefined) process.kill(training, 'SIGSTOP');
    const other = await house.worker(await house.folder());
    await until('the other worker has the run', LIMIT_MS, () =>
      other.messages.some((message) => message.includes('attempt 2')),
    );
    sleeper.signal('SIGCONT');
    if (training !== undefined) process.kill(training, 'SIGCONT');

    await house.finished(run);
    await until('the sleeper has noticed', LIMIT_MS, () =>
      sleeper.messages.some((message) => message.startsWith('lost: ')),
    );
    expect(await recordedSteps(run.id)).toEqual(ALL_STEPS);
    const rejected = await readdir(join(sleeperFolder, 'spool', 'rejected')).catch(() => []);
    const said = sleeper.messages.filter((message) => message.includes('kept in'));
    // Said once if anything had to be kept, and not at all if nothing was on its way.
    expect(said.length).toBe(rejected.length);
    await Promise.all([sleeper.killAll(), other.killAll()]);
  }, 240_000);
});

describe('an API that goes away in mid-run', () => {
  it('is trained through; when it is back, everything arrives, and the run goes on where it is', async () => {
    const run = await house.create(tinyRun(STEPS));
    const worker = await house.worker(await house.folder());
    await house.reached(run, 20);
    const training = await worker.trainingPid();
    await house.stopApi();
    await until('the worker says so', LIMIT_MS, () =>
      worker.messages.some((message) => message.includes('wait in the spool')),
    );
    // Longer than the lease of 5 s: the API will find it expired.
    await new Promise((resolve) => setTimeout(resolve, 8000));
    await house.startApi();
    const end = await house.finished(run);
    expect(await recordedSteps(run.id)).toEqual(ALL_STEPS);
    const logs = await house.client.runs.logs(run.id);
    // One training from beginning to end: nothing was computed twice.
    expect(logs.filter(({ message }) => message.includes('goes on after step'))).toEqual([]);
    expect(training).toBeDefined();
    expect(end.step).toBe(STEPS);
    await worker.killAll();
  }, 240_000);
});

describe('a lease', () => {
  it('that was taken back refuses records, checkpoints and endings alike', async () => {
    const run = await house.create(tinyRun(12));
    const about = { name: 'one', backend: 'wasm', host: 'here', version: '1', device: 'none' };
    const { worker } = house.client;
    await worker.register({ id: 'wrk_first', ...about });
    const lease = await worker.claim({ workerId: 'wrk_first', runId: run.id });
    if (lease === null) throw new Error('no lease');
    // The same worker again: what it held goes back to the queue.
    await worker.register({ id: 'wrk_first', ...about });
    const held = { runId: run.id, leaseToken: lease.token };
    const time = new Date().toISOString();
    const results = await Promise.allSettled([
      worker.record({ ...held, writer: 'w' }, [
        { sequence: 1, step: 1, stage: 'WARM_UP', time, metrics: [] },
      ]),
      worker.heartbeat({ leaseToken: lease.token }),
      worker.finish(held),
      worker.fail(held, 'no'),
      worker.release(held, null),
    ]);
    for (const result of results) {
      if (result.status === 'fulfilled') throw new Error('a lost lease was honoured');
      expect(result.reason).toBeInstanceOf(RefusedError);
      expect(result.reason).toMatchObject({ code: 'LEASE_LOST' });
    }
    await house.client.runs.cancel(run.id);
  });
});
