/** @file A database of one's own for a test file, on the server that `globalSetup` started. */
import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { silentLog } from '../log.ts';
import { applyMigrations } from '../migrations/applyMigrations.ts';
import { readMigrations, type Migration } from '../migrations/migrations.ts';
import { connect, type Database } from '../openDatabase.ts';

/** Environment variable that names the server: an administrator's connection string. */
export const TEST_SERVER_VARIABLE = 'NABLA_TEST_DATABASE_URL';

/** Number of the advisory lock under which a template database is made. */
const TEMPLATE_LOCK = 7_226_226;

/**
 * A fresh, migrated database; `close()` drops it. The first call of a test run makes a template, the others copy it
 * (tens of milliseconds). Throws when no server was started, saying what to configure.
 */
export async function createTestDatabase(options: { poolSize?: number } = {}): Promise<Database> {
  const migrations = await readMigrations();
  return create(options.poolSize ?? 8, async (client, name, serverUrl) => {
    // A template can be copied only while nobody is connected to it, so making and copying it take turns.
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const template = await makeTemplate(client, serverUrl, migrations);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
}

/** The same without any table in it, for tests of migrations. */
export async function createEmptyTestDatabase(): Promise<Database> {
  return create(4, (client, name) => client.query(`CREATE DATABASE ${name}`));
}

type Make = (client: pg.Client, name: string, serverUrl: string) => Promise<unknown>;

async function create(poolSize: number, make: Make): Promise<Database> {
  const serverUrl = process.env[TEST_SERVER_VARIABLE];
  if (serverUrl === undefined) {
    throw new Error(
      `No test database server: ${TEST_SERVER_VARIABLE} is not set. ` +
        "Add '@nabla/db/testing/globalSetup' to globalSetup of the Vitest project that runs this file.",
    );
  }
  const name = `test_${Date.now().toString(36)}_${randomBytes(4).toString('hex')}`;
  await asAdministrator(serverUrl, (client) => make(client, name, serverUrl));
  const url = withDatabase(serverUrl, name);
  const connected = connect(url, poolSize, silentLog);
  return {
    prisma: connected.prisma,
    pool: connected.pool,
    url,
    embedded: true,
    close: async () => {
      await connected.close();
      await asAdministrator(serverUrl, (client) =>
        client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
      );
    },
  };
}

/** Named after the migrations' content, so that a server that outlives a test run never serves an old schema. */
async function makeTemplate(client: pg.Client, serverUrl: string, migrations: Migration[]): Promise<string> {
  const digest = createHash('sha256');
  for (const migration of migrations) digest.update(migration.checksum);
  const name = `template_${digest.digest('hex').slice(0, 16)}`;
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rowCount === 1) return name;
  const making = `${name}_making`;
  await client.query(`DROP DATABASE IF EXISTS ${making} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${making}`);
  const pool = new pg.Pool({ connectionString: withDatabase(serverUrl, making), max: 1 });
  try {
    await applyMigrations(pool, silentLog, migrations);
  } finally {
    await pool.end();
  }
  await client.query(`ALTER DATABASE ${making} RENAME TO ${name}`);
  return name;
}

async function asAdministrator(
  serverUrl: string,
  work: (client: pg.Client) => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
