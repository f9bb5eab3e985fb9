/**
 * @file Entry of the worker process. One JSON line on stdout when it is ready, and one when it cannot be; everything else on stderr.
 * SIGTERM or SIGINT: the step under way ends, the run is checkpointed and given back, the process exits with 0.
 */
import type { LogLevel } from '@nabla/client';

import { readSettings } from './env.ts';
import { runWorker } from './worker.ts';

const shutdown = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => shutdown.abort());

const log = (level: LogLevel, message: string, runId?: string): void => {
  const line = { time: new Date().toISOString(), level, message, ...(runId === undefined ? {} : { runId }) };
  process.stderr.write(`${JSON.stringify(line)}\n`);
};

try {
  const settings = await readSettings(process.env);
  await runWorker(
    settings,
    {
      log,
      onReady({ workerId, engine }) {
        process.stdout.write(
          `${JSON.stringify({ ready: true, workerId, backend: engine.backend, device: engine.device, description: engine.description })}\n`,
        );
      },
    },
    shutdown.signal,
  );
  process.exit(0);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  log('ERROR', message);
  process.stdout.write(`${JSON.stringify({ ready: false, error: message })}\n`);
  process.exit(1);
}
