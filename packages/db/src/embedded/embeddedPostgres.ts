/** @file The embedded PostgreSQL as one thing that is opened and closed: it owns its folder, its port and its restarts. */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import type { DatabaseLog } from '../log.ts';
import { CLUSTER_USER, openCluster, type Cluster } from './cluster.ts';
import {
  clusterUrl,
  readPidFile,
  ServerStartError,
  startServerProcess,
  type ServerProcess,
} from './serverProcess.ts';

const run = promisify(execFile);

export type EmbeddedPostgresOptions = {
  /** Nabla's data folder, for instance `.nabla`. */
  dataDir: string;
  /** Port to try first; a taken one is moved past. */
  port?: number;
  log: DatabaseLog;
  /** More server settings (`name=value`), for tests. */
  settings?: string[];
};

export type EmbeddedPostgres = {
  /** Connection string of Nabla's database. It stays the same over restarts. */
  url: string;
  port: number;
  /** Process id of the server now; another one after a restart, null while it is down. */
  pid(): number | null;
  close(): Promise<void>;
};

/** Any number would do; it is looked for only in the embedded server's own `postgres` database. */
const OWNER_LOCK = 7_226_225;
const FIRST_PORT = 54_320;
const PORTS_TRIED = 100;
const RESTART_BACKOFF_MS = [100, 250, 500, 1_000, 2_000, 5_000];

/**
 * Starts PostgreSQL on the data folder (made when it is new) and keeps it running: when the server process dies it is
 * started again on the same port. Throws when another process uses the folder, saying which.
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, settings } = options;
  const cluster = await openCluster(options.dataDir, log);
  await takeOver(cluster, log);
  let server: ServerProcess | null = await startOnFreePort(
    cluster,
    options.port ?? FIRST_PORT,
    settings,
    log,
  );
  const { port } = server;
  let owner = await prepare(cluster, server);
  const closing = new AbortController();
  const supervision = supervise();

  return {
    url: clusterUrl(cluster, port, CLUSTER_USER),
    port,
    pid: () => server?.pid ?? null,
    close: async () => {
      closing.abort();
      await endQuietly(owner);
      await server?.stop();
      await supervision;
    },
  };

  async function supervise(): Promise<void> {
    for (;;) {
      await server?.exited;
      server = null;
      if (closing.signal.aborted) return;
      log('error', `PostgreSQL ended unexpectedly (log: ${cluster.logFile}); starting it again`);
      await endQuietly(owner);
      for (let attempt = 0; server === null; attempt++) {
        const wait = RESTART_BACKOFF_MS[Math.min(attempt, RESTART_BACKOFF_MS.length - 1)];
        await sleep(wait, undefined, { signal: closing.signal }).catch(() => undefined); // rejects when closing
        if (closing.signal.aborted) return;
        try {
          server = await startServerProcess(cluster, port, settings);
          owner = await holdOwnerLock(cluster, port);
          log('info', `PostgreSQL serves again on port ${port}`);
        } catch (error) {
          log('error', `PostgreSQL could not be started again: ${messageOf(error)}`);
        }
      }
    }
  }
}

async function startOnFreePort(
  cluster: Cluster,
  first: number,
  settings: string[] | undefined,
  log: DatabaseLog,
): Promise<ServerProcess> {
  for (let port = first; port < first + PORTS_TRIED; port++) {
    try {
      return await startServerProcess(cluster, port, settings);
    } catch (error) {
      if (!(error instanceof ServerStartError)) throw error;
      if (error.reason === 'folderInUse') throw folderInUse(cluster, error);
      if (error.reason !== 'portTaken') throw error;
      log('info', `Port ${port} is taken; trying ${port + 1} for PostgreSQL`);
    }
  }
  throw new Error(
    `Ports ${first} to ${first + PORTS_TRIED - 1} are all taken; give PostgreSQL another first port`,
  );
}

/**
 * Makes the folder free to start on. A server whose owner died (kill -9) is stopped; a stale `postmaster.pid` whose
 * number now belongs to some other program (after a reboot, in a container) is removed; a living owner is an error.
 */
async function takeOver(cluster: Cluster, log: DatabaseLog): Promise<void> {
  for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 250) {
    const found = await readPidFile(cluster.folder);
    if (found === null) return;
    if (!(await isPostgresOn(found.pid, cluster.folder))) {
      await rm(path.join(cluster.folder, 'postmaster.pid'), { force: true });
      return;
    }
    const owner = await ownerState(cluster, found.port);
    if (owner === 'alive') throw folderInUse(cluster);
    if (owner === 'gone') {
      log('warn', `Stopping the PostgreSQL server ${found.pid} that an earlier process left running`);
      process.kill(found.pid, 'SIGINT');
    }
    await sleep(250); // 'unknown': starting up or shutting down
  }
  throw folderInUse(cluster);
}

async function ownerState(cluster: Cluster, port: number): Promise<'alive' | 'gone' | 'unknown'> {
  const client = newClient(cluster, port);
  try {
    await client.connect();
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
      OWNER_LOCK,
    ]);
    return rows[0]?.taken === true ? 'gone' : 'alive';
  } catch {
    return 'unknown';
  } finally {
    await endQuietly(client);
  }
}

/** What a fresh server needs before it is given out. A server that cannot be prepared is stopped. */
async function prepare(cluster: Cluster, server: ServerProcess): Promise<pg.Client> {
  try {
    await createDatabaseIfMissing(cluster, server.port);
    return await holdOwnerLock(cluster, server.port);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Held as long as this process and the server live: how a second process sees that the folder has an owner. */
async function holdOwnerLock(cluster: Cluster, port: number): Promise<pg.Client> {
  const client = newClient(cluster, port);
  await client.connect();
  await client.query('SELECT pg_advisory_lock($1)', [OWNER_LOCK]);
  return client;
}

async function createDatabaseIfMissing(cluster: Cluster, port: number): Promise<void> {
  const client = newClient(cluster, port);
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [CLUSTER_USER]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${CLUSTER_USER}`);
  } finally {
    await client.end();
  }
}

function newClient(cluster: Cluster, port: number): pg.Client {
  const client = new pg.Client({
    connectionString: clusterUrl(cluster, port, 'postgres'),
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  client.on('error', () => undefined); // a lost server is noticed by its exit, not by this connection
  return client;
}

/** `end()` on a connection that is already gone only repeats what is known. */
async function endQuietly(client: pg.Client): Promise<void> {
  await client.end().catch(() => undefined);
}

async function isPostgresOn(pid: number, folder: string): Promise<boolean> {
  const commandLine =
    process.platform === 'linux'
      ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      : await run('ps', ['-o', 'command=', '-p', String(pid)]).then(
          ({ stdout }) => stdout,
          () => '', // ps exits 1 when there is no such process
        );
  return commandLine.includes(folder);
}

function folderInUse(cluster: Cluster, cause?: unknown): Error {
  return new Error(
    `Another Nabla is running on the data folder ${path.dirname(cluster.folder)}. ` +
      'Stop it, or start this one with another data folder.',
    { cause },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
