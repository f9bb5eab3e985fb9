/** @file One holder per folder: `<folder>/supervisor.json` names the process that has it, and what it says about itself. */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { birthOf } from './processTable.mjs';

/**
 * @typedef {object} Holder
 * @property {number} pid
 * @property {string} born when the process began, so that a later process with the same number is not taken for it
 * @property {string} startedAt ISO 8601
 * @property {string} [url] where the dashboard is
 * @property {string} [apiUrl]
 * @property {Record<string, number>} [timings] milliseconds since the start
 * @property {Record<string, number>} [processes] process numbers by name
 */

/** The folder is held by a living process. */
export class FolderHeldError extends Error {
  /** @param {string} folder @param {Holder} holder */
  constructor(folder, holder) {
    super(`${folder} is in use by process ${holder.pid} since ${holder.startedAt}`);
    this.name = 'FolderHeldError';
    this.holder = holder;
  }
}

/**
 * Takes the folder for this process; what a killed process left is taken over.
 * @param {string} folder made when absent
 * @returns {{ publish(news: Partial<Holder>): void, release(): void }}
 * @throws {FolderHeldError}
 */
export function lockFolder(folder) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'supervisor.json');
  /** @type {Holder} */
  let self = { pid: process.pid, born: birthOf(process.pid) ?? '', startedAt: new Date().toISOString() };
  if (!createWith(file, self)) {
    const holder = readHolder(folder);
    if (holder && isAlive(holder)) throw new FolderHeldError(folder, holder);
    // Removing and creating anew lets only one of two late-comers through.
    rmSync(file, { force: true });
    if (!createWith(file, self)) throw new FolderHeldError(folder, readHolder(folder) ?? self);
  }
  return {
    publish(news) {
      self = { ...self, ...news };
      createWith(`${file}.new`, self, 'w');
      renameSync(`${file}.new`, file);
    },
    release() {
      if (readHolder(folder)?.pid === process.pid) rmSync(file, { force: true });
    },
  };
}

/** @param {string} folder @returns {Holder | undefined} */
export function readHolder(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'supervisor.json'), 'utf8'));
  } catch {
    return undefined; // Absent or cut short: nobody who lives has it.
  }
}

/** @param {Holder} holder */
export function isAlive(holder) {
  const born = birthOf(holder.pid);
  return born !== undefined && (holder.born === '' || born === holder.born);
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
