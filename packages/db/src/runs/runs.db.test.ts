import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../openDatabase.ts';
import { ingestSteps } from '../records/ingestSteps.ts';
import { createTestDatabase, seedRun, seedWorker, seedWorkspace, type Seed } from '../testing/index.ts';
import { claimRun } from './claimRun.ts';
import { endLease } from './endLease.ts';
import { expireLeases, requeueRunsOfWorker } from './expireLeases.ts';
import { heartbeat } from './heartbeat.ts';
import { nextRunNumber } from './nextRunNumber.ts';

let db: Database;
let seed: Seed;

beforeAll(async () => {
  db = await createTestDatabase({ poolSize: 20 });
});
afterAll(() => db.close());
beforeEach(async () => {
  seed = await seedWorkspace(db); // a workspace of its own: queues do not mix
});

const claim = (more: { workerId?: string; runId?: string } = {}) =>
  claimRun(db.pool, {
    workspaceId: seed.workspaceId,
    workerId: seed.workerId,
    leaseSeconds: 60,
    backend: 'native',
    ...more,
  });

const read = (id: string) => db.prisma.run.findUniqueOrThrow({ where: { id }, include: { lease: true } });

/** As if the lease's time had run out a second ago. */
const makeExpire = (runId: string) =>
  db.pool.query("UPDATE lease SET expires_at = now() - interval '1 second' WHERE run_id = $1", [runId]);

/** As if the last heartbeat had come before PostgreSQL was started. */
const makeRenewedBeforeStart = (runId: string) =>
  db.pool.query(
    "UPDATE lease SET renewed_at = pg_postmaster_start_time() - interval '1 second' WHERE run_id = $1",
    [runId],
  );

test('the oldest waiting run is claimed first, and none when nothing waits', async () => {
  const [first, second] = [await seedRun(db, seed), await seedRun(db, seed)];
  expect((await claim())?.runId).toBe(first);
  expect(await read(first)).toMatchObject({
    status: 'RUNNING',
    attempt: 1,
    workerId: seed.workerId,
    backend: 'native',
    lease: { attempt: 1, seconds: 60 },
  });
  expect((await claim())?.runId).toBe(second);
  expect(await claim()).toBeNull();
});

test('a run in another workspace, an archived one, or one reserved for another worker is left alone', async () => {
  const other = await seedWorker(db, seed.workspaceId);
  const reserved = await seedRun(db, seed, { reservedWorkerId: other });
  const archived = await seedRun(db, seed);
  await db.prisma.run.update({ where: { id: archived }, data: { archived: true } });
  await seedRun(db, await seedWorkspace(db));
  expect(await claim()).toBeNull();
  expect(await claim({ runId: reserved })).toBeNull();
  expect((await claim({ workerId: other }))?.runId).toBe(reserved);
});

test('thirty claimers at once get ten runs, none twice', async () => {
  const runs = await Promise.all(Array.from({ length: 10 }, () => seedRun(db, seed)));
  const claims = await Promise.all(Array.from({ length: 30 }, () => claim()));
  // A claimer that meets only locked rows comes back empty-handed, so some runs may be left; a second round takes them.
  const late = await Promise.all(Array.from({ length: 10 }, () => claim()));
  const got = [...claims, ...late].flatMap((result) => (result === null ? [] : [result.runId]));
  expect(got.toSorted()).toEqual(runs.toSorted());
});

test('claimers that race for one expired lease: one gets it, with the next attempt', async () => {
  const runId = await seedRun(db, seed);
  const before = await claim();
  await makeExpire(runId);
  const claims = (await Promise.all(Array.from({ length: 8 }, () => claim()))).filter(
    (result) => result !== null,
  );
  expect(claims.map((result) => [result.runId, result.attempt])).toEqual([[runId, 2]]);
  expect(await heartbeat(db.pool, { leaseToken: before?.leaseToken ?? '' })).toBeNull();
  const late = await ingestSteps(db.pool, {
    runId,
    leaseToken: before?.leaseToken ?? '',
    writer: 'w',
    records: [],
  });
  expect(late).toEqual({ outcome: 'leaseLost' });
});

test('a heartbeat extends the lease, answers the command, and shows why the run waits', async () => {
  const runId = await seedRun(db, seed);
  const { leaseToken = '' } = (await claim()) ?? {};
  await makeExpire(runId);
  const alive = await heartbeat(db.pool, { leaseToken, step: 7, statusReason: 'disk full' });
  expect(alive).toMatchObject({ runId, status: 'RUNNING', command: 'CONTINUE' });
  expect(await expireLeases(db.pool)).toEqual([]);
  await db.prisma.run.update({ where: { id: runId }, data: { pendingCommand: 'PAUSE' } });
  expect(await heartbeat(db.pool, { leaseToken, step: 3 })).toMatchObject({ command: 'PAUSE' });
  expect(await read(runId)).toMatchObject({ step: 7, statusReason: 'disk full' });
  await heartbeat(db.pool, { leaseToken, statusReason: null });
  expect(await read(runId)).toMatchObject({ statusReason: null });
  expect(await heartbeat(db.pool, { leaseToken: 'lea_wrong' })).toBeNull();
});

