import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError, ConnectionError, RefusedError } from '../errors.ts';
import { type DrainOptions, startDrain } from './drain.ts';
import { RunSpool, findSpools } from './runSpool.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nabla-drain-test-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const spoolOf = (): Promise<RunSpool> => RunSpool.create({ root }, { runId: 'run_1', leaseToken: 'lease-1' });
const refused = (code: 'LEASE_LOST' | 'INVALID_INPUT'): RefusedError =>
  new RefusedError('recordSteps', [{ code, message: 'no', path: [] }]);
const steps = (payloads: readonly Uint8Array[]): number[] =>
  payloads.map((payload) => {
    const record: { step: number } = JSON.parse(Buffer.from(payload).toString());
    return record.step;
  });

async function withSteps(count: number): Promise<RunSpool> {
  const runSpool = await spoolOf();
  for (let step = 1; step <= count; step++) await runSpool.append({ step, metrics: { a: step } });
  return runSpool;
}

/** Starts draining with everything remembered that a test asks about. */
function drainOf(
  runSpool: RunSpool,
  send: (steps: number[], leaseToken: string) => void | Error,
  options: Partial<DrainOptions> = {},
) {
  const sent: number[][] = [];
  const problems: string[] = [];
  const drain = startDrain({
    runSpool,
    send: async (spool, payloads) => {
      const failure = send(steps(payloads), spool.leaseToken);
      if (failure instanceof Error) throw failure;
      sent.push(steps(payloads));
    },
    onLeaseLost: () => Promise.resolve('stop'),
    onProblem: (message) => problems.push(message),
    random: () => 0,
    ...options,
  });
  return { drain, sent, problems };
}

describe('startDrain', () => {
  it('sends everything once, in order, in bounded batches, also what comes later', async () => {
    const runSpool = await withSteps(5);
    const { drain, sent } = drainOf(runSpool, () => undefined, { bounds: { maxBytes: 1e6, maxRecords: 2 } });
    expect(await drain.empty()).toBe(true);
    await runSpool.append({ step: 6 });
    expect(await drain.empty()).toBe(true);
    expect(sent).toEqual([[1, 2], [3, 4], [5], [6]]);
    await drain.stop();
    await runSpool.close();
    // Nothing waits: nothing stays.
    expect(await readdir(root)).toEqual([]);
  });

  it('waits for an API that is away, says so once, and loses nothing', async () => {
    const runSpool = await withSteps(3);
    let attempts = 0;
    const { drain, sent, problems } = drainOf(runSpool, () =>
      ++attempts < 4 ? new ConnectionError('api away') : undefined,
    );
    expect(await drain.empty()).toBe(true);
    expect(sent).toEqual([[1, 2, 3]]);
    expect(problems).toEqual([
      expect.stringContaining('wait in the spool: api away'),
      expect.stringContaining('are going out again'),
    ]);
    await drain.stop();
    await runSpool.close();
  });

  it('goes on under a new lease', async () => {
    const runSpool = await withSteps(2);
    const { drain, sent } = drainOf(
      runSpool,
      (_steps, lease) => (lease === 'lease-1' ? refused('LEASE_LOST') : undefined),
      {
        onLeaseLost: async () => {
          await runSpool.setLeaseToken('lease-2');
          return 'retry';
        },
      },
    );
    expect(await drain.empty()).toBe(true);
    expect(sent).toEqual([[1, 2]]);
    await drain.stop();
    await runSpool.close();
  });

  it('ends when the lease is lost; what waits is kept aside with the reason', async () => {
    const runSpool = await withSteps(2);
    const { drain } = drainOf(runSpool, () => refused('LEASE_LOST'));
    expect(await drain.empty()).toBe(false);
    await drain.stop();
    const aside = await runSpool.reject('somebody else has the run');
    expect(await readFile(join(aside, 'why.txt'), 'utf8')).toBe('somebody else has the run\n');
    expect((await findSpools(root)).spools).toEqual([]);
    expect((await readdir(aside)).some((name) => name.endsWith('.seg'))).toBe(true);
  });

  it('keeps a record that is refused for itself, and sends the others', async () => {
    const runSpool = await withSteps(4);
    const { drain, sent, problems } = drainOf(runSpool, (batch) =>
      batch.includes(3) ? refused('INVALID_INPUT') : undefined,
    );
    expect(await drain.empty()).toBe(true);
    expect(sent).toEqual([[1], [2], [4]]);
    expect(problems).toHaveLength(1);
    const [file] = (await readdir(join(root, 'rejected'), { recursive: true })).filter((name) =>
      name.endsWith('.jsonl'),
    );
    const line: { refused: string; record: { step: number } } = JSON.parse(
      await readFile(join(root, 'rejected', file ?? ''), 'utf8'),
    );
    expect(line).toMatchObject({ record: { step: 3 } });
    await drain.stop();
    await runSpool.close();
  });

  it('gives a fault of the API some more chances before it gives up on a record', async () => {
    const runSpool = await withSteps(1);
    let attempts = 0;
    const { drain, sent } = drainOf(runSpool, () =>
      ++attempts < 3 ? new ApiError('INTERNAL', 'oops') : undefined,
    );
    expect(await drain.empty()).toBe(true);
    expect(sent).toEqual([[1]]);
    await drain.stop();
    await runSpool.close();
  });

  it('tells when what was appended before a mark is committed', async () => {
    const runSpool = await withSteps(2);
    const mark = runSpool.spool.appendedRecords;
    await runSpool.append({ step: 3 });
    const { drain, sent } = drainOf(
      runSpool,
      (batch) => (batch.includes(3) ? new ConnectionError('away') : undefined),
      {
        bounds: { maxBytes: 1e6, maxRecords: 2 },
      },
    );
    expect(await drain.reached(mark)).toBe(true);
    expect(sent).toEqual([[1, 2]]);
    await drain.stop();
    expect(await drain.reached(mark + 1)).toBe(false);
    await runSpool.close();
  });
});

describe('findSpools', () => {
  it('finds what was left behind, under the lease it was made for, and names what it cannot read', async () => {
    const runSpool = await withSteps(2);
    await runSpool.spool.close();
    const broken = await spoolOf();
    await broken.append({ step: 1 });
    await broken.spool.close();
    await rm(join(broken.spool.folder, 'meta.json'));
    const { spools, unreadable } = await findSpools(root);
    expect(spools).toMatchObject([{ meta: { runId: 'run_1', leaseToken: 'lease-1' } }]);
    expect(unreadable).toEqual([broken.spool.folder]);
    const [found] = spools;
    if (found === undefined) throw new Error('no spool');
    const again = await RunSpool.open({ root }, found.folder, found.meta);
    const { drain, sent } = drainOf(again, () => undefined);
    expect(await drain.empty()).toBe(true);
    expect(sent).toEqual([[1, 2]]);
    await drain.stop();
    await again.close();
  });
});
