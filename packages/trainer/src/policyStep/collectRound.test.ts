import { createServer, type IncomingMessage } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { functionReward } from '../rewards/functionReward.ts';
import { httpReward } from '../rewards/httpReward.ts';
import { moduleReward } from '../rewards/moduleReward.ts';
import { closeRewards } from '../rewards/openRewards.ts';
import type { RewardComponent } from '../rewards/rewardComponent.ts';
import { createSampler } from '../rollout.ts';
import { GROUP, INPUT, partsOf, plain, rowByRow, tokenizer } from '../testing/roundParts.ts';
import { tinyPolicy } from '../testing/tinyModel.ts';
import { collectRound } from './collectRound.ts';

async function bodyOf(
  request: IncomingMessage,
): Promise<{ items: { completion: string; prompt: string }[] }> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return JSON.parse(body);
}

let folder = '';
let url = '';
let told: () => void = () => undefined;
const asked: string[] = [];
const server = createServer((request, response) => {
  void bodyOf(request).then(({ items }) => {
    asked.push(items.map(({ completion }) => completion).join(' '));
    told();
    const rewards = items.map(({ completion, prompt }) =>
      completion === '' ? null : completion.length + Number(prompt) / 10,
    );
    response.end(JSON.stringify({ rewards, version: 'judge-1' }));
  });
});

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nabla-collect-'));
  await writeFile(
    path.join(folder, 'speaks.mjs'),
    `export default ({ completion }) => {
      if (completion === '7') process.exit(7);
      console.log(completion);
      return completion.length / 3;
    };\n`,
  );
  await writeFile(
    path.join(folder, 'lengths.mjs'),
    `export default ({ completion: { length } }) => {
      if (length === 7) process.exit(7);
      if (length % 5 === 1) return new Promise((resolve) => setTimeout(resolve, 5, 0.1));
      if (length % 5 === 2) return null;
      if (length % 5 === 3) throw new RangeError('boom');
      return length / 3;
    };\n`,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // listens on TCP
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const judge = (over: { readonly batchSize?: number } = {}) =>
  httpReward(
    {
      ...plain,
      kind: 'http',
      name: 'judge',
      url,
      timeoutMs: 30_000,
      batchSize: 5,
      concurrency: 2,
      retries: 1,
      ...over,
    },
    { env: {} },
  );
const moduleOf = (log?: (line: string) => void, file = 'speaks.mjs') =>
  moduleReward(
    {
      ...plain,
      kind: 'module',
      name: 'own',
      path: file,
      timeoutMs: 30_000,
      memoryMb: 64,
      batch: false,
    },
    { rewardsDir: folder, log },
  );

describe('collectRound', () => {
  it('gives an endpoint the first completion before the last is drawn', async () => {
    asked.length = 0;
    const seen = new Promise<void>((resolve) => (told = resolve));
    // Without the request the last completion never comes.
    const sampler = rowByRow((row) => (row === 2 * GROUP - 1 ? seen : undefined));
    const { rollout } = await collectRound(partsOf([judge()], sampler), [], INPUT);
    expect(asked[0]).toBe('0');
    expect(asked.join(' ')).toBe('0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5');
    expect(rollout.scores.map(({ reward }) => reward)).toEqual([
      ...Array.from({ length: GROUP }, () => 1.3),
      ...Array.from({ length: GROUP }, () => 1.4),
    ]);
  });

  it('gives a module the first completion before the last is drawn', async () => {
    let printed: () => void = () => undefined;
    const scored = new Promise<void>((resolve) => (printed = resolve));
    const own = await moduleOf(() => printed());
    const sampler = rowByRow((row) => (row === 2 * GROUP - 1 ? scored : undefined));
    const { rollout } = await collectRound(partsOf([own], sampler), [], INPUT);
    await own.dispose?.();
    expect(rollout.scores).toHaveLength(2 * GROUP);
    expect(rollout.scores[7]?.components[0]?.error).toMatch(/code 7/);
  });

  it('does what needs no rewards before it waits for them', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const slow = functionReward({ ...plain, name: 'slow', score: () => gate.then(() => 1) });
    const made = await collectRound(
      partsOf(
        [slow],
        rowByRow(() => undefined),
      ),
      [],
      // Only this lets the rewards come.
      { ...INPUT, meanwhile: (drawn) => (open(), Promise.resolve(drawn.completions.rows)) },
    );
    expect(made.early).toBe(2 * GROUP);
    expect(made.rollout.scores[0]?.reward).toBe(1);
  });

  it('gives up what is being scored when drawing fails, or what is done meanwhile', async () => {
    const given: string[] = [];
    const component = (): RewardComponent => ({
      ...plain,
      name: 'outside',
      version: 'v',
      score: () => Promise.reject(new Error('not asked all at once')),
      begin: () => ({
        isBusy: true,
        add: (inputs) => void given.push(`add ${inputs.length}`),
        finish: () => new Promise(() => undefined),
        abandon: () => Promise.resolve(void given.push('abandon')),
      }),
    });
    const failing = rowByRow((row) => {
      if (row === 2) throw new Error('out of memory');
    });
    await expect(collectRound(partsOf([component()], failing), [], INPUT)).rejects.toThrow('out of memory');
    expect(given).toEqual(['add 1', 'add 1', 'abandon']);
    given.length = 0;
    const parts = partsOf(
      [component()],
      rowByRow(() => undefined),
    );
    const meanwhile = () => Promise.reject(new Error('no more tensors'));
    await expect(collectRound(parts, [], { ...INPUT, meanwhile })).rejects.toThrow('no more tensors');
    expect(given.at(-1)).toBe('abandon');
  });

  it('ends with the error of a component that cannot go on, and gives the others up', async () => {
    let given = false;
    const waiting: RewardComponent = {
      ...plain,
      name: 'waiting',
      version: 'v',
      score: () => Promise.resolve([]),
      begin: () => {
        let giveUp: (error: Error) => void = () => undefined;
        const never = new Promise<never>((_, reject) => (giveUp = reject));
        never.catch(() => undefined);
        return {
          isBusy: false,
          add: () => undefined,
          finish: () => never,
          abandon: () => {
            given = true;
            giveUp(new Error('broken off'));
            return Promise.resolve();
          },
        };
      },
    };
    const broken: RewardComponent = {
      ...plain,
      name: 'broken',
      version: 'v',
      score: () => Promise.reject(new Error('three times in a row')),
    };
    let passes = 0;
    const meanwhile = () => Promise.resolve((passes += 1));
    const parts = partsOf(
      [waiting, broken],
      rowByRow(() => undefined),
    );
    await expect(collectRound(parts, [], { ...INPUT, meanwhile })).rejects.toThrow('three times in a row');
    expect([passes, given]).toEqual([1, true]);
  });

  it('names the components whose sum is no number', async () => {
    const worth = (name: string, value: number, weight: number) =>
      functionReward({ ...plain, name, weight, score: () => value });
    const ended = (...rewards: RewardComponent[]) =>
      collectRound(
        partsOf(
          rewards,
          rowByRow(() => undefined),
        ),
        [],
        INPUT,
      );
    await expect(ended(worth('a', 1, 1), worth('b', 1e308, 10))).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message:
        'the reward of completion 0 of step 1 is Infinity: component "b" (10 · 1e+308) is too large to be added up; set clip: [low, high] there, or a smaller weight',
    });
    // Neither alone; and one against the other, which is no number at all.
    await expect(ended(worth('a', 1e308, 1), worth('b', 1e308, 1), worth('c', 3, 1))).rejects.toThrow(
      /is Infinity: components "a" \(1 · 1e\+308\) and "b" \(1 · 1e\+308\) are too large/,
    );
    await expect(ended(worth('a', 1e308, 10), worth('b', 1e308, -10))).rejects.toThrow(
      /is NaN: components "a" \(10 · 1e\+308\) and "b" \(-10 · 1e\+308\) are too large/,
    );
  });
});

