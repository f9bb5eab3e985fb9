/** @file The migrations in `prisma/migrations`, in Prisma's own layout: `<timestamp>_<name>/migration.sql`. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const PRISMA_FOLDER = fileURLToPath(new URL('../../../../prisma', import.meta.url));
export const MIGRATIONS_FOLDER = path.join(PRISMA_FOLDER, 'migrations');

/** `checksum` is the SHA-256 of the file in lower-case hex, as Prisma computes it. */
export type Migration = { name: string; sql: string; checksum: string };

/** All migrations of the folder in the order in which they apply. */
export async function readMigrations(folder = MIGRATIONS_FOLDER): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(path.join(folder, name, 'migration.sql'));
      return {
        name,
        sql: bytes.toString('utf8'),
        checksum: createHash('sha256').update(bytes).digest('hex'),
      };
    }),
  );
}
