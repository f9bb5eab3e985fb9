import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { schemaDiff } from '../../scripts/schemaDiff.ts';
import { silentLog } from '../log.ts';
import type { Database } from '../openDatabase.ts';
import { createEmptyTestDatabase } from '../testing/createTestDatabase.ts';
import { applyMigrations } from './applyMigrations.ts';
import { PRISMA_FOLDER, readMigrations, type Migration } from './migrations.ts';

const opened: Database[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((db) => db.close()));
});

async function emptyDatabase(): Promise<Database> {
  const db = await createEmptyTestDatabase();
  opened.push(db);
  return db;
}

const migration = (name: string, sql: string): Migration => ({
  name,
  sql,
  checksum: createHash('sha256').update(sql).digest('hex'),
});
const first = migration('20260101000000_first', 'CREATE TABLE a (x int); INSERT INTO a VALUES (1);');
const second = migration('20260102000000_second', 'CREATE TABLE b (x int); INSERT INTO a VALUES (2);');

/** What a hand-written migration adds that schema.prisma cannot say; everything else must be equal. */
const EXTRAS = [
  'run_text_trgm',
  'run_queue',
  'verdict_current',
  'comment_subject_key',
  'completion_evaluation',
];

/** Everything of the schema that a query could notice, one line per thing. */
const CATALOG = `
  SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
         || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') AS line, a.attname AS name
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT 'index ' || pg_get_indexdef(i.indexrelid), c.relname
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL
  SELECT 'constraint ' || r.relname || ' ' || o.conname || ' ' || pg_get_constraintdef(o.oid), o.conname
    FROM pg_constraint o JOIN pg_class r ON r.oid = o.conrelid
   WHERE o.connamespace = 'public'::regnamespace AND o.contype <> 'n'
  UNION ALL
  SELECT 'enum ' || t.typname || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder), t.typname
    FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid GROUP BY t.typname`;

async function catalog(db: Database): Promise<{ line: string; name: string }[]> {
  const { rows } = await db.pool.query<{ line: string; name: string }>(CATALOG);
  return rows.filter(({ line }) => !line.includes('_prisma_migrations'));
}

test('schema.prisma and the migrations say the same', async () => {
  const [migrated, generated] = [await emptyDatabase(), await emptyDatabase()];
  await applyMigrations(migrated.pool, silentLog);
  const schema = await readFile(path.join(PRISMA_FOLDER, 'schema.prisma'), 'utf8');
  await generated.pool.query(await schemaDiff(generated.url, null, schema));

  const all = await catalog(migrated);
  expect(EXTRAS.filter((extra) => !all.some(({ name }) => name === extra))).toEqual([]);
  const lines = all.filter(({ name }) => !EXTRAS.includes(name)).map(({ line }) => line);
  expect(lines.toSorted()).toEqual((await catalog(generated)).map(({ line }) => line).toSorted());
  expect(lines.length).toBeGreaterThan(200); // that the comparison compares something
});

test('the schema from which the next migration will be written is the present one', async () => {
  const db = await emptyDatabase();
  const latest = await readFile(path.join(PRISMA_FOLDER, 'migrations', 'latest.prisma'), 'utf8');
  const schema = await readFile(path.join(PRISMA_FOLDER, 'schema.prisma'), 'utf8');
  expect((await schemaDiff(db.url, latest, schema)).trim()).toBe('-- This is an empty migration.');
});

test('every model of the schema says what it is', async () => {
  const lines = (await readFile(path.join(PRISMA_FOLDER, 'schema.prisma'), 'utf8')).split('\n');
  const silent = lines.filter((line, i) => /^(model|enum) /.test(line) && !lines[i - 1]?.startsWith('/// '));
  expect(silent).toEqual([]);
});

test('migrations are applied once, in order, and new ones follow', async () => {
  const { pool } = await emptyDatabase();
  expect(await applyMigrations(pool, silentLog, [first])).toEqual([first.name]);
  expect(await applyMigrations(pool, silentLog, [first, second])).toEqual([second.name]);
  expect(await applyMigrations(pool, silentLog, [first, second])).toEqual([]);
  const { rows } = await pool.query(
    'SELECT migration_name, checksum, finished_at IS NOT NULL AS done, applied_steps_count AS steps FROM _prisma_migrations ORDER BY 1',
  );
  expect(rows).toEqual([
    { migration_name: first.name, checksum: first.checksum, done: true, steps: 1 },
    { migration_name: second.name, checksum: second.checksum, done: true, steps: 1 },
  ]);
});

test('four starts at once apply each migration once', async () => {
  const { pool } = await emptyDatabase();
  const applied = await Promise.all(
    [1, 2, 3, 4].map(() => applyMigrations(pool, silentLog, [first, second])),
  );
  expect(applied.flat().toSorted()).toEqual([first.name, second.name]);
  expect((await pool.query('SELECT x FROM a ORDER BY x')).rows).toEqual([{ x: 1 }, { x: 2 }]);
});

test('an edited migration is refused, with what to do', async () => {
  const { pool } = await emptyDatabase();
  await applyMigrations(pool, silentLog, [first]);
  const edited = migration(first.name, `${first.sql} -- edited`);
  await expect(applyMigrations(pool, silentLog, [edited])).rejects.toThrow(
    /20260101000000_first was edited after.*new migration/,
  );
});

test('a database of a newer version is refused', async () => {
  const { pool } = await emptyDatabase();
  await applyMigrations(pool, silentLog, [first, second]);
  await expect(applyMigrations(pool, silentLog, [first])).rejects.toThrow(
    /20260102000000_second.*newer version/,
  );
});

test('a failing migration leaves nothing behind and can be repaired', async () => {
  const { pool } = await emptyDatabase();
  const broken = migration(second.name, 'CREATE TABLE b (x int); SELECT 1/0;');
  await expect(applyMigrations(pool, silentLog, [first, broken])).rejects.toThrow(
    /failed and changed nothing: division by zero/,
  );
  expect(await applyMigrations(pool, silentLog, [first, second])).toEqual([second.name]);
});

test('a migration that another tool left half done is refused', async () => {
  const { pool } = await emptyDatabase();
  await applyMigrations(pool, silentLog, [first]);
  await pool.query('UPDATE _prisma_migrations SET finished_at = NULL');
  await expect(applyMigrations(pool, silentLog, [first])).rejects.toThrow(/did not finish.*migrate resolve/);
});

test('the migrations of the repository have distinct ascending names in the layout of Prisma', async () => {
  const names = (await readMigrations()).map(({ name }) => name);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(name).toMatch(/^\d{14}_[a-z0-9_]+$/);
});