test('an expired lease puts the run back in the queue, with a line in its log', async () => {
  const runId = await seedRun(db, seed);
  await claim();
  expect(await expireLeases(db.pool)).toEqual([]);
  await makeExpire(runId);
  expect(await expireLeases(db.pool)).toMatchObject([{ runId, workerId: seed.workerId, status: 'QUEUED' }]);
  expect(await read(runId)).toMatchObject({
    status: 'QUEUED',
    statusReason: 'The worker stopped answering',
    lease: null,
  });
  const logs = await db.prisma.runLog.findMany({ where: { runId } });
  expect(logs.map((log) => [log.level, log.message])).toEqual([
    ['WARN', `The worker stopped answering (${seed.workerId}); the run waits in the queue and will resume`],
  ]);
});

test('what was asked of a run is carried out when its worker is gone', async () => {
  const [paused, cancelled] = [await seedRun(db, seed), await seedRun(db, seed)];
  await claim();
  await claim();
  await db.prisma.run.update({ where: { id: paused }, data: { pendingCommand: 'PAUSE' } });
  await db.prisma.run.update({ where: { id: cancelled }, data: { pendingCommand: 'CANCEL' } });
  await makeExpire(paused);
  await makeExpire(cancelled);
  await expireLeases(db.pool);
  expect(await read(paused)).toMatchObject({ status: 'PAUSED', pendingCommand: null, finishedAt: null });
  expect(await read(cancelled)).toMatchObject({ status: 'CANCELLED', finishedAt: expect.any(Date) });
});

test('after a restart of PostgreSQL a worker has one more period to be heard of', async () => {
  const runId = await seedRun(db, seed);
  await claim();
  await makeExpire(runId);
  await makeRenewedBeforeStart(runId);
  // The test server has not been up for ten years, so the period of ten years is not over ...
  await db.pool.query('UPDATE lease SET seconds = 315360000 WHERE run_id = $1', [runId]);
  expect(await expireLeases(db.pool)).toEqual([]);
  expect(await claim()).toBeNull();
  // ... and one of zero seconds is.
  await db.pool.query('UPDATE lease SET seconds = 0 WHERE run_id = $1', [runId]);
  expect(await expireLeases(db.pool)).toHaveLength(1);
});

test('a worker that starts again gives back its own runs only', async () => {
  const other = await seedWorker(db, seed.workspaceId);
  const [mine, theirs] = [await seedRun(db, seed), await seedRun(db, seed)];
  await claim();
  await claim({ workerId: other });
  expect(await requeueRunsOfWorker(db.pool, seed.workerId)).toMatchObject([
    { runId: mine, status: 'QUEUED' },
  ]);
  expect(await read(theirs)).toMatchObject({ status: 'RUNNING' });
});

test.each([
  ['RELEASED', null, 'QUEUED', false],
  ['RELEASED', 'PAUSE', 'PAUSED', false],
  ['RELEASED', 'CANCEL', 'CANCELLED', true],
  ['FINISHED', null, 'FINISHED', true],
  ['FINISHED', 'CANCEL', 'FINISHED', true],
  ['FAILED', 'PAUSE', 'FAILED', true],
] as const)(
  'ending a lease: %s with %s pending gives %s',
  async (outcome, pendingCommand, status, finished) => {
    const runId = await seedRun(db, seed);
    const { leaseToken = '' } = (await claim()) ?? {};
    await db.prisma.run.update({ where: { id: runId }, data: { pendingCommand } });
    expect(await endLease(db.pool, { runId, leaseToken: 'lea_wrong', outcome })).toBeNull();
    expect(await endLease(db.pool, { runId, leaseToken, outcome, reason: 'because' })).toBe(status);
    const run = await read(runId);
    expect(run).toMatchObject({ status, pendingCommand: null, statusReason: 'because', lease: null });
    expect(run.finishedAt !== null).toBe(finished);
    expect(await endLease(db.pool, { runId, leaseToken, outcome })).toBeNull();
  },
);

test('numbers count within a project, without doubles', async () => {
  const numbers = await Promise.all(Array.from({ length: 10 }, () => nextRunNumber(db.pool, seed.projectId)));
  expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  await expect(nextRunNumber(db.pool, 'prj_none')).rejects.toThrow('no project prj_none');
});
