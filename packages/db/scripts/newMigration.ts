/**
 * @file `pnpm --filter @nabla/db migration:new <name>`: writes the migration from the schema as the last migration left it
 * (`prisma/migrations/latest.prisma`) to `prisma/schema.prisma`. With `--empty` it writes an empty one, for what Prisma
 * cannot say. Read what it wrote before committing it: a rename comes out as drop and add.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openEmbeddedPostgres } from '../src/embedded/embeddedPostgres.ts';
import { silentLog } from '../src/log.ts';
import { MIGRATIONS_FOLDER, PRISMA_FOLDER } from '../src/migrations/migrations.ts';
import { schemaDiff } from './schemaDiff.ts';

const [name, flag] = process.argv.slice(2);
if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('Usage: pnpm --filter @nabla/db migration:new <name_in_snake_case> [--empty]');
  process.exit(2);
}
const sql = flag === '--empty' ? `-- ${name}: say here why.\n` : await diffSinceLast();
if (sql.trim() === '' || sql.trim() === '-- This is an empty migration.') {
  console.error('prisma/schema.prisma has not changed since the last migration.');
  process.exit(1);
}
const timestamp = new Date().toISOString().replace(/[-:T]/g, '').slice(0, 14);
const folder = path.join(MIGRATIONS_FOLDER, `${timestamp}_${name}`);
await mkdir(folder);
await writeFile(path.join(folder, 'migration.sql'), sql);
await writeFile(
  path.join(MIGRATIONS_FOLDER, 'migration_lock.toml'),
  '# Written by the migration script; belongs in version control.\nprovider = "postgresql"\n',
);
if (flag !== '--empty') await writeFile(latestFile(), await readFile(schemaFile()));
console.log(`Wrote ${path.relative(process.cwd(), path.join(folder, 'migration.sql'))}`);

async function diffSinceLast(): Promise<string> {
  const latest = existsSync(latestFile()) ? await readFile(latestFile(), 'utf8') : null;
  const dataDir = await mkdtemp(path.join(tmpdir(), 'nabla-migration-'));
  const server = await openEmbeddedPostgres({ dataDir, port: 54_900, log: silentLog });
  try {
    return await schemaDiff(server.url, latest, await readFile(schemaFile(), 'utf8'));
  } finally {
    await server.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function schemaFile(): string {
  return path.join(PRISMA_FOLDER, 'schema.prisma');
}

function latestFile(): string {
  return path.join(MIGRATIONS_FOLDER, 'latest.prisma');
}
