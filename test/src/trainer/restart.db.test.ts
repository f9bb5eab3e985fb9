/** Checkpoints on demand, forks, reference checkpoints and repetitions of steps, with a real API and real workers. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CheckpointInfo, RunInfo } from '@nabla/client';
import { runConfigToYaml } from '@nabla/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../house/until.ts';
import { nabla } from './cliProcess.ts';
import { createFixture, LIMIT_MS, type Fixture } from './fixture.ts';
import { finalCheckpoint, tinyRun } from './runs.ts';
import type { WorkerProcess } from './workerProcess.ts';

const STEPS = 24;

let house: Fixture;
let worker: WorkerProcess;
let rewards: string;
/** Finished, with checkpoints of steps 16 and 24. */
let parent: RunInfo;
beforeAll(async () => {
  house = await createFixture();
  rewards = await house.folder();
  await writeFile(join(rewards, 'dice.mjs'), 'export default () => Math.random();\n');
  worker = await house.worker(await house.folder(), { NABLA_REWARDS_DIR: rewards });
  parent = await house.finished(await house.create(tinyRun(STEPS)));
}, 240_000);
afterAll(() => house.close());

async function checkpointsOf(run: RunInfo): Promise<CheckpointInfo[]> {
  const found: CheckpointInfo[] = [];
  for await (const checkpoint of house.client.runs.checkpoints(run.id))
    if (checkpoint.deletedAt === null) found.push(checkpoint);
  return found.sort((a, b) => a.step - b.step);
}

describe('checkpoint now', () => {
  it('is made within a step of when the worker hears of it, as often as it is asked for, and the run goes on', async () => {
    const run = await house.create(tinyRun(2000, { checkpoint: { everySteps: 5000, keepLast: 10 } }));
    await house.reached(run, 12);
    const steps: number[] = [];
    for (let count = 1; count <= 2; count++) {
      const asked = await house.client.runs.checkpoint(run.id);
      expect(asked.pendingCommand).toBe('CHECKPOINT');
      const made = await until('the checkpoint is recorded', LIMIT_MS, async () => {
        const found = await checkpointsOf(run);
        return found.length === count && found.at(-1);
      });
      expect(made.step).toBeGreaterThanOrEqual(asked.step);
      expect(made.metrics).toMatchObject({ 'reward/mean': expect.any(Number) });
      steps.push(made.step);
      const after = await until('nothing is asked any more', LIMIT_MS, async () => {
        const now = await house.client.runs.get(run.id);
        return now.pendingCommand === null && now;
      });
      expect(after.status).toBe('RUNNING');
      await house.reached(run, made.step + 2);
    }
    expect(steps[1]).toBeGreaterThan(steps[0] ?? 0);
    await house.client.runs.cancel(run.id);
    await house.withStatus(run, 'CANCELLED');
  }, 240_000);
});

