/** @file The API process: environment, database, first start, server, and a clean end. */
import { openDatabase } from '@nabla/db';
import pino from 'pino';
import { firstStart } from './bootstrap/firstStart.ts';
import { type Env, readEnv } from './env.ts';
import { databaseLog, startServer } from './server.ts';

/** After this the process ends whatever is still open. */
const STOP_MS = 5_000;

async function main(): Promise<void> {
  const env = readEnv(process.env);
  // Standard output carries the one line that the supervisor waits for.
  const log = pino(
    { level: env.logLevel, base: { process: 'api' } },
    pino.destination({ dest: 2, sync: true }),
  );
  const { stop, ready } = await start(env, log);
  endOnSignals(stop, log);
  // Only now: whoever has read this line may stop the process, and expects a clean end.
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

function endOnSignals(stop: () => Promise<void>, log: pino.Logger): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole group and the supervisor sends its own: once is enough.
      if (stopping) return;
      stopping = true;
      log.info({ signal }, 'stopping');
      setTimeout(() => {
        log.error(`not stopped within ${STOP_MS} ms; ending anyway`);
        process.exit(1);
      }, STOP_MS).unref();
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'stopping failed');
          process.exit(1);
        },
      );
    });
  }
}

interface Started {
  /** Stops everything, the embedded database last. */
  readonly stop: () => Promise<void>;
  /** The line that tells whoever started the process that it answers. */
  readonly ready: { readonly ready: true; readonly port: number; readonly signInUrl?: string };
}

async function start(env: Env, log: pino.Logger): Promise<Started> {
  const db = await openDatabase({ url: env.databaseUrl, dataDir: env.dataDir, log: databaseLog(log) });
  try {
    const { signInUrl } = await firstStart({
      db,
      log,
      dataDir: env.dataDir,
      publicUrl: env.publicUrl,
      demo: env.demo,
    });
    const server = await startServer({ db, log, ...env });
    log.info({ host: env.host, port: server.port }, 'ready');
    return {
      ready: { ready: true, port: server.port, ...(signInUrl === null ? {} : { signInUrl }) },
      stop: async () => {
        await server.close();
        await db.close();
      },
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`The API cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
