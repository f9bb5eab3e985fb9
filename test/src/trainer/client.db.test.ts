/** The client against the real API: what programs log arrives once, whatever happens on the way. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RunSpool, createClient, drainLeftovers, type StepLog } from '@nabla/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../house/until.ts';
import { createFixture, type Fixture } from './fixture.ts';
import { tinyRun } from './runs.ts';

let house: Fixture;
let temporary: string;
beforeAll(async () => {
  house = await createFixture();
  temporary = await mkdtemp(join(tmpdir(), 'nabla-client-test-'));
});
afterAll(async () => {
  await rm(temporary, { recursive: true, force: true });
  await house.close();
});

const slug = async (): Promise<string> => {
  for await (const project of house.client.projects.list()) return project.slug;
  throw new Error('no project');
};
const step = (number: number): StepLog => ({
  step: number,
  metrics: { 'reward/mean': number / 100 },
  completions: Array.from({ length: 3 }, (_, index) => ({
    index,
    group: 0,
    promptText: '1+1=',
    answer: '2',
    text: `answer ${index} of step ${number}`,
    tokenCount: 1,
    truncated: false,
    reward: index,
    rewards: [{ name: 'exact', value: index, weight: 1, version: '1' }],
    tokens: { tokenIds: Int32Array.of(number), pieces: ['x'], logp: Float32Array.of(-index) },
  })),
});

/** A network that loses a quarter of the requests and a quarter of the answers, always the same ones. */
function badNetwork(): typeof fetch {
  let state = 20;
  return async (input, init) => {
    state = (state * 48_271) % 2_147_483_647;
    const luck = state / 2_147_483_647;
    if (luck < 0.25) throw new TypeError('fetch failed');
    const response = await fetch(input, init);
    if (luck > 0.5) return response;
    await response.body?.cancel();
    throw new TypeError('terminated');
  };
}

