import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { silentLog } from '../log.ts';
import type { Database } from '../openDatabase.ts';
import { inTransaction } from '../queryable.ts';
import { normalise } from '../metrics/points.ts';
import { ingestSteps } from '../records/ingestSteps.ts';
import { makeRecordEvent } from '../records/makeRecordEvent.ts';
import { createTestDatabase, seedClaimedRun, seedWorkspace } from '../testing/index.ts';
import { MAX_PAYLOAD_BYTES, type DatabaseEvent } from './event.ts';
import { listen } from './listen.ts';
import { notify } from './notify.ts';

/** How long a busy machine may take to deliver a notification; nothing is measured by it. */
const PATIENCE_MS = 10_000;

let db: Database;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

const worker = (workerId: string): DatabaseEvent => ({ type: 'worker', workerId, workspaceId: 'wsp_1' });

test('events are heard after commit, in order, and not at all after a rollback', async () => {
  const heard: DatabaseEvent[] = [];
  const listener = await listen(db.url, { onEvent: (event) => heard.push(event) }, silentLog);
  await inTransaction(db.pool, async (client) => {
    await notify(client, worker('a'));
    await notify(client, worker('b'));
    // Another connection's event, sent and committed meanwhile, overtakes those of the open transaction.
    await notify(db.pool, worker('first'));
    await vi.waitFor(() => expect(heard).toEqual([worker('first')]), PATIENCE_MS);
  });
  const failing = inTransaction(db.pool, async (client) => {
    await notify(client, worker('never'));
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  await notify(db.pool, worker('last'));
  await vi.waitFor(() => expect(heard).toEqual(['first', 'a', 'b', 'last'].map(worker)), PATIENCE_MS);
  await listener.close();
});

test('a listener whose connection is cut says so, comes back, and hears again', async () => {
  const heard: string[] = [];
  const listener = await listen(
    db.url,
    {
      onEvent: (event) => heard.push(event.type === 'worker' ? event.workerId : event.type),
      onLost: () => heard.push('(lost)'),
      onRegained: () => heard.push('(regained)'),
    },
    silentLog,
  );
  const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'nabla-listen' AND datname = current_database()`;
  await db.pool.query(cut);
  await vi.waitFor(() => expect(heard).toEqual(['(lost)', '(regained)']), PATIENCE_MS);
  await notify(db.pool, worker('after'));
  await vi.waitFor(() => expect(heard).toEqual(['(lost)', '(regained)', 'after']), PATIENCE_MS);
  await listener.close();
  // The server needs a moment to notice that we hung up; nobody may be connected again after that.
  await vi.waitFor(async () => expect((await db.pool.query(cut)).rowCount).toBe(0), PATIENCE_MS);
});

test('a notification that is not ours is told and ignored', async () => {
  const lines: string[] = [];
  const heard: DatabaseEvent[] = [];
  const listener = await listen(db.url, { onEvent: (event) => heard.push(event) }, (_level, message) =>
    lines.push(message),
  );
  await db.pool.query(`SELECT pg_notify('nabla', 'nonsense'), pg_notify('nabla', '{"type":"unheard of"}')`);
  await notify(db.pool, worker('good'));
  await vi.waitFor(() => expect(heard).toEqual([worker('good')]), PATIENCE_MS);
  expect(lines).toHaveLength(2);
  await listener.close();
});

test('recorded steps are announced with their points', async () => {
  const heard: DatabaseEvent[] = [];
  const listener = await listen(db.url, { onEvent: (event) => heard.push(event) }, silentLog);
  const seed = await seedWorkspace(db);
  const run = await seedClaimedRun(db, seed);
  const metrics = [{ name: 'loss', steps: [4, 3], values: [0.4, 0.3] }];
  const record = { sequence: 1, step: 4, stage: null, time: new Date(), metrics, completions: [], logs: [] };
  await ingestSteps(db.pool, { ...run, writer: 'w', records: [record] });
  await ingestSteps(db.pool, { ...run, writer: 'w', records: [record] }); // a duplicate announces nothing
  await notify(db.pool, worker('end'));
  await vi.waitFor(() => expect(heard.at(-1)).toEqual(worker('end')), PATIENCE_MS);
  expect(heard.filter((event) => event.type === 'record')).toEqual([
    {
      type: 'record',
      runId: run.runId,
      projectId: seed.projectId,
      workspaceId: seed.workspaceId,
      minStep: 3,
      maxStep: 4,
      points: { loss: { steps: [3, 4], values: [0.3, 0.4] } },
      metrics: null,
      completionSteps: [],
      evaluationSteps: [],
      logs: false,
    },
  ]);
  await listener.close();
});

test.each([
  ['few points travel in the event', 3, 100, 'points'],
  ['many points are named only', 3, 400, 'metrics'],
  ['many metrics are not even named', 900, 1, 'neither'],
])('%s', (_name, metricCount, pointCount, expected) => {
  const steps = Array.from({ length: pointCount }, (_, i) => i + 5);
  const points = normalise([{ steps, values: steps }]);
  const added = new Map(Array.from({ length: metricCount }, (_, i) => [`some/metric/${i}`, points]));
  const completionSteps = Array.from({ length: 400 }, (_, i) => 2 ** 31 - 400 + i);
  const event = makeRecordEvent({
    runId: 'r',
    projectId: 'p',
    workspaceId: 'w',
    added,
    completionSteps,
    evaluationSteps: completionSteps,
    logs: true,
  });
  expect(event).toMatchObject({ minStep: 5, maxStep: 4 + pointCount });
  expect(event.points !== null ? 'points' : event.metrics !== null ? 'metrics' : 'neither').toBe(expected);
  expect(event.completionSteps).toHaveLength(300);
  expect(event.evaluationSteps).toHaveLength(50);
  expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
});

test('an event that PostgreSQL would refuse is refused before, with its size', async () => {
  await expect(notify(db.pool, worker('x'.repeat(8_000)))).rejects.toThrow(/worker event of 80\d\d bytes/);
});
