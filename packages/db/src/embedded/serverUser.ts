/**
 * @file PostgreSQL refuses to run as root. Where we are root (containers, some servers) it runs as an unprivileged user.
 */
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How to start a server program: as whom, and through which wrapper (a command that execs the rest of its arguments). */
export type ServerUser = { uid?: number; gid?: number; wrapper: string[] };

/**
 * Whom to run PostgreSQL as. `folders` are those it must be able to reach (its programs and its data).
 * As an ordinary user: oneself. As root: the user `postgres` (made if it can be made), else `nobody`.
 * Throws when root's folders are closed to every other user and nothing on this machine can open them for one process.
 */
export async function serverUser(folders: string[]): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return { wrapper: [] };
  const { uid, gid } = await unprivilegedUser();
  const closed = await firstClosedFolder(folders, uid, gid);
  if (closed === null) return { uid, gid, wrapper: [] };
  const wrapper = await throughClosedFolders(uid, gid);
  if (wrapper !== null) return { uid, gid, wrapper };
  throw new Error(
    `PostgreSQL cannot run as root, and the folder ${closed} is closed to other users. Start Nabla as an ordinary ` +
      `user, move it out of ${closed}, open that folder (chmod o+x), or set DATABASE_URL.`,
  );
}

async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  const existing = await lookUp('postgres');
  if (existing !== null) return existing;
  const made = await run('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/bin/false',
    'postgres',
  ])
    .then(() => lookUp('postgres'))
    .catch(() => null); // no useradd, or a read-only /etc: any other unprivileged user will do
  const user = made ?? (await lookUp('nobody'));
  if (user !== null) return user;
  throw new Error(
    'PostgreSQL cannot run as root, and there is neither a user "postgres" nor "nobody" to run it as. ' +
      'Start Nabla as an ordinary user, or set DATABASE_URL.',
  );
}

async function lookUp(name: string): Promise<{ uid: number; gid: number } | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) };
  } catch {
    return null; // `id` exits 1 for an unknown user
  }
}

/** The first folder on the way to any of `folders` that the user may not pass through. */
async function firstClosedFolder(folders: string[], uid: number, gid: number): Promise<string | null> {
  for (const folder of folders) {
    let current = path.parse(path.resolve(folder)).root;
    for (const part of ['', ...path.resolve(folder).slice(current.length).split(path.sep)]) {
      current = path.join(current, part);
      const info = await stat(current).catch(() => null);
      if (info === null) break; // not made yet: ours to make
      const needed = info.uid === uid ? 0o100 : info.gid === gid ? 0o010 : 0o001;
      if ((info.mode & needed) === 0) return current;
    }
  }
  return null;
}

/**
 * A clone in /root or in a fresh temporary folder lies behind a folder of mode 0700. On Linux the one capability to pass
 * through such folders can be lent to the unprivileged server, without opening them to anybody else.
 */
async function throughClosedFolders(uid: number, gid: number): Promise<string[] | null> {
  if (process.platform !== 'linux') return null;
  const status = await readFile('/proc/self/status', 'utf8');
  const held = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  // Bit numbers of linux/capability.h. Reading and searching suffices; containers often have only the wider one.
  const capability = (held >> 2n) & 1n ? 'dac_read_search' : (held >> 1n) & 1n ? 'dac_override' : null;
  if (capability === null) return null;
  const wrapper = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  wrapper.push(`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`);
  // initdb looks for `postgres` with access(2), which leaves capabilities out of account unless this bit is set. Where it may
  // not be set, the programs must lie in the open; closed data folders work all the same.
  for (const attempt of [[...wrapper, '--securebits=+no_setuid_fixup'], wrapper]) {
    const [command = '', ...args] = attempt;
    if (await runs(command, [...args, 'true'])) return attempt;
  }
  return null; // no setpriv (util-linux) here
}

const runs = (command: string, args: string[]): Promise<boolean> =>
  run(command, args).then(
    () => true,
    () => false,
  );
