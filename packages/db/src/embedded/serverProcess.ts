/** @file One running PostgreSQL server process: started, waited for, stopped. Restarting it is the supervisor's business. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { CLUSTER_USER, serverCommand, type Cluster } from './cluster.ts';

export type ServerProcess = {
  pid: number;
  port: number;
  /** Resolves when the process has ended, for whatever reason. */
  exited: Promise<void>;
  /** Ends it: disconnects clients, writes everything, exits. */
  stop(): Promise<void>;
};

/** Thrown when the server ended before it served; `reason` says which of the causes that a caller can do something about. */
export class ServerStartError extends Error {
  readonly reason: 'portTaken' | 'folderInUse' | 'other';
  constructor(message: string, reason: 'portTaken' | 'folderInUse' | 'other') {
    super(message);
    this.name = 'ServerStartError';
    this.reason = reason;
  }
}

const START_TIMEOUT_MS = 60_000; // recovery after a crash replays the write-ahead log, which may take long
const STOP_TIMEOUT_MS = 15_000;

/** Starts the server on 127.0.0.1:`port` and returns once it answers. Throws `ServerStartError`. */
export async function startServerProcess(
  cluster: Cluster,
  port: number,
  flags: string[] = [],
): Promise<ServerProcess> {
  const logFile = await open(cluster.logFile, 'a');
  const logStart = (await stat(cluster.logFile)).size;
  const { command, args, options } = serverCommand(cluster.user, cluster.binaries.postgres, [
    ...[
      '-D',
      cluster.folder,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
    ],
    ...SETTINGS.flatMap((setting) => ['-c', setting]),
    ...flags.flatMap((setting) => ['-c', setting]),
  ]);
  // Its own session: a Ctrl-C in the terminal must reach us only, so that connections are closed before the server.
  // Its messages go to a file and not through a pipe, so that they survive us.
  const child = spawn(command, args, {
    ...options,
    detached: true,
    stdio: ['ignore', logFile.fd, logFile.fd],
  });
  try {
    await once(child, 'spawn'); // rejects when the program cannot be run
  } finally {
    await logFile.close();
  }
  const pid = child.pid;
  if (pid === undefined) throw new ServerStartError('PostgreSQL could not be started', 'other');
  const exited = once(child, 'exit').then(() => undefined);
  await waitUntilServing(cluster, port, child, logStart);
  const watchdog = startWatchdog(pid);
  void exited.then(() => watchdog.kill('SIGKILL'));
  child.unref();
  return {
    pid,
    port,
    exited,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGINT'); // "fast shutdown"
        const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS); // "immediate": recovers at next start
        await exited;
        clearTimeout(timer);
      }
      watchdog.kill('SIGKILL');
    },
  };
}

/** Connection string of the cluster's database (or of another database of it). */
export function clusterUrl(cluster: Cluster, port: number, database: string): string {
  return `postgresql://${CLUSTER_USER}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/${database}`;
}

/**
 * Departures from PostgreSQL's defaults. Durability stays as it is: an acknowledged step is on disk.
 * - larger WAL and rarer checkpoints: metric ingest otherwise forces a checkpoint every few seconds;
 * - jit off: compiling a query costs more than any of ours runs;
 * - a chatty autovacuum: tail chunks of metrics come and go.
 */
const SETTINGS = [
  'max_connections=100',
  'max_wal_size=2GB',
  'checkpoint_timeout=15min',
  'jit=off',
  'autovacuum_naptime=20s',
  'log_checkpoints=off',
  'timezone=UTC',
  'log_timezone=UTC',
];

async function waitUntilServing(
  cluster: Cluster,
  port: number,
  child: ChildProcess,
  logStart: number,
): Promise<void> {
  for (let waited = 0; waited < START_TIMEOUT_MS; waited += 50) {
    if (child.exitCode !== null || child.signalCode !== null) throw await startError(cluster, port, logStart);
    if (await answers(cluster, port, child)) return;
    await sleep(50);
  }
  child.kill('SIGQUIT');
  throw new ServerStartError(
    `PostgreSQL did not answer on port ${port} within ${START_TIMEOUT_MS / 1000} s; see ${cluster.logFile}`,
    'other',
  );
}

/** True when our own server answers: another program on the port fails the handshake or has another data folder. */
async function answers(cluster: Cluster, port: number, child: ChildProcess): Promise<boolean> {
  const pidLine = (await readPidFile(cluster.folder))?.pid;
  if (pidLine === undefined || pidLine !== child.pid) return false;
  const client = new pg.Client({
    connectionString: clusterUrl(cluster, port, 'postgres'),
    connectionTimeoutMillis: 2_000,
  });
  client.on('error', () => undefined); // a failed attempt is answered by the next one
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false; // starting up, or not listening yet
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** PostgreSQL's postmaster.pid: process id on line 1, port on line 4. Null when there is none or it is half written. */
export async function readPidFile(folder: string): Promise<{ pid: number; port: number } | null> {
  const text = await readFile(`${folder}/postmaster.pid`, 'utf8').catch(() => null);
  const lines = text?.split('\n') ?? [];
  const pid = Number.parseInt(lines[0] ?? '', 10);
  const port = Number.parseInt(lines[3] ?? '', 10);
  return Number.isInteger(pid) && Number.isInteger(port) ? { pid, port } : null;
}

async function startError(cluster: Cluster, port: number, logStart: number): Promise<ServerStartError> {
  const text = (await readFile(cluster.logFile)).subarray(logStart).toString('utf8');
  const fatal = text.split('\n').filter((line) => /FATAL|PANIC|could not|error while loading/.test(line));
  const message = (fatal.length > 0 ? fatal.join(' ') : text.trim()).slice(0, 1_000);
  if (/could not bind|could not create any TCP\/IP sockets/.test(text)) {
    return new ServerStartError(`Port ${port} is taken by another program`, 'portTaken');
  }
  if (/lock file ".*" already exists|pre-existing shared memory block/.test(text)) {
    return new ServerStartError(`Another PostgreSQL server runs on ${cluster.folder}`, 'folderInUse');
  }
  return new ServerStartError(
    `PostgreSQL did not start: ${message || 'it said nothing'} (log: ${cluster.logFile})`,
    'other',
  );
}

/**
 * Stops the server when this process ends without having done so (kill -9): the watchdog waits for its standard input,
 * which only we hold, to close.
 */
function startWatchdog(pid: number): ChildProcess {
  const script = `cat >/dev/null; kill -INT ${pid} 2>/dev/null`;
  const watchdog = spawn('/bin/sh', ['-c', script], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.on('error', () => undefined); // without /bin/sh the next start stops the orphan instead
  watchdog.unref();
  return watchdog;
}