describe('a run of a trainer that is not ours', () => {
  it('arrives whole and once over a network that loses requests and answers', async () => {
    const client = createClient({ url: house.url, apiKey: house.key, fetch: badNetwork(), attempts: 10 });
    const spoolFolder = join(temporary, 'spool');
    const run = await client.startRun({
      project: await slug(),
      config: tinyRun(60),
      spoolFolder,
      onProblem: () => undefined,
    });
    // Out of order on purpose: steps are columns, whatever order they come in.
    const order = Array.from({ length: 60 }, (_, index) => ((index * 7) % 60) + 1);
    for (const number of order) await run.log(step(number));
    await run.finish();

    const info = await house.client.runs.get(run.info.id);
    expect(info).toMatchObject({ status: 'FINISHED', step: 60 });
    const [series] = await house.client.runs.series(info.id, { names: ['reward/mean'], maxPoints: 1000 });
    const ascending = Array.from({ length: 60 }, (_, index) => index + 1);
    expect(series?.steps).toEqual(ascending);
    expect(series?.last).toEqual(ascending.map((number) => number / 100));
    const texts = new Set<string>();
    let count = 0;
    for await (const completion of house.client.runs.completions(info.id)) {
      count++;
      texts.add(completion.text);
    }
    expect([count, texts.size]).toEqual([180, 180]);
    // Everything is committed: nothing stays on disk.
    expect(await readdir(spoolFolder)).toEqual([]);
  }, 120_000);

  it('splits a step that is larger than a request may be, and its tokens come back bit by bit', async () => {
    const run = await house.client.startRun({
      project: await slug(),
      config: tinyRun(12),
      spoolFolder: join(temporary, 'large'),
    });
    const tokens = 4000;
    const logp = Float32Array.from({ length: tokens }, (_, index) => -index / 7);
    const tokenIds = Int32Array.from({ length: tokens }, (_, index) => index);
    const completions = Array.from({ length: 100 }, (_, index) => ({
      ...step(1).completions?.[0],
      index,
      group: 0,
      promptText: 'p',
      text: 'long '.repeat(2000),
      tokenCount: tokens,
      truncated: false,
      rewards: [],
      tokens: { tokenIds, pieces: Array.from(tokenIds, () => 'ab'), logp, updatedLogp: logp },
    }));
    await run.log({ step: 1, completions });
    await run.finish();
    let last = '';
    let count = 0;
    for await (const completion of house.client.runs.completions(run.info.id)) {
      count++;
      last = completion.id;
    }
    expect(count).toBe(100);
    expect(await house.client.runs.completionTokens(last)).toMatchObject({
      tokenIds,
      logp,
      updatedLogp: logp,
      refLogp: null,
    });
  }, 120_000);

  it('hears of a cancel, and cannot log to a run that is not its own any more', async () => {
    const run = await house.client.startRun({
      project: await slug(),
      config: tinyRun(12),
      leaseSeconds: 5,
      spoolFolder: join(temporary, 'c'),
    });
    await run.log(step(1));
    await house.client.runs.cancel(run.info.id);
    while (run.command !== 'CANCEL') await new Promise((resolve) => setTimeout(resolve, 50));
    await run.release();
    expect((await house.client.runs.get(run.info.id)).status).toBe('CANCELLED');
    await expect(run.log(step(2))).rejects.toThrow('is closed');
  }, 60_000);

  it('hears that a checkpoint is asked for, which ends no loop, and answers with a file of its own', async () => {
    const run = await house.client.startRun({
      project: await slug(),
      config: tinyRun(12),
      leaseSeconds: 5,
      spoolFolder: join(temporary, 'checkpoint'),
    });
    await run.log(step(1));
    await run.flush();
    expect([run.command, run.checkpointAsked]).toEqual(['CONTINUE', false]);
    await house.client.runs.checkpoint(run.info.id);
    await until('the request is heard', 30_000, () => run.checkpointAsked);
    expect(run.command).toBe('CONTINUE');
    const file = join(temporary, 'own.bin');
    await writeFile(file, 'weights of any format');
    await run.checkpoint(file, { step: 1, metrics: { 'mine/score': 0.5 } });
    expect(run.checkpointAsked).toBe(false);
    const checkpoints = [];
    for await (const checkpoint of house.client.runs.checkpoints(run.info.id)) checkpoints.push(checkpoint);
    expect(checkpoints[0]).toMatchObject({ step: 1, metrics: { 'mine/score': 0.5 } });
    expect((await house.client.runs.get(run.info.id)).pendingCommand).toBeNull();
    await run.finish();
  }, 60_000);

  it('refuses a configuration with the path of what is wrong', async () => {
    const wrong = { ...tinyRun(12), policyGradient: { steps: 0 } };
    const failed = house.client.startRun({
      project: await slug(),
      config: wrong,
      spoolFolder: join(temporary, 'w'),
    });
    await expect(failed).rejects.toMatchObject({ name: 'RefusedError', code: 'INVALID_INPUT' });
    await expect(failed).rejects.toThrow('policyGradient.steps');
  });
});

describe('what a process that died left in its spool', () => {
  it('is sent under the lease it was made for, or kept aside when another worker has the run', async () => {
    const { worker } = house.client;
    const about = { name: 'w', backend: 'wasm', host: 'here', version: '1', device: 'none' };
    const [first, second] = ['wrk_left_1', 'wrk_left_2'];
    for (const id of [first, second]) await worker.register({ id, ...about });
    const run = await house.create(tinyRun(12));
    const root = join(temporary, 'leftovers');
    const lease = await worker.claim({ workerId: first, runId: run.id, leaseSeconds: 60 });
    if (lease === null) throw new Error('no lease');
    const spool = await RunSpool.create({ root }, { runId: run.id, leaseToken: lease.token });
    await spool.append(step(1));
    await spool.spool.close();

    const problems: string[] = [];
    const onProblem = (message: string): void => void problems.push(message);
    expect(await drainLeftovers(worker, { root }, onProblem)).toEqual({ sent: 1, rejectedRuns: new Set() });
    expect((await house.client.runs.get(run.id)).step).toBe(1);
    expect(problems).toEqual([]);

    const late = await RunSpool.create({ root }, { runId: run.id, leaseToken: lease.token });
    await late.append(step(2));
    await late.spool.close();
    await worker.register({ id: first, ...about });
    const taken = await worker.claim({ workerId: second, runId: run.id });
    if (taken === null) throw new Error('the run was not given back');
    expect(await drainLeftovers(worker, { root }, onProblem)).toEqual({
      sent: 0,
      rejectedRuns: new Set([run.id]),
    });
    expect(problems).toEqual([expect.stringContaining('came too late')]);
    expect((await house.client.runs.get(run.id)).step).toBe(1);
    expect(await readdir(root)).toEqual(['rejected']);
    await worker.fail({ runId: run.id, leaseToken: taken.token }, 'over');
  }, 60_000);
});

