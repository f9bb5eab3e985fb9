/** The heart beats while the event loop of its program is blocked. The API is played by a thread: this one sleeps. */
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LeaseInfo } from './api/trainer.ts';
import { createClient } from './createClient.ts';
import { HeldLease } from './lease.ts';

/** Answers heartbeats with what `shared[1]` says, and counts them in `shared[0]`. */
const SERVER = `
  const { createServer } = require('node:http');
  const { parentPort, workerData } = require('node:worker_threads');
  const shared = new Int32Array(workerData);
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk)).on('end', () => {
      const { variables } = JSON.parse(text);
      const ok = request.headers.authorization === 'Bearer nbl_key' && request.url === '/graphql';
      Atomics.add(shared, 0, 1);
      const kind = Atomics.load(shared, 1);
      if (kind === 2) return response.writeHead(503).end('gone');
      const errors = kind === 1 ? [{ code: 'LEASE_LOST', message: 'it ran out', path: [] }] : [];
      const command = ok ? (variables.input.statusReason === null ? 'CONTINUE' : 'PAUSE') : 'CANCEL';
      const heartbeat = { command: errors.length > 0 ? null : command, expiresAt: null, errors };
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { heartbeat } }));
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

const LOST = 1;
const AWAY = 2;

let server: Worker;
let shared: Int32Array;
let url: string;
let lease: HeldLease | undefined;
beforeEach(async () => {
  const memory = new SharedArrayBuffer(8);
  shared = new Int32Array(memory);
  server = new Worker(SERVER, { eval: true, workerData: memory });
  url = await new Promise((resolve) =>
    server.once('message', (port: number) => resolve(`http://127.0.0.1:${port}`)),
  );
});
afterEach(async () => {
  await lease?.stop();
  await server.terminate();
});

function hold(handlers: Partial<ConstructorParameters<typeof HeldLease>[0]> = {}): HeldLease {
  const { worker } = createClient({ url, apiKey: 'nbl_key' });
  lease = new HeldLease({
    trainer: { ...worker, claim: () => Promise.resolve(null) },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the fields that are read
    lease: { token: 'token', attempt: 1, leaseSeconds: 30, run: { id: 'run_1' } } as LeaseInfo,
    workerId: 'wrk_1',
    heartbeatMs: 20,
    ...handlers,
  });
  return lease;
}
const beats = (): number => Atomics.load(shared, 0);
const soon = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
};
/** Blocks this thread, timers and all. */
const block = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('a lease', () => {
  it('is kept alive while its program computes without a break', async () => {
    hold();
    await soon(() => beats() > 0);
    // A beat every 20 ms: however busy the machine, a second has room for ten times ten of them, of which two are enough.
    const before = beats();
    block(1000);
    expect(beats() - before).toBeGreaterThanOrEqual(2);
  });

  it('hears commands, sends the reason at once, and carries the key', async () => {
    const commands: string[] = [];
    const held = hold({ heartbeatMs: 60_000, onCommand: (command) => void commands.push(command) });
    await soon(() => beats() === 1);
    held.setReason('the disk is full');
    await soon(() => commands.length > 0);
    expect(commands).toEqual(['PAUSE']);
    expect(beats()).toBe(2);
  });

  it('is told when it is lost, and beats no more', async () => {
    const losses: string[] = [];
    Atomics.store(shared, 1, LOST);
    const held = hold({ onLost: (why) => void losses.push(why) });
    await soon(() => held.lost !== undefined);
    expect(losses).toEqual([expect.stringContaining('it ran out')]);
    await held.stop();
    const after = beats();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(beats()).toBe(after);
  });

  it('says once that the API is away, and once that it is back', async () => {
    const said: string[] = [];
    Atomics.store(shared, 1, AWAY);
    hold({ onProblem: (message) => void said.push(message) });
    await soon(() => beats() > 3);
    Atomics.store(shared, 1, 0);
    await soon(() => said.length === 2);
    expect(said).toEqual([expect.stringContaining('answered 503'), 'the API answers heartbeats again']);
  });
});
