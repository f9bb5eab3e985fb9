/** @file The one way to the store: an embedded PostgreSQL, or the one that `url` names. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { openEmbeddedPostgres } from './embedded/embeddedPostgres.ts';
import { PrismaClient } from './generated/client.ts';
import { isDatabaseUnavailable } from './isDatabaseUnavailable.ts';
import { silentLog, type DatabaseLog } from './log.ts';
import { applyMigrations } from './migrations/applyMigrations.ts';

export type OpenDatabaseOptions = {
  /** Connection string of a PostgreSQL of one's own; without it the embedded one is started. */
  url?: string | undefined;
  /** Data folder of the embedded server. Default: `.nabla`. */
  dataDir?: string | undefined;
  /** Port that the embedded server tries first; a taken one is moved past. */
  port?: number | undefined;
  /** How long to wait for the server that `url` names before giving up. Default: 0 s. */
  waitSeconds?: number | undefined;
  /** Connections at most. Default: 20. */
  poolSize?: number | undefined;
  log?: DatabaseLog | undefined;
};

export type Database = {
  prisma: PrismaClient;
  pool: pg.Pool;
  url: string;
  embedded: boolean;
  /** Closes connections, then the embedded server. */
  close(): Promise<void>;
};

/**
 * Opens the store and applies missing migrations. Connections are made when needed and broken ones are dropped, so a
 * PostgreSQL that goes away and comes back needs no restart of ours; what fails meanwhile answers to
 * `isDatabaseUnavailable`. Throws when the server cannot be started or reached, or refuses the migrations.
 */
export async function openDatabase(options: OpenDatabaseOptions = {}): Promise<Database> {
  const log = options.log ?? silentLog;
  const server =
    options.url === undefined
      ? await openEmbeddedPostgres({
          dataDir: options.dataDir ?? '.nabla',
          log,
          ...(options.port === undefined ? {} : { port: options.port }),
        })
      : null;
  const url = server?.url ?? options.url ?? '';
  try {
    const connected = connect(url, options.poolSize ?? 20, log);
    try {
      await waitForServer(connected.pool, options.waitSeconds ?? 0, log);
      await applyMigrations(connected.pool, log);
    } catch (error) {
      await connected.close();
      throw error;
    }
    return {
      prisma: connected.prisma,
      pool: connected.pool,
      url,
      embedded: server !== null,
      close: async () => {
        await connected.close();
        await server?.close();
      },
    };
  } catch (error) {
    await server?.close();
    throw error;
  }
}

/** A server of one's own may be starting beside us (docker compose). Throws its last answer when the time is over. */
async function waitForServer(pool: pg.Pool, seconds: number, log: DatabaseLog): Promise<void> {
  for (let waited = 0; ; waited++) {
    try {
      await pool.query('SELECT 1');
      return;
    } catch (error) {
      if (waited >= seconds || !isDatabaseUnavailable(error)) throw error;
      if (waited === 0) log('info', 'Waiting for PostgreSQL');
      await sleep(1_000);
    }
  }
}

/** A pool and a Prisma client over it, on a database whose migrations are applied already. */
export function connect(url: string, poolSize: number, log: DatabaseLog) {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: 'nabla',
  });
  // An idle connection that breaks is dropped by the pool; without a listener it would end the process.
  pool.on('error', (error) => log('warn', `A database connection was lost: ${error.message}`));
  // One that breaks while a transaction holds it fails its query; the event beside that would end the process too.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    prisma,
    pool,
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
