/** @file A worker's life: send what an earlier life left, register, then claim and execute one run after another until told to stop. */
import { hostname } from 'node:os';
import path from 'node:path';

import {
  AuthenticationError,
  ConnectionError,
  RefusedError,
  backoffMs,
  createClient,
  drainLeftovers,
  pause,
  type LeaseInfo,
  type LogLevel,
} from '@nabla/client';

import type { WorkerSettings } from './env.ts';
import { executeRun, type RunContext, type RunEnd } from './executeRun.ts';
import { ProcessPool } from './processPool.ts';
import type { EngineInfo } from './protocol.ts';
import { lockFolder, makeRewardsFolder, workerIdentity } from './workerFolder.ts';

export interface WorkerHooks {
  readonly log: (level: LogLevel, message: string, runId?: string) => void;
  /** The worker is registered and asks for runs. */
  readonly onReady: (ready: { workerId: string; engine: EngineInfo }) => void;
}

/**
 * Resolves when the shutdown signal was given and everything is let go of, at the latest `stopSeconds` after it.
 * @throws Error when it cannot work at all: folder in use, no engine, key refused.
 */
export async function runWorker(
  settings: WorkerSettings,
  hooks: WorkerHooks,
  shutdown: AbortSignal,
): Promise<void> {
  const { log } = hooks;
  const folder = path.resolve(settings.folder);
  const lock = await lockFolder(folder);
  const abandon = new AbortController();
  let deadline: NodeJS.Timeout | undefined;
  shutdown.addEventListener(
    'abort',
    () => (deadline = setTimeout(() => abandon.abort(), settings.stopSeconds * 1000)),
    { once: true },
  );
  if (settings.rewardsDir !== undefined) {
    const problem = await makeRewardsFolder(path.resolve(settings.rewardsDir));
    // Runs without a module need no folder.
    if (problem !== null) log('WARN', problem);
  }
  const pool = new ProcessPool(settings.backend);
  try {
    const workerId = await workerIdentity(folder);
    const client = createClient({ url: settings.apiUrl, apiKey: settings.apiKey });
    const engine = await pool.warm();
    const spool = { root: path.join(folder, 'spool') };
    const { sent, rejectedRuns } = await drainLeftovers(
      client.worker,
      spool,
      (message) => log('WARN', message),
      shutdown,
    );
    if (sent > 0) log('INFO', `${sent} step records of an earlier process were sent`);
    const register = (): Promise<void> =>
      client.worker.register({
        id: workerId,
        name: settings.name,
        backend: engine.backend,
        host: hostname(),
        version: `TensorFlow${engine.backend === 'wasm' ? '.js' : ''} ${engine.version}, Node ${process.versions.node}`,
        device: engine.description,
      });
    await untilReached(register, log, shutdown);
    if (shutdown.aborted) return;
    hooks.onReady({ workerId, engine });

    const rewards =
      settings.rewardsDir === undefined ? {} : { rewardsDir: path.resolve(settings.rewardsDir) };
    const { spoolMaxBytes } = settings;
    const context = {
      client,
      workerId,
      folder,
      pool,
      log,
      shutdown,
      abandon: abandon.signal,
      spoolMaxBytes,
      modelsDir: path.resolve(settings.modelsDir),
      ...rewards,
    };
    await serveRuns(context, settings, { register, untrusted: new Set(rejectedRuns) });
  } finally {
    await pool.close();
    clearTimeout(deadline);
    await lock.release();
  }
}

interface Serving {
  readonly register: () => Promise<void>;
  /** Runs whose last records from here were refused; the next claim of each takes it off. */
  readonly untrusted: Set<string>;
}

async function serveRuns(
  context: Omit<RunContext, 'untrusted'>,
  { leaseSeconds, pollMs }: WorkerSettings,
  { register, untrusted }: Serving,
): Promise<void> {
  const { client, workerId, pool, log, shutdown } = context;
  let failures = 0;
  while (!shutdown.aborted) {
    let lease: LeaseInfo | null;
    try {
      lease = await client.worker.claim({ workerId, leaseSeconds }, { signal: shutdown });
    } catch (error) {
      if (shutdown.aborted) return;
      if (error instanceof AuthenticationError) throw error;
      if (failures++ === 0) log('WARN', `asking for a run failed: ${messageOf(error)}`);
      await pause(backoffMs(failures), shutdown);
      // The API does not know this worker, for instance because its database was made anew.
      if (error instanceof RefusedError && error.code === 'NOT_FOUND')
        await untilReached(register, log, shutdown);
      continue;
    }
    if (lease === null) {
      failures = 0;
      await pool.warm();
      await pause(pollMs, shutdown);
      continue;
    }
    const { id, number, name } = lease.run;
    log('INFO', `claimed run ${number} "${name}" (attempt ${lease.attempt})`, id);
    try {
      const end = await executeRun({ ...context, untrusted: untrusted.delete(id) }, lease);
      failures = 0;
      log(end.kind === 'failed' ? 'ERROR' : 'INFO', describeEnd(end), id);
    } catch (error) {
      // Whatever one run met, the worker lives on.
      failures++;
      log('ERROR', `the run cannot be executed here at the moment: ${messageOf(error)}`, id);
      await pause(backoffMs(failures, { firstMs: 1000, longestMs: 60_000 }), shutdown);
    }
  }
}

async function untilReached(
  work: () => Promise<void>,
  log: WorkerHooks['log'],
  shutdown: AbortSignal,
): Promise<void> {
  for (let attempt = 0; !shutdown.aborted; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      if (attempt === 0) log('WARN', `waiting for the API: ${error.message}`);
      await pause(backoffMs(attempt), shutdown);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describeEnd(end: RunEnd): string {
  switch (end.kind) {
    case 'finished':
      return `finished after step ${end.step}; weights ${end.weightsHash.slice(0, 12)}`;
    case 'failed':
      return `failed: ${end.cause}`;
    case 'released':
      return `let go of after step ${end.step}: ${end.status}`;
    case 'lost':
      return `lost: ${end.why}`;
  }
}
