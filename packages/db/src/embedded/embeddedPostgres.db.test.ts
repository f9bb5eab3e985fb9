import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { notify } from '../events/notify.ts';
import { listen } from '../events/listen.ts';
import { isDatabaseUnavailable } from '../isDatabaseUnavailable.ts';
import { silentLog, type DatabaseLog } from '../log.ts';
import { openDatabase, type Database } from '../openDatabase.ts';
import { openEmbeddedPostgres } from './embeddedPostgres.ts';

let dataDir: string;
const opened: Database[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'nabla-embedded-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((db) => db.close()));
  await rm(dataDir, { recursive: true, force: true });
});

async function open(log: DatabaseLog = silentLog, port = 58_000): Promise<Database> {
  const db = await openDatabase({ dataDir, port, log });
  opened.push(db);
  return db;
}

async function close(db: Database): Promise<void> {
  opened.splice(opened.indexOf(db), 1);
  await db.close();
}

const serverPid = async () =>
  Number((await readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

const workspaceNames = async (db: Database) => (await db.prisma.workspace.findMany()).map(({ name }) => name);

test('data is there at the next start, and the server is gone in between', async () => {
  // What an interrupted first start leaves behind must not hinder.
  await mkdir(path.join(dataDir, 'postgres.making-1', 'base'), { recursive: true });
  const first = await open();
  expect(existsSync(path.join(dataDir, 'postgres.making-1'))).toBe(false);
  await first.prisma.workspace.create({ data: { id: 'wsp_1', name: 'kept ∇' } });
  const { rows } = await first.pool.query<{ encoding: string; locale: string }>(
    `SELECT pg_encoding_to_char(encoding) AS encoding, datlocale AS locale FROM pg_database WHERE datname = 'nabla'`,
  );
  expect(rows).toEqual([{ encoding: 'UTF8', locale: 'C.UTF-8' }]);
  await close(first);
  expect(existsSync(path.join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
  expect(await workspaceNames(await open())).toEqual(['kept ∇']);
});

test('a second opener of the folder is refused and the first one goes on', async () => {
  const first = await open();
  await expect(open()).rejects.toThrow(`Another Nabla is running on the data folder ${dataDir}`);
  expect(await workspaceNames(first)).toEqual([]);
});

test('a taken port is moved past', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const address = blocker.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const lines: string[] = [];
  const db = await open((_level, line) => lines.push(line), address.port);
  expect(Number(new URL(db.url).port)).toBeGreaterThan(address.port);
  expect(lines.join('\n')).toContain(`Port ${address.port} is taken`);
  blocker.close();
});

test('a server that is killed comes back on its port, and pool, Prisma and listener find it again', async () => {
  const db = await open();
  await db.prisma.workspace.create({ data: { id: 'wsp_1', name: 'committed' } });
  const heard: string[] = [];
  const listener = await listen(
    db.url,
    {
      onEvent: ({ type }) => heard.push(type),
      onLost: () => heard.push('lost'),
      onRegained: () => heard.push('regained'),
    },
    silentLog,
  );
  const before = await serverPid();
  const busy = db.pool.query('SELECT pg_sleep(30)').catch((error: unknown) => error);
  process.kill(before, 'SIGKILL');
  expect(isDatabaseUnavailable(await busy)).toBe(true);
  await vi.waitFor(
    async () => {
      // Whatever fails until it is back fails as "away", through the pool and through Prisma.
      const failures = await Promise.allSettled([db.pool.query('SELECT 1'), workspaceNames(db)]);
      for (const failure of failures) {
        if (failure.status === 'rejected')
          expect(isDatabaseUnavailable(failure.reason), String(failure.reason)).toBe(true);
      }
      expect(failures.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    },
    { timeout: 20_000, interval: 100 },
  );
  expect(await serverPid()).not.toBe(before);
  expect(await workspaceNames(db)).toEqual(['committed']);
  await vi.waitFor(() => expect(heard).toEqual(['lost', 'regained']), 10_000);
  await notify(db.pool, { type: 'worker', workerId: 'w', workspaceId: 'wsp_1' });
  await vi.waitFor(() => expect(heard).toEqual(['lost', 'regained', 'worker']), 10_000);
  await listener.close();
});

test('after kill -9 of its owner the server stops, and the folder opens again with what was committed', async () => {
  const script = fileURLToPath(new URL('../testing/openInChild.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line]: unknown[] = await once(child.stdout, 'data');
  expect(String(line)).toContain('postgresql://');
  await expect(open()).rejects.toThrow('Another Nabla is running');
  const orphan = await serverPid();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const db = await open();
  expect(await workspaceNames(db)).toEqual([]);
  expect(await serverPid()).not.toBe(orphan);
});

test('a stale pid file whose number belongs to another program does not hinder', async () => {
  await close(await open());
  // Our own process: alive, and no PostgreSQL.
  await writeFile(path.join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n${dataDir}\n0\n58000\n`);
  expect(await workspaceNames(await open())).toEqual([]);
});

test('a cluster without its password file is refused with the file named', async () => {
  await close(await open());
  await rm(path.join(dataDir, 'postgres-password'));
  await expect(open()).rejects.toThrow(`password file ${path.join(dataDir, 'postgres-password')} is missing`);
});

test('a server that cannot start says why', async () => {
  await expect(
    openEmbeddedPostgres({ dataDir, port: 58_000, log: silentLog, settings: ['shared_buffers=nonsense'] }),
  ).rejects.toThrow(/invalid value for parameter "shared_buffers"/);
});

test('with a URL nothing is started, and a server that is away is named as such', async () => {
  const server = await open();
  const db = await openDatabase({ url: server.url });
  expect(db.embedded).toBe(false);
  expect(await workspaceNames(db)).toEqual([]);
  await db.close();
  await close(server);
  const failure = await openDatabase({ url: server.url }).catch((error: unknown) => error);
  expect(isDatabaseUnavailable(failure)).toBe(true);
});
