import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { silentLog } from '../log.ts';
import type { Database } from '../openDatabase.ts';
import { createTestDatabase, seedClaimedRun, seedWorkspace, type Seed } from '../testing/index.ts';
import { startLeaseSweeper } from './leaseSweeper.ts';

let db: Database;
let seed: Seed;
beforeAll(async () => {
  db = await createTestDatabase();
  seed = await seedWorkspace(db);
});
afterAll(() => db.close());

const status = async (id: string) => (await db.prisma.run.findUniqueOrThrow({ where: { id } })).status;

const expireIn = (runId: string, milliseconds: number) =>
  db.pool.query('UPDATE lease SET expires_at = now() + make_interval(secs => $2) WHERE run_id = $1', [
    runId,
    milliseconds / 1_000,
  ]);

test('the sweeper ends expired leases by itself, and stops when closed', async () => {
  const { runId } = await seedClaimedRun(db, seed);
  const sweeper = startLeaseSweeper(db.pool, { intervalMs: 20, log: silentLog });
  await expireIn(runId, -1);
  await vi.waitFor(async () => expect(await status(runId)).toBe('QUEUED'), 10_000);
  await sweeper.close();
});

test('a lease that ran out while nothing could be done about it gets another period', async () => {
  const { runId } = await seedClaimedRun(db, seed);
  const sweeper = startLeaseSweeper(db.pool, { intervalMs: 20, log: silentLog });
  await expireIn(runId, 1_000);
  // The whole process stands still, as when a laptop sleeps: no sweep, and no heartbeat would have come through.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
  await vi.waitFor(async () => {
    const lease = await db.prisma.lease.findUniqueOrThrow({ where: { runId } });
    expect(lease.expiresAt.getTime()).toBeGreaterThan(Date.now() + 30_000); // the seed's leases last 60 s
  }, 10_000);
  expect(await status(runId)).toBe('RUNNING');
  await sweeper.close();
});