describe('watching', () => {
  it('hears what happens to a run', async () => {
    const run = await house.create(tinyRun(12));
    const heard: string[] = [];
    const watching = house.client.runs.watch(run.id, { onData: ({ status }) => void heard.push(status) });
    try {
      // The subscription takes a moment to stand; a change before it is not heard.
      await until('a change is heard', 30_000, async () => {
        await house.client.runs.pause(run.id).catch(() => undefined);
        await house.client.runs.resume(run.id).catch(() => undefined);
        return heard.includes('PAUSED');
      });
    } finally {
      watching.stop();
      await house.client.runs.cancel(run.id);
    }
  }, 60_000);
});

describe('artifacts', () => {
  it('come back as they went, are verified, and are not found by another address', async () => {
    const path = join(temporary, 'artifact');
    await writeFile(path, Buffer.alloc(3_000_000, 'nabla'));
    const info = await house.client.artifacts.upload(path);
    await house.client.artifacts.upload(path, info);
    const copy = join(temporary, 'copy');
    expect(await house.client.artifacts.download(info.sha256, copy)).toEqual(info);
    expect((await readFile(copy)).equals(await readFile(path))).toBe(true);
    await expect(house.client.artifacts.upload(path, { ...info, sha256: 'a'.repeat(64) })).rejects.toThrow();
    await expect(house.client.artifacts.download('b'.repeat(64), copy)).rejects.toThrow('404');
    await expect(house.client.artifacts.upload(join(temporary, 'missing'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

describe('docs/client.md', () => {
  it('has an example that runs and learns', async () => {
    const text = await readFile(new URL('../../../docs/client.md', import.meta.url), 'utf8');
    const example = /<!-- example: a test runs this -->\n\n```js\n(.*?)```/s.exec(text)?.[1];
    if (example === undefined) throw new Error('docs/client.md has no marked example');
    // Inside this package, so that the example finds the client as an installed one.
    const folder = fileURLToPath(new URL('../../.nabla', import.meta.url));
    await mkdir(folder, { recursive: true });
    const file = join(folder, `example-${process.pid}.mjs`);
    await writeFile(file, example);
    try {
      const env = {
        ...process.env,
        NABLA_API_URL: house.url,
        NABLA_API_KEY: house.key,
        NABLA_PROJECT: await slug(),
      };
      const trainer = fileURLToPath(new URL('../../../packages/trainer', import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], {
        cwd: trainer,
        env,
      });
      const [id = ''] = stdout.trim().split(' ');
      expect(await house.client.runs.get(id)).toMatchObject({
        status: 'FINISHED',
        name: 'three answers',
        step: 30,
      });
      const [p] = await house.client.runs.series(id, { names: ['mine/p_right'] });
      // From a third, three times as likely: the estimator climbs, with this seed and any other.
      expect(p?.last[0]).toBeCloseTo(1 / 3, 6);
      expect(p?.last.at(-1)).toBeGreaterThan(0.6);
    } finally {
      await rm(file, { force: true });
    }
  }, 60_000);
});
