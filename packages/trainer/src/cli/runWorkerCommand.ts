/** @file `nabla worker`, from its options to a worker that is told to stop by signals. */
import { AuthenticationError } from '@nabla/client';

import { readSettings } from '../worker/env.ts';
import { runWorker } from '../worker/worker.ts';
import { FolderInUse } from '../worker/workerFolder.ts';
import { CliError, EXIT } from './cliError.ts';
import { onInterrupt } from './interrupt.ts';
import { apiKeyOf, type ServerOptions } from './options.ts';

export interface WorkerOptions extends ServerOptions {
  readonly dir: string;
  readonly name?: string;
  readonly rewards?: string;
  readonly lease?: number;
  readonly models: string;
  readonly backend: string;
}

export async function runWorkerCommand(options: WorkerOptions): Promise<void> {
  if (options.server === undefined)
    throw new CliError(EXIT.usage, 'a worker needs the address of an API: --server <url>');
  const settings = await settingsOf(options, options.server);
  const shutdown = new AbortController();
  const say = (message: string): void =>
    void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${message}\n`);
  const forget = onInterrupt(() => {
    say(
      'stopping: the step under way ends, the run is checkpointed and given back (Ctrl-C again to stop at once)',
    );
    shutdown.abort();
  });
  try {
    await runWorker(
      settings,
      {
        log: (level, message, runId) =>
          say(
            `${level === 'INFO' ? '' : `${level.toLowerCase()}: `}${runId === undefined ? '' : `${runId}: `}${message}`,
          ),
        onReady: ({ workerId, engine }) =>
          say(`worker ${workerId} is ready on ${settings.apiUrl}; ${engine.description}`),
      },
      shutdown.signal,
    );
  } catch (error) {
    if (error instanceof AuthenticationError)
      throw new CliError(EXIT.server, error.message, { cause: error });
    if (error instanceof FolderInUse) throw new CliError(EXIT.usage, error.message, { cause: error });
    throw error;
  } finally {
    forget();
  }
}

/** @throws CliError naming what is missing or wrong. */
async function settingsOf(
  options: WorkerOptions,
  server: string,
): Promise<Awaited<ReturnType<typeof readSettings>>> {
  const apiKey = await apiKeyOf(options);
  try {
    return await readSettings({
      ...process.env,
      NABLA_API_URL: server,
      NABLA_API_KEY: apiKey,
      NABLA_WORKER_DIR: options.dir,
      NABLA_BACKEND: options.backend,
      NABLA_MODELS_DIR: options.models,
      ...(options.name === undefined ? {} : { NABLA_WORKER_NAME: options.name }),
      ...(options.rewards === undefined ? {} : { NABLA_REWARDS_DIR: options.rewards }),
      ...(options.lease === undefined ? {} : { NABLA_LEASE_SECONDS: String(options.lease) }),
    });
  } catch (error) {
    throw new CliError(EXIT.usage, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
