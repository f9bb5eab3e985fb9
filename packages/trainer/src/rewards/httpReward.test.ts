import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { eventLoopTurn } from '../eventLoopTurn.ts';
import { httpReward, type HttpRewardConfig, type HttpRewardOptions } from './httpReward.ts';
import type { RewardInput } from './rewardComponent.ts';

const input = (completion: string): RewardInput => ({
  prompt: 'p',
  completion,
  answer: null,
  tokenCount: completion.length + 1,
});

interface Request {
  readonly items: readonly { readonly completion: string }[];
  readonly authorization: string | undefined;
  readonly type: string | undefined;
}
type Reply = (request: Request, response: ServerResponse, call: number) => void;

const lengths = ({ items }: Request) => items.map(({ completion }) => completion.length);
const json = (response: ServerResponse, body: unknown) => response.end(JSON.stringify(body));

/** What comes of something outside this thread, on a slow machine too. */
const PATIENT = { timeout: 30_000, interval: 5 };

describe('httpReward', () => {
  let url = '';
  let reply: Reply = () => undefined;
  const requests: Request[] = [];
  const pauses: number[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const parsed: { items: Request['items'] } = JSON.parse(body);
      const seen = {
        ...parsed,
        authorization: request.headers.authorization,
        type: request.headers['content-type'],
      };
      requests.push(seen);
      reply(seen, response, requests.length);
    });
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/score?key=secret`; // listens on TCP
  });
  beforeEach(() => {
    requests.length = 0;
    pauses.length = 0;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const configOf = (over: Partial<HttpRewardConfig> = {}): HttpRewardConfig => ({
    kind: 'http',
    name: 'judge',
    weight: 1,
    clip: null,
    normalise: 'none',
    url,
    timeoutMs: 10_000,
    batchSize: 64,
    concurrency: 4,
    retries: 3,
    ...over,
  });
  const open = (over: Partial<HttpRewardConfig> = {}, options: HttpRewardOptions = {}) =>
    httpReward(configOf(over), { env: {}, pause: async (ms) => void pauses.push(ms), ...options });

  it('sends batches and puts their answers in order', async () => {
    let [inFlight, most] = [0, 0];
    reply = (request, response) => {
      most = Math.max(most, ++inFlight);
      // The later batches answer first.
      setTimeout(
        () => {
          inFlight -= 1;
          json(response, { rewards: lengths(request) });
        },
        60 - 10 * request.items.length,
      );
    };
    const texts = Array.from({ length: 13 }, (_, index) => 'x'.repeat(index));
    const answers = await open({ batchSize: 5, concurrency: 2 }).score(texts.map(input));
    expect(answers.map(({ value }) => value)).toEqual(texts.map(({ length }) => length));
    expect(requests.map(({ items }) => items.length)).toEqual([5, 5, 3]);
    expect(most).toBe(2);
    expect(requests[0]).toMatchObject({ type: 'application/json', authorization: undefined });
    expect(requests[0]?.items[1]).toEqual({ prompt: 'p', completion: 'x', answer: null });
    expect(await open().score([])).toEqual([]);
  });

  it.each([
    ['a server error', (response: ServerResponse) => response.writeHead(503).end()],
    ['too many requests', (response: ServerResponse) => response.writeHead(429).end()],
    ['a cut connection', (response: ServerResponse) => response.destroy()],
    [
      'an answer cut short',
      (response: ServerResponse) => (
        response.writeHead(200, { 'content-length': 99 }).write('{"re'),
        setTimeout(() => response.destroy(), 20)
      ),
    ],
  ])('tries again after %s, waiting longer each time', async (_, stumble) => {
    reply = (request, response, call) =>
      call < 4 ? stumble(response) : json(response, { rewards: lengths(request) });
    expect(await open().score([input('abc')])).toEqual([{ value: 3 }]);
    expect(requests).toHaveLength(4);
    expect(pauses).toEqual([250, 500, 1000]);
  });

  it('gives up in the end, with the reason and without the address’s secrets', async () => {
    reply = (_, response) => void response.writeHead(500).end();
    const answers = await open({ retries: 2 }).score([input('a'), input('b')]);
    expect(requests).toHaveLength(3);
    for (const { value, error } of answers) {
      expect(value).toBeNull();
      expect(error).toMatch(/^http:\/\/127.0.0.1:\d+ answered 500 \(tried 3 times\)$/);
    }
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo; // listens on TCP
    await new Promise((resolve) => closed.close(resolve));
    const [nobody] = await open({ url: `http://127.0.0.1:${port}/`, retries: 0 }).score([input('a')]);
    expect(nobody?.error).toMatch(/cannot be reached: .*ECONNREFUSED/);
  });

  it('waits as long as Retry-After says, unless that is too long', async () => {
    reply = (request, response, call) =>
      call === 1
        ? response.writeHead(429, { 'retry-after': '7' }).end()
        : json(response, { rewards: lengths(request) });
    expect(await open().score([input('abc')])).toEqual([{ value: 3 }]);
    expect(pauses).toEqual([7000]);
    reply = (_, response) => void response.writeHead(503, { 'retry-after': '3600' }).end();
    const [answer] = await open().score([input('abc')]);
    expect(answer).toEqual({ value: null, error: expect.stringMatching(/answered 503$/) });
  });

  it('counts an answer that does not come in time as null, for that batch', async () => {
    reply = (request, response) => {
      if (request.items[0]?.completion !== 'hang') json(response, { rewards: lengths(request) });
    };
    const reward = open({ batchSize: 1, timeoutMs: 500 });
    const answers = await reward.score([input('a'), input('hang'), input('ccc')]);
    expect(answers.map(({ value }) => value)).toEqual([1, null, 3]);
    expect(answers[1]?.error).toMatch(/gave no answer within 0.5 s$/);
    // An answer that begins and does not end is no answer either.
    reply = (_, response) => void response.writeHead(200).write('{"rewards":[');
    expect((await reward.score([input('a')]))[0]?.error).toMatch(/gave no answer within 0.5 s$/);
  });

  it('takes an answer that arrived while this thread was busy, however long that was', async () => {
    // An endpoint in a thread of its own. Counts of what it received, was allowed to answer, and answered:
    const counts = new Int32Array(new SharedArrayBuffer(12));
    const endpoint = new Worker(
      `const { parentPort, workerData: counts } = require('node:worker_threads');
      const server = require('node:http').createServer((request, response) => {
        request.resume().on('end', () => {
          const call = Atomics.add(counts, 0, 1);
          Atomics.wait(counts, 1, call);
          response.on('finish', () => (Atomics.add(counts, 2, 1), Atomics.notify(counts, 2)));
          response.end(JSON.stringify({ rewards: [1], version: 'v'.repeat(200) }));
        });
      });
      server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
      { eval: true, workerData: counts },
    );
    try {
      const port = await new Promise((resolve) => endpoint.once('message', resolve));
      const timeoutMs = 800;
      const reward = open({ url: `http://127.0.0.1:${String(port)}/`, timeoutMs, retries: 0 });
      for (const [call, connection] of ['new', 'kept'].entries()) {
        const scoring = reward.begin?.(1);
        scoring?.add([input('a')]);
        const asked = performance.now();
        await expect.poll(() => Atomics.load(counts, 0), PATIENT).toBe(call + 1);
        // From here on timers come first when the thread is free again.
        await eventLoopTurn();
        // The thread is held, as passes of the model do, until the answer is there and every timer of the limit is due.
        Atomics.add(counts, 1, 1);
        Atomics.notify(counts, 1);
        Atomics.wait(counts, 2, call);
        while (performance.now() - asked < 2 * timeoutMs);
        const [answer] = (await scoring?.finish()) ?? [];
        expect([connection, answer?.value, answer?.error]).toEqual([connection, 1, undefined]);
      }
    } finally {
      await endpoint.terminate();
    }
  });

  it('asks for completions while others are missing, and answers in their order', async () => {
    reply = (request, response) => json(response, { rewards: lengths(request) });
    const scoring = open({ batchSize: 2, concurrency: 2 }).begin?.(3);
    scoring?.add([input('a')]);
    await expect.poll(() => requests.length, PATIENT).toBe(1);
    scoring?.add([input('bb'), input('ccc')]);
    const answers = await scoring?.finish();
    expect(answers?.map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(requests.map(({ items }) => items.length)).toEqual([1, 2]);
  });

  it('breaks requests off that nobody wants any more, and pauses between them', async () => {
    let closed = 0;
    reply = (_, response) => void response.once('close', () => (closed += 1));
    const scoring = open({ batchSize: 1, concurrency: 2 }).begin?.(3);
    scoring?.add([input('a'), input('b'), input('c')]);
    await expect.poll(() => requests.length, PATIENT).toBe(2);
    await scoring?.abandon();
    await expect.poll(() => closed, PATIENT).toBe(2);
    await expect(scoring?.finish()).rejects.toThrow('broken off');
    expect(requests).toHaveLength(2);

    // An endpoint that asks for a minute's patience is not waited for when the run ends.
    reply = (_, response) => void response.writeHead(503, { 'retry-after': '60' }).end();
    const patient = httpReward(configOf(), { env: {} });
    const outcome = patient.score([input('a')]).then(() => 'answered', String);
    await expect.poll(() => requests.length, PATIENT).toBe(3);
    await patient.dispose?.();
    expect(await outcome).toMatch('broken off');
  });

  it.each<[string, Reply, RegExp]>([
    [
      'another number of rewards',
      (_, response) => json(response, { rewards: [1] }),
      /gave 1 rewards for 2 completions/,
    ],
    ['words', (_, response) => json(response, { rewards: ['1', '2'] }), /another shape/],
    ['another shape', (_, response) => json(response, [1, 2]), /another shape/],
    ['no JSON', (_, response) => response.end('<html>'), /another shape/],
    ['nothing', (_, response) => response.end(), /another shape/],
    ['a client error', (_, response) => response.writeHead(404).end(), /answered 404$/],
    [
      'a redirect',
      (_, response) => response.writeHead(307, { location: '/elsewhere' }).end(),
      /redirects are not followed/,
    ],
    [
      'a flood',
      (_, response) => response.end(`"${'x'.repeat(17 * 1024 * 1024)}"`),
      /answered more than 16777216 bytes/,
    ],
  ])('takes %s for null at once', async (_, answer, reason) => {
    reply = answer;
    const answers = await open().score([input('a'), input('b')]);
    expect(answers.map(({ value }) => value)).toEqual([null, null]);
    expect(answers[1]?.error).toMatch(reason);
    expect(requests).toHaveLength(1);
  });

  it('lets an endpoint give null', async () => {
    reply = (_, response) => json(response, { rewards: [null, 0.5] });
    expect(await open().score([input('a'), input('b')])).toEqual([{ value: null }, { value: 0.5 }]);
  });

  it('has a version of its address, and of what the endpoint calls its own', async () => {
    reply = (_, response) => json(response, { rewards: [1], version: 'judge-2' });
    const reward = open();
    const [answer] = await reward.score([input('a')]);
    expect(answer?.version).toMatch(/^[0-9a-f]{64}$/);
    expect(answer?.version).not.toBe(reward.version);
    expect(open({ weight: 3, retries: 0, batchSize: 2 }).version).toBe(reward.version);
    expect(open({ url: 'https://example.org/' }).version).not.toBe(reward.version);
    reply = (_, response) => json(response, { rewards: [1], version: 'judge-3' });
    expect((await reward.score([input('a')]))[0]?.version).not.toBe(answer?.version);
  });

  it('sends the token of the environment, and says when it is missing or in the clear', async () => {
    reply = (request, response) => json(response, { rewards: lengths(request) });
    const warned: string[] = [];
    const options = { env: { NABLA_REWARD_TOKEN: 's3cret\n' }, warn: (line: string) => warned.push(line) };
    await open({ tokenEnv: 'NABLA_REWARD_TOKEN' }, options).score([input('a')]);
    expect(requests[0]?.authorization).toBe('Bearer s3cret');
    expect(warned).toEqual([]);
    open({ tokenEnv: 'NABLA_REWARD_TOKEN', url: 'http://judge.example.org/x' }, options);
    expect(warned).toEqual([expect.stringMatching(/unencrypted to http:\/\/judge.example.org/)]);
    expect(() => open({ tokenEnv: 'NABLA_REWARD_OTHER' }, options)).toThrow(
      expect.objectContaining({
        code: 'REWARD_ENDPOINT',
        message: expect.stringContaining('NABLA_REWARD_OTHER'),
      }),
    );
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
