/**
 * @file Applies migrations without Prisma's schema engine, which is a downloaded binary. It keeps Prisma's own table, so
 * that `prisma migrate deploy` and `migrate status` agree with it wherever the engine can be had.
 */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { DatabaseLog } from '../log.ts';
import { readMigrations, type Migration } from './migrations.ts';

/** The number under which Prisma itself locks, so that its CLI and this runner exclude each other too. */
const MIGRATION_LOCK = 72_707_369;

const CREATE_TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

type AppliedRow = { migration_name: string; checksum: string; finished: boolean };

/** A database that this code must not touch; the message says why and what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/**
 * Brings the database to the newest migration and returns the names of those applied now. Each runs in a transaction of
 * its own together with its row, so a failing one leaves nothing behind. Two starts at once: the second waits.
 * Throws `MigrationError` when an applied migration was edited, is unknown, or failed under Prisma's CLI.
 */
export async function applyMigrations(
  pool: pg.Pool,
  log: DatabaseLog,
  migrations?: Migration[],
): Promise<string[]> {
  const wanted = migrations ?? (await readMigrations());
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(CREATE_TABLE);
    const { rows } = await client.query<AppliedRow>(
      `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
         FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
    );
    refuseForeignState(rows, wanted);
    const applied = new Set(rows.map((row) => row.migration_name));
    const missing = wanted.filter((migration) => !applied.has(migration.name));
    for (const migration of missing) {
      await applyOne(client, migration);
      log('info', `Applied migration ${migration.name}`);
    }
    return missing.map((migration) => migration.name);
  } finally {
    // Unlocking fails only on a broken connection, and then the lock is gone with it.
    const broken = await client.query('SELECT pg_advisory_unlock_all()').then(
      () => false,
      () => true,
    );
    client.release(broken);
  }
}

function refuseForeignState(rows: AppliedRow[], wanted: Migration[]): void {
  const byName = new Map(wanted.map((migration) => [migration.name, migration]));
  for (const row of rows) {
    const migration = byName.get(row.migration_name);
    if (!row.finished) {
      throw new MigrationError(
        `The migration ${row.migration_name} was begun by another tool and did not finish. Look at what it left behind, ` +
          `then mark it with "prisma migrate resolve --rolled-back ${row.migration_name}" and start again.`,
      );
    }
    if (migration === undefined) {
      throw new MigrationError(
        `The database has the migration ${row.migration_name}, which this version of Nabla does not know: ` +
          'it was used by a newer version. Start that version, or use another database.',
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new MigrationError(
        `The migration ${row.migration_name} was edited after it had been applied to this database ` +
          `(checksum ${migration.checksum.slice(0, 12)} in the folder, ${row.checksum.slice(0, 12)} applied). ` +
          'Undo the edit and write a new migration instead.',
      );
    }
  }
}

async function applyOne(client: pg.PoolClient, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError(`The migration ${migration.name} failed and changed nothing: ${message}`, {
      cause,
    });
  }
}
