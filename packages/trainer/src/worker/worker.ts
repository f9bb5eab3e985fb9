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
  type LogLevel,
} from '@nabla/client';

import type { WorkerSettings } from './env.ts';
import { executeRun, type RunEnd } from './executeRun.ts';
import { ProcessPool } from './processPool.ts';
import type { EngineInfo } from './protocol.ts';
import { lockFolder, workerIdentity } from './workerFolder.ts';

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
    const untrusted = new Set(rejectedRuns);

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

    for (let failures = 0; !shutdown.aborted;) {
      try {
        const lease = await client.worker.claim(
          { workerId, leaseSeconds: settings.leaseSeconds },
          { signal: shutdown },
        );
        if (failures > 0) log('INFO', 'the API answers again');
        failures = 0;
        if (lease === null) {
          await pool.warm();
          await pause(settings.pollMs, shutdown);
          continue;
        }
        const { id, number, name } = lease.run;
        log('INFO', `claimed run ${number} "${name}" (attempt ${lease.attempt})`, id);
        const context = {
          client,
          workerId,
          folder,
          pool,
          log,
          shutdown,
          abandon: abandon.signal,
          spoolMaxBytes: settings.spoolMaxBytes,
        };
        const rewards =
          settings.rewardsDir === undefined ? {} : { rewardsDir: path.resolve(settings.rewardsDir) };
        const end = await executeRun({ ...context, ...rewards, untrusted: untrusted.delete(id) }, lease);
        if (end.kind === 'lost') untrusted.delete(id);
        log(end.kind === 'failed' ? 'ERROR' : 'INFO', describeEnd(end), id);
      } catch (error) {
        if (shutdown.aborted) break;
        if (error instanceof AuthenticationError) throw error;
        // Whatever one run or one request met, the worker lives on; an API that forgot this worker gets told of it again.
        if (failures++ === 0)
          log('WARN', `asking for a run failed: ${error instanceof Error ? error.message : String(error)}`);
        await pause(backoffMs(failures), shutdown);
        if (error instanceof RefusedError && error.code === 'NOT_FOUND')
          await untilReached(register, log, shutdown);
      }
    }
  } finally {
    await pool.close();
    clearTimeout(deadline);
    await lock.release();
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
