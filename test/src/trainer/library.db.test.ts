/** `train()` of the library, recorded by the real API while it runs in this process. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { train, trainSteps, type TrainOptions } from '@nabla/trainer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deafHeartbeats } from './deafHeartbeats.ts';
import { createFixture, type Fixture } from './fixture.ts';
import { completionLines } from './runs.ts';

const TRAINER = fileURLToPath(new URL('../../../packages/trainer', import.meta.url));

let house: Fixture;
let server: NonNullable<TrainOptions['server']>;
beforeAll(async () => {
  house = await createFixture();
  const { slug } = await house.client.projects
    .list()
    .next()
    .then(({ value }) => value);
  server = { url: house.url, apiKey: house.key, project: slug };
});
afterAll(() => house.close());

const newestRun = async () => {
  for await (const run of house.client.runs.list({ orderBy: { field: 'CREATED_AT', direction: 'DESC' } }))
    return run;
  throw new Error('there is no run');
};

const options = (steps: number, more: Partial<TrainOptions> = {}): TrainOptions => ({
  config: {
    name: 'from a script',
    model: { kind: 'scratch', layers: 1, width: 16, heads: 2, feedForward: 32 },
    tokenizer: { kind: 'char', alphabet: 'ab12' },
    policyGradient: { steps, promptsPerStep: 2, groupSize: 2, maxNewTokens: 3 },
    checkpoint: { everySteps: 2 },
  },
  prompts: [{ prompt: 'a' }, { prompt: 'b' }],
  rewards: { long: ({ tokenCount }) => tokenCount / 3 },
  server,
  ...more,
});

describe('a run of a script', () => {
  it('is on the server with every step, its completions and the versions of its functions', async () => {
    const result = await train(options(5));
    const run = await newestRun();
    expect(run).toMatchObject({ status: 'FINISHED', step: 5, name: 'from a script' });
    const completions = [];
    for await (const completion of house.client.runs.completions(run.id)) completions.push(completion);
    expect(completions).toHaveLength(5 * 4);
    const version = result.config.rewards.map((reward) => (reward.kind === 'function' ? reward.version : ''));
    expect(version[0]).toMatch(/^[0-9a-f]{12}$/);
    expect(completions[0]?.rewards).toMatchObject([{ name: 'long', weight: 1 }]);
  });

  it('that fails says so there', async () => {
    const failing = train(options(3, { rewards: { long: () => null } }));
    await expect(failing).rejects.toThrow(/could be rewarded/);
    const run = await newestRun();
    expect(run.status).toBe('FAILED');
    expect(run.statusReason).toMatch(/not one of the 4 completions of step 1 could be rewarded/);
  });

  it('ends after the step under way when somebody cancels it there', async () => {
    let last = 0;
    for await (const { step } of trainSteps(options(1000))) {
      last = step;
      if (step === 3) await house.client.runs.cancel((await newestRun()).id);
      if (step >= 3) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(last).toBeLessThan(1000);
    expect((await newestRun()).status).toBe('CANCELLED');
  });

  it('hears at once what is asked there, whatever the heartbeats say', async () => {
    const deaf = await deafHeartbeats(house.url);
    try {
      let last = 0;
      for await (const { step } of trainSteps(options(100_000, { server: { ...server, url: deaf.url } }))) {
        last = step;
        if (step === 3) await house.client.runs.pause((await newestRun()).id);
      }
      expect(await newestRun()).toMatchObject({ status: 'PAUSED', step: last });
    } finally {
      await deaf.close();
    }
  });

  it('that its script ends, by a signal or by leaving the loop, is paused there; resumed, it ends as if it had not been', async () => {
    const whole = await train(options(8));
    const reference = await newestRun();
    const stop = new AbortController();
    const half = await train(
      options(8, { signal: stop.signal, onStep: ({ step }) => void (step === 3 && stop.abort()) }),
    );
    expect(half).toMatchObject({ step: 3, isFinished: false });
    const run = await newestRun();
    expect(run).toMatchObject({ status: 'PAUSED', step: 3 });
    const resume = { ...server, resume: run.id };
    const steps: number[] = [];
    for await (const { step } of trainSteps(options(8, { server: resume }))) {
      steps.push(step);
      if (step === 5) break;
    }
    expect(await house.client.runs.get(run.id)).toMatchObject({ status: 'PAUSED', step: 5 });
    const rest = await train(options(8, { server: resume, onStep: ({ step }) => void steps.push(step) }));
    expect(steps).toEqual([4, 5, 6, 7, 8]);
    expect(rest.weightsHash).toBe(whole.weightsHash);
    expect(await house.client.runs.get(run.id)).toMatchObject({ status: 'FINISHED', step: 8 });
    expect((await newestRun()).id).toBe(run.id);
    expect(await completionLines(house.client, run.id)).toEqual(
      await completionLines(house.client, reference.id),
    );
    // Over is over.
    await expect(train(options(8, { server: resume }))).rejects.toThrow(/cannot be resumed: it is finished/);
  });

  it('is taken up from its latest checkpoint when its process was killed', async () => {
    // A function has the same version in both processes by its name.
    const long = { reward: ({ tokenCount }: { tokenCount: number }) => tokenCount / 3, version: '1' };
    const short = { ...server, leaseSeconds: 5 };
    const whole = await train(options(8, { rewards: { long } }));
    const reference = await newestRun();
    const { config, prompts } = options(8);
    const script = `import { trainSteps } from '@nabla/trainer';
      const rewards = { long: { reward: ({ tokenCount }) => tokenCount / 3, version: '1' } };
      for await (const { step } of trainSteps({ ...JSON.parse(process.env.RUN), rewards }))
        if (step === 5) process.kill(process.pid, 'SIGKILL');`;
    const killed = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      cwd: TRAINER,
      env: { ...process.env, RUN: JSON.stringify({ config, prompts, server: short }) },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    expect(await new Promise((resolve) => killed.once('exit', (_code, signal) => resolve(signal)))).toBe(
      'SIGKILL',
    );
    const run = await newestRun();
    const resume = { ...short, resume: run.id };
    await expect(train(options(8, { server: resume }))).rejects.toThrow(/another run than this script's/);
    const steps: number[] = [];
    const again = options(8, {
      server: resume,
      rewards: { long },
      onStep: ({ step }) => void steps.push(step),
    });
    const rest = await train({ ...again, warn: () => undefined });
    // Checkpoints of steps 2 and 4 were there.
    expect(steps).toEqual([5, 6, 7, 8]);
    expect(rest.weightsHash).toBe(whole.weightsHash);
    expect((await house.client.runs.get(run.id)).status).toBe('FINISHED');
    expect(await completionLines(house.client, run.id)).toEqual(
      await completionLines(house.client, reference.id),
    );
  });

  it('is not taken from a process that still executes it', async () => {
    const short = { ...server, leaseSeconds: 5 };
    const steps = trainSteps(options(8, { server: short }));
    await steps.next();
    const { id } = await newestRun();
    const other = options(8, { server: { ...short, resume: id }, warn: () => undefined });
    await expect(train(other)).rejects.toThrow(/another process still executes it/);
    // Which goes on with it undisturbed.
    let next = await steps.next();
    while (next.done !== true) next = await steps.next();
    expect(await house.client.runs.get(id)).toMatchObject({ status: 'FINISHED', step: 8 });
  });

  it('is not gone on with on a server from its middle', async () => {
    const out = await mkdtemp(join(tmpdir(), 'nabla-library-db-'));
    try {
      for await (const { step } of trainSteps(options(4, { out }))) if (step === 2) break;
      const { id } = await newestRun();
      await expect(train(options(4, { out }))).rejects.toThrow(/holds step 2 .* leave `server` away/);
      expect((await newestRun()).id).toBe(id);
      // As the message says: without the server it goes on.
      const { server: _, ...alone } = options(4, { out });
      expect(await train(alone)).toMatchObject({ step: 4, isFinished: true });
    } finally {
      await rm(out, { recursive: true, force: true });
    }
  });

  it('gives a checkpoint when somebody asks for one there', async () => {
    const { config } = options(1000);
    const rarely = options(1000, { config: { ...config, checkpoint: { everySteps: 5000 } } });
    let asked = false;
    for await (const { step } of trainSteps(rarely)) {
      const { id } = await newestRun();
      if (!asked) await house.client.runs.checkpoint(id);
      asked = true;
      const kept = await house.client.runs.checkpoints(id).next();
      if (kept.done !== true) {
        expect(kept.value.step).toBeGreaterThanOrEqual(1);
        expect(kept.value.step).toBeLessThanOrEqual(step);
        return;
      }
      // The wish travels with a sign of life.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('no checkpoint came');
  });

  it('is refused where the key is not known, before anything is computed', async () => {
    await expect(train(options(3, { server: { ...server, apiKey: 'nbl_wrong' } }))).rejects.toThrow(/key/i);
  });
});
