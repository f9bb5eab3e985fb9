/** @file One Nabla per data folder: `supervisor.json` names the process that has it, and what it serves. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ pid: number, born: string, startedAt: string, url?: string, apiUrl?: string, timings?: Record<string, number>, processes?: Record<string, number> }} Holder
 */

/** The folder is in use; `holder` says by whom. */
export class DataFolderInUseError extends Error {
  /** @param {string} data @param {Holder} holder */
  constructor(data, holder) {
    super(
      `Nabla is already running on ${data} (process ${holder.pid}, since ${holder.startedAt}).\n` +
        (holder.url ? `  Open it:      ${holder.url}\n` : '  It is still starting.\n') +
        `  Stop it:      Ctrl-C in its terminal, or kill ${holder.pid}\n` +
        '  A second one: npm start -- --data <another folder>',
    );
    this.name = 'DataFolderInUseError';
    this.holder = holder;
  }
}

/**
 * Takes the folder for this process.
 * @param {string} data
 * @returns {{ publish(news: Partial<Holder>): void, release(): void }}
 * @throws {DataFolderInUseError}
 */
export function lockDataFolder(data) {
  mkdirSync(data, { recursive: true });
  const file = join(data, 'supervisor.json');
  /** @type {Holder} */
  let self = { pid: process.pid, born: birthOf(process.pid) ?? '', startedAt: new Date().toISOString() };
  if (!createWith(file, self)) {
    const holder = readHolder(file);
    if (holder && isAlive(holder)) throw new DataFolderInUseError(data, holder);
    // Left by one that was killed. Removing and creating anew lets only one of two late-comers through.
    rmSync(file, { force: true });
    if (!createWith(file, self)) throw new DataFolderInUseError(data, readHolder(file) ?? self);
  }
  return {
    publish(news) {
      self = { ...self, ...news };
      createWith(`${file}.new`, self, 'w');
      renameSync(`${file}.new`, file);
    },
    release() {
      if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true });
    },
  };
}

/** @param {string} file @returns {Holder | undefined} */
export function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // Absent or cut short: nobody who lives has it.
  }
}

/** Alive, and not another process that got the same number later. @param {Holder} holder */
function isAlive(holder) {
  const born = birthOf(holder.pid);
  return born !== undefined && (holder.born === '' || born === holder.born);
}

/** When the process began, in the system's own words; undefined when there is none. @param {number} pid */
function birthOf(pid) {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from the third field on; the name before may hold spaces
      return fields[0] === 'Z' ? undefined : fields[19];
    } catch {
      return undefined; // No such process.
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined; // ps exits with 1 when there is no such process.
  }
}

/** @param {string} file @param {Holder} content @param {'wx' | 'w'} [flags] @returns {boolean} false when it exists already */
function createWith(file, content, flags = 'wx') {
  try {
    const handle = openSync(file, flags, 0o600);
    writeSync(handle, `${JSON.stringify(content, null, 2)}\n`);
    closeSync(handle);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
