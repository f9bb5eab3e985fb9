/** @file The database goes away while people and trainers ask: they are told to come again, and nothing needs a restart. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createTestDatabase } from '@nabla/db/testing';
import { type Database, openDatabase } from '@nabla/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, makeClaimedRun, record, stepRecord } from './testing/fixtures.ts';
import { firstMessage, startTestApi, subscribe, type TestApi } from './testing/index.ts';

/** Stands between the API and PostgreSQL, and can be taken away. */
interface Line {
  url: string;
  cut: () => Promise<void>;
  restore: () => Promise<void>;
}

let target: Database;
let db: Database;
let line: Line;
let api: TestApi;
beforeAll(async () => {
  target = await createTestDatabase();
  line = await layLine(target.url);
  db = await openDatabase({ url: line.url });
  api = await startTestApi({ db });
});
afterAll(async () => {
  await line.restore();
  await api.close();
  await db.close();
  await line.cut();
  await target.close();
});

test('away is said with a code that clients try again on; back is back, for requests and subscriptions', async () => {
  const { runId, token } = await makeClaimedRun(api);
  const subscription = await subscribe<{ runUpdated: { step: number } }>(
    api.wsUrl,
    `subscription { runUpdated(runId: "${runId}") { step } }`,
    { key: api.workerKey },
  );
  await firstMessage(subscription, () =>
    ask(api, 'mutation($id: ID!) { setRunNote(id: $id, note: "x") { errors { code } } }', { id: runId }),
  );
  await line.cut();
  const away = {
    status: 503,
    errors: [{ message: expect.stringContaining('try again'), extensions: { code: 'UNAVAILABLE' } }],
  };
  expect(await api.gql('{ viewer { role } }')).toMatchObject(away);
  expect(await api.gql('{ viewer { role } }', {}, null)).toMatchObject({
    status: 200,
    data: { viewer: null },
  });
  expect((await fetch(`${api.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
  await expect(record(api, runId, token, [stepRecord(1)])).rejects.toThrow('UNAVAILABLE');
  await line.restore();
  await expect.poll(async () => (await fetch(`${api.url}/readyz`)).status, { timeout: 30_000 }).toBe(200);
  expect(await record(api, runId, token, [stepRecord(1)])).toMatchObject({
    acknowledged: [1],
    duplicates: 0,
    errors: [],
  });
  expect(await subscription.next((data) => data.runUpdated.step === 1)).toEqual({ runUpdated: { step: 1 } });
  await subscription.close();
});

async function layLine(databaseUrl: string): Promise<Line> {
  const to = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  let port = 0;
  const restore = async () => {
    if (server !== null) return;
    const opened = createServer((near) => {
      const far = connect(Number(to.port), to.hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(one);
        // A cut is meant to break both ends: neither error is news.
        one.on('error', () => other.destroy());
        one.on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
    await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve));
    const address = opened.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
    server = opened;
  };
  const cut = async () => {
    const closing = server;
    server = null;
    for (const socket of sockets) socket.destroy();
    if (closing !== null) await new Promise((resolve) => closing.close(resolve));
  };
  await restore();
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return { url: url.href, cut, restore };
}