describe('a fork', () => {
  it('begins with the weights of its parent, is not disturbed by a crash, and tells where it comes from', async () => {
    const change = {
      config: tinyRun(30, { name: 'fork', checkpoint: { everySteps: 4, keepLast: 2 } }),
      runId: parent.id,
      step: STEPS,
    };
    const fork = await house.client.runs.fork(change);
    // Twenty steps of policy gradient: the warm-up is behind the checkpoint.
    expect(fork.totalSteps).toBe(20);
    const { sha256 } = (await checkpointsOf(parent)).at(-1) ?? {};
    expect(fork.forkedFrom).toEqual({ run: { id: parent.id, number: parent.number }, step: STEPS, sha256 });
    const end = await house.finished(fork);
    const logs = (await house.client.runs.logs(fork.id)).map(({ message }) => message);
    expect(logs).toContain(`begins with the weights of step ${STEPS} of another run`);

    const killed = await house.client.runs.fork(change);
    await house.reached(killed, 2);
    const training = await worker.trainingPid();
    if (training === undefined) throw new Error('no training process');
    process.kill(training, 'SIGKILL');
    expect(await finalCheckpoint(house.client, await house.finished(killed))).toBe(
      await finalCheckpoint(house.client, end),
    );
  }, 240_000);

  it('has the model of its parent, or is refused with what differs', async () => {
    const model = { kind: 'scratch', layers: 1, width: 64, heads: 2, feedForward: 64 } as const;
    const failed = house.client.runs.fork({ runId: parent.id, step: STEPS, config: tinyRun(30, { model }) });
    await expect(failed).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(failed).rejects.toThrow('model.width');
    await expect(house.client.runs.fork({ runId: parent.id, step: 3 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('can be executed by `nabla train` where its files are', async () => {
    const cwd = await house.folder();
    await writeFile(join(cwd, 'run.yaml'), runConfigToYaml(tinyRun(14)));
    const train = (out: string, ...change: string[]) =>
      nabla(
        [
          'train',
          'run.yaml',
          '--from',
          `${parent.id}:${STEPS}`,
          '--server',
          house.url,
          '--out',
          out,
          ...change,
        ],
        {
          cwd,
          env: { NABLA_API_KEY: house.key },
        },
      );
    const forked = await train('fork');
    expect(forked.exitCode, forked.output).toBe(0);
    expect(forked.output).toContain(`begins with the weights of step ${STEPS} of another run`);
    expect(forked.output).toContain('finished after step 4');
    const place: { server: { runId: string } } = JSON.parse(
      await readFile(join(cwd, 'fork', 'run.json'), 'utf8'),
    );
    const run = await house.client.runs.get(place.server.runId);
    expect([run.status, run.forkedFrom?.run.id]).toEqual(['FINISHED', parent.id]);
    // Without a configuration: the parent's, under a name that tells the two apart.
    const inherited = await nabla(
      [
        'train',
        '--from',
        `${parent.id}:${STEPS}`,
        '--server',
        house.url,
        '--set',
        'policyGradient.steps=1',
        '--out',
        'inherited',
      ],
      { cwd, env: { NABLA_API_KEY: house.key } },
    );
    expect(inherited.exitCode, inherited.output).toBe(0);
    const own: { server: { runId: string } } = JSON.parse(
      await readFile(join(cwd, 'inherited', 'run.json'), 'utf8'),
    );
    const { name, totalSteps } = await house.client.runs.get(own.server.runId);
    expect([name, totalSteps]).toEqual([`${parent.name} · fork at ${STEPS}`, 1]);
    // Another model: the server refuses, naming the setting.
    const wider = await train('wider', '--set', 'model.width=64');
    expect([wider.exitCode, wider.output]).toEqual([3, expect.stringContaining('model.width')]);
  }, 120_000);
});

describe('a reference policy that is a checkpoint', () => {
  it('is compared with from the first step on', async () => {
    const [first] = await checkpointsOf(parent);
    const kl = { beta: 0.05, reference: 'checkpoint', checkpoint: first?.sha256 ?? '' } as const;
    const config = tinyRun(14, {
      policyGradient: { steps: 4, promptsPerStep: 4, groupSize: 4, maxNewTokens: 4, kl },
    });
    const run = await house.finished(await house.create(config));
    const [series] = await house.client.runs.series(run.id, { names: ['kl/ref_k3'] });
    // A run of its own, far from the other one: the very first step already differs from the reference. Its own start would give 0.
    expect(series?.last[0]).toBeGreaterThan(1e-3);
  }, 240_000);
});

describe('nabla replay', () => {
  const replay = (id: string, step: number) =>
    nabla(['replay', id, '--server', house.url, '--step', String(step), '--rewards', rewards], {
      cwd: rewards,
      env: { NABLA_API_KEY: house.key },
    });

  it('repeats a step of a run on the server from the checkpoint before it, to the last bit', async () => {
    const { exitCode, output } = await replay(parent.id, STEPS);
    expect(exitCode, output).toBe(0);
    expect(output).toContain(`step ${STEPS}, repeated from the checkpoint of step 16`);
    expect(output).toContain('the same to the last bit: 128 completions');
    expect(output).toContain('the same to the last bit: weights and optimizer');
  }, 120_000);

  it('says in one line what a server refuses, and never that the step is not the same', async () => {
    const none = await replay('run_nowhere', 1);
    expect([none.exitCode, none.output]).toEqual([3, expect.stringContaining('there is no run run_nowhere')]);
    expect(none.output).not.toContain('    at ');
  }, 120_000);

  it('says where it first parts from the record', async () => {
    const run = await house.create(
      tinyRun(14, { rewards: [{ kind: 'module', name: 'dice', path: 'dice.mjs' }] }),
    );
    await house.finished(run);
    const { exitCode, output } = await replay(run.id, 13);
    expect(exitCode, output).toBe(1);
    expect(output).toMatch(
      /they part in step 11, completion 0: reward dice is 0\.\d+ in the record and 0\.\d+ now/,
    );
  }, 120_000);
});

describe('a heartbeat', () => {
  const script = (own: string): string => `
    import { createClient } from '@nabla/client';
    const nabla = createClient({ url: process.env.NABLA_API_URL, apiKey: process.env.NABLA_API_KEY${own} });
    const said = [];
    const run = await nabla.startRun({
      project: process.env.NABLA_PROJECT, config: JSON.parse(process.env.CONFIG), leaseSeconds: 5,
      onProblem: (message) => said.push(message),
    });
    await run.log({ step: 1, metrics: { 'mine/a': 1 } });
    // Nothing of this thread's runs meanwhile: no timer, no answer.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 9000);
    await run.log({ step: 2, metrics: { 'mine/a': 2 } });
    await run.finish();
    console.log(JSON.stringify(said));`;

  async function blockedFor9Seconds(own: string): Promise<string[]> {
    const home = fileURLToPath(new URL('../../.nabla', import.meta.url));
    await mkdir(home, { recursive: true });
    const file = join(home, `blocked-${process.pid}-${own.length}.mjs`);
    await writeFile(file, script(own));
    try {
      const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], {
        cwd: fileURLToPath(new URL('../../../packages/trainer', import.meta.url)),
        env: {
          ...process.env,
          NABLA_API_URL: house.url,
          NABLA_API_KEY: house.key,
          NABLA_PROJECT: parent.project.slug,
          CONFIG: JSON.stringify(tinyRun(12)),
        },
      });
      const said: string[] = JSON.parse(stdout);
      return said;
    } finally {
      await rm(file, { force: true });
    }
  }

  it('goes on while the program is blocked for longer than its lease', async () => {
    const [thread, loop] = await Promise.all([
      blockedFor9Seconds(''),
      // A program with a fetch of its own beats from its event loop: the same block costs it the lease.
      blockedFor9Seconds(', fetch: (...call) => fetch(...call)'),
    ]);
    expect(thread).toEqual([]);
    expect(loop).toContainEqual(expect.stringContaining('the lease had run out'));
  }, 120_000);
});
