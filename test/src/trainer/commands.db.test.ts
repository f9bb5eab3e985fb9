/**
 * From a person's click to the worker: what is asked of a run reaches it at once, by its subscription, is done within the step under
 * way, and stands in the run's log. Counted in steps: a reward module holds one up while the request travels.
 */
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunInfo } from '@nabla/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../house/until.ts';
import { deafHeartbeats, type DeafApi } from './deafHeartbeats.ts';
import { createFixture, LIMIT_MS, type Fixture } from './fixture.ts';
import { completionLines, finalCheckpoint, learningCurves, tinyRun } from './runs.ts';
import type { WorkerProcess } from './workerProcess.ts';

const STEPS = 8;
const HELD_STEP = 4;

/** Called once a step: notes which one has begun, and stays in the held one as long as the file `hold` is there. */
const GATE = `import { existsSync, writeFileSync } from 'node:fs';
let step = 0;
export default async (completions) => {
  step++;
  writeFileSync(new URL('begun', import.meta.url), String(step));
  if (step === ${HELD_STEP}) {
    const hold = new URL('hold', import.meta.url);
    if (existsSync(hold)) writeFileSync(new URL('held', import.meta.url), '');
    while (existsSync(hold)) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return completions.map(({ completion }) => completion.length);
};`;

let house: Fixture;
let api: DeafApi;
let rewards: string;
let worker: WorkerProcess;
beforeAll(async () => {
  house = await createFixture();
  api = await deafHeartbeats(house.url);
  rewards = await house.folder();
  await writeFile(join(rewards, 'gate.mjs'), GATE);
  worker = await house.worker(await house.folder(), { NABLA_API_URL: api.url, NABLA_REWARDS_DIR: rewards });
}, 240_000);
afterAll(async () => {
  await house.close();
  await api.close();
});
beforeEach(() => rm(join(rewards, 'held'), { force: true }));

const gated = (steps = STEPS) =>
  tinyRun(STEPS, {
    warmup: undefined,
    policyGradient: { steps, promptsPerStep: 2, groupSize: 4, maxNewTokens: 4, advantage: 'ema' },
    rewards: [{ kind: 'module', name: 'gate', path: 'gate.mjs', batch: true, timeoutMs: 600_000 }],
    checkpoint: { everySteps: 1000, keepLast: 10 },
  });

/** A run that is asked for something while a step of it is under way; that step ends when the worker has heard of it. */
async function askWhileHeld(ask: (run: RunInfo) => Promise<unknown>, heard: string): Promise<RunInfo> {
  await writeFile(join(rewards, 'hold'), '');
  const run = await house.create(gated());
  await until('the step is under way', LIMIT_MS, async () => {
    const { status, statusReason } = await house.client.runs.get(run.id);
    if (status === 'FAILED') throw new Error(`run ${run.id} failed: ${statusReason}`);
    return isThere('held');
  });
  const saidBefore = worker.messages.length;
  await ask(run);
  await until('the worker has heard', LIMIT_MS, () =>
    worker.messages.slice(saidBefore).some((message) => message.startsWith(heard)),
  );
  await rm(join(rewards, 'hold'));
  return run;
}

const isThere = (name: string): Promise<boolean> =>
  access(join(rewards, name)).then(
    () => true,
    () => false,
  );
const begun = async (): Promise<number> => Number(await readFile(join(rewards, 'begun'), 'utf8'));
const logsOf = async (run: RunInfo): Promise<string[]> =>
  (await house.client.runs.logs(run.id)).map(({ message }) => message);
async function checkpointSteps(run: RunInfo): Promise<number[]> {
  const steps: number[] = [];
  for await (const { step } of house.client.runs.checkpoints(run.id)) steps.push(step);
  return steps.sort((a, b) => a - b);
}

describe('what is asked of a run while a step is under way', () => {
  it('a pause: no step is begun after it; resumed, the run ends as one that was never paused', async () => {
    const whole = await house.finished(await house.create(gated()));
    const run = await askWhileHeld(({ id }) => house.client.runs.pause(id), 'a pause was asked for');
    const paused = await house.withStatus(run, 'PAUSED');
    expect(paused.step).toBe(HELD_STEP);
    expect(await begun()).toBe(HELD_STEP);
    expect(await checkpointSteps(run)).toEqual([HELD_STEP]);
    // By the subscription: the heartbeats went out, and never heard anything.
    expect(api.heartbeats).toBeGreaterThan(0);

    await house.client.runs.resume(run.id);
    const end = await house.finished(run);
    expect(await finalCheckpoint(house.client, end)).toBe(await finalCheckpoint(house.client, whole));
    expect(await learningCurves(house.client, run.id)).toEqual(await learningCurves(house.client, whole.id));
    expect(await completionLines(house.client, run.id)).toEqual(
      await completionLines(house.client, whole.id),
    );
    const logs = await logsOf(run);
    // Besides what the engine tells.
    expect(logs.filter((line) => /^(training|a pause)/.test(line))).toEqual([
      'training began',
      'a pause was asked for: the run stops after the step under way, with a checkpoint',
      `training stopped after step ${HELD_STEP}: a pause was asked for`,
      `training goes on after step ${HELD_STEP}`,
      `training is finished after step ${STEPS}`,
    ]);
  }, 240_000);

  it('a checkpoint: it holds that step', async () => {
    const heard = 'a checkpoint was asked for';
    const run = await askWhileHeld(({ id }) => house.client.runs.checkpoint(id), heard);
    await house.finished(run);
    expect((await checkpointSteps(run))[0]).toBe(HELD_STEP);
    const logs = await logsOf(run);
    expect(logs).toContain('a checkpoint was asked for: it is made after the step under way');
    expect(logs).toContain(`the checkpoint that was asked for is recorded: step ${HELD_STEP}`);
  }, 240_000);

  it('a cancel: no step is begun after it', async () => {
    const run = await askWhileHeld(({ id }) => house.client.runs.cancel(id), 'cancelling was asked for');
    const cancelled = await house.withStatus(run, 'CANCELLED');
    // The step under way is wanted no more: it may be recorded or not.
    expect([HELD_STEP - 1, HELD_STEP]).toContain(cancelled.step);
    expect(await begun()).toBe(HELD_STEP);
    expect(await checkpointSteps(run)).toEqual([]);
    const logs = await logsOf(run);
    expect(logs.slice(-2)).toEqual([
      'cancelling was asked for: the run stops after the step under way',
      `training stopped after step ${cancelled.step}: cancelling was asked for`,
    ]);
  }, 240_000);
});

it('a run that fails says in its log why, as an error', async () => {
  await writeFile(join(rewards, 'broken.mjs'), 'export default () => null;');
  const run = await house.create(
    tinyRun(4, {
      warmup: undefined,
      policyGradient: { steps: 4, promptsPerStep: 2, groupSize: 4, maxNewTokens: 4 },
      rewards: [{ kind: 'module', name: 'broken', path: 'broken.mjs' }],
    }),
  );
  await house.withStatus(run, 'FAILED');
  const last = (await house.client.runs.logs(run.id)).at(-1);
  expect(last).toMatchObject({ level: 'ERROR', message: expect.stringMatching(/^The run failed: .*step 1/) });
}, 240_000);