await describeOnEachBackend('scoring while drawing', (backend) => {
  it('gives the same bits as scoring at the end, whatever breaks', async () => {
    const { model, state, dispose } = tinyPolicy(tokenizer.vocabulary);
    const sampler = createSampler(backend, model, {
      maxNewTokens: 20,
      groupSize: GROUP,
      temperature: 3,
      eosIds: tokenizer.eosIds,
      padId: tokenizer.padId,
      seed: 5,
    });
    const own = await moduleOf(undefined, 'lengths.mjs');
    const all = await moduleReward(
      {
        ...plain,
        kind: 'module',
        name: 'all',
        path: await allAtOnce(folder),
        timeoutMs: 30_000,
        memoryMb: 64,
        batch: true,
      },
      { rewardsDir: folder },
    );
    const inCode = functionReward({ ...plain, name: 'code', score: (input) => input.tokenCount });
    const rewards = [{ ...judge(), weight: 0.1, normalise: 'group' as const }, own, inCode, all];
    const before = backend.memory().numTensors;
    const early = await collectRound(partsOf(rewards, sampler), state.weights, INPUT);
    const atTheEnd = rewards.map(withoutBegin);
    const late = await collectRound(partsOf(atTheEnd, sampler), state.weights, INPUT);
    expect(backend.memory().numTensors).toBe(before);
    expect(early.rollout).toEqual(late.rollout);
    // It has seen values, nulls and reasons, of completions that ended at different times.
    const components = early.rollout.scores.flatMap(({ components }) => components);
    expect(components.some(({ value }) => value === null)).toBe(true);
    const reasons = components.map(({ error }) => error ?? '').join('\n');
    expect(reasons).toMatch(/RangeError: boom/);
    expect(reasons).toMatch(/ended its thread with code 7/);
    expect(new Set(early.rollout.completions.lengths).size).toBeGreaterThan(3);
    await closeRewards(rewards);
    sampler.dispose();
    dispose();
  });
});

function withoutBegin(component: RewardComponent): RewardComponent {
  const { begin: _begin, ...rest } = component;
  return rest;
}

async function allAtOnce(folder: string): Promise<string> {
  await writeFile(
    path.join(folder, 'all.mjs'),
    'export default (items) => items.map(({ completion }, index) => completion.length / (index + 1));\n',
  );
  return 'all.mjs';
}
