/** @file The files of an embedded PostgreSQL: made once, and found again at every later start. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DatabaseLog } from '../log.ts';
import { findPostgresBinaries, type PostgresBinaries } from './binaries.ts';
import { serverUser, type ServerUser } from './serverUser.ts';

const run = promisify(execFile);

/** Name of the superuser and of the database. */
export const CLUSTER_USER = 'nabla';

export type Cluster = {
  /** PostgreSQL's own data directory. */
  folder: string;
  /** Where the server's messages go. */
  logFile: string;
  password: string;
  binaries: PostgresBinaries;
  user: ServerUser;
};

/**
 * Opens the cluster below `dataDir` (`postgres/`, its password beside it, its log in `logs/`), or makes it.
 * Making it is atomic: a start that was interrupted leaves a folder that the next start throws away.
 */
export async function openCluster(dataDir: string, log: DatabaseLog): Promise<Cluster> {
  const root = path.resolve(dataDir);
  const folder = path.join(root, 'postgres');
  const binaries = await findPostgresBinaries();
  await mkdir(path.join(root, 'logs'), { recursive: true });
  const user = await serverUser([path.dirname(binaries.postgres), folder]);
  const passwordFile = path.join(root, 'postgres-password');
  const logFile = path.join(root, 'logs', 'postgres.log');
  if (!existsSync(path.join(folder, 'PG_VERSION'))) {
    log('info', `Making a database in ${folder}`);
    const password = randomBytes(24).toString('base64url');
    await writeFile(passwordFile, password, { mode: 0o600 });
    await initialise(root, folder, password, binaries, user);
  }
  const password = await readFile(passwordFile, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const what =
      cause.code === 'ENOENT'
        ? 'is missing. Restore the file'
        : `cannot be read (${cause.code}). Be its owner`;
    throw new Error(
      `The database in ${folder} cannot be opened: its password file ${passwordFile} ${what}, ` +
        'or choose another data folder.',
      { cause },
    );
  });
  return { folder, logFile, password: password.trim(), binaries, user };
}

async function initialise(
  root: string,
  folder: string,
  password: string,
  binaries: PostgresBinaries,
  user: ServerUser,
): Promise<void> {
  for (const name of await readdir(root)) {
    if (name.startsWith('postgres.making-'))
      await rm(path.join(root, name), { recursive: true, force: true });
  }
  const making = path.join(root, `postgres.making-${process.pid}`);
  const passwordFile = `${making}.password`;
  await mkdir(making, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user.uid !== undefined && user.gid !== undefined) {
    await chown(making, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
    await chmod(making, 0o700);
  }
  try {
    // The builtin C.UTF-8 locale sorts and folds the same way on every machine, whatever its C library knows.
    const args = [
      `--pgdata=${making}`,
      `--username=${CLUSTER_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
    ];
    args.push('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
    const { command, args: all, options } = serverCommand(user, binaries.initdb, args);
    await run(command, all, options).catch((cause: unknown) => {
      const stderr =
        cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
      throw new Error(`PostgreSQL's initdb failed in ${making}: ${stderr}`, { cause });
    });
    await rename(making, folder);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(making, { recursive: true, force: true });
  }
}

/** The command line that runs one of PostgreSQL's programs as `user`, with messages in English whatever the machine's locale. */
export function serverCommand(user: ServerUser, program: string, args: string[]) {
  const [wrapper, ...wrapperArgs] = user.wrapper;
  return {
    command: wrapper ?? program,
    args: wrapper === undefined ? args : [...wrapperArgs, program, ...args],
    options: {
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C' },
      // The wrapper changes the user itself, and needs to be root to do so.
      ...(user.wrapper.length === 0 && user.uid !== undefined ? { uid: user.uid } : {}),
      ...(user.wrapper.length === 0 && user.gid !== undefined ? { gid: user.gid } : {}),
    },
  };
}
