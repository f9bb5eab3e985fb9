/** @file One process at a time in a folder that several share. */
import { closeSync, openSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs';

const BEAT_MS = 5_000;
/** A lock whose owner has not touched it for so long belongs to a process that died. */
const STALE_MS = 30_000;

/**
 * Runs `work` while holding the lock file; waits for whoever holds it.
 * @template T
 * @param {string} file
 * @param {() => void} onWait called once if somebody else holds it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, onWait, work) {
  for (let waited = false; !tryLock(file); waited = true) {
    if (!waited) onWait();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const beat = setInterval(() => utimesSync(file, new Date(), new Date()), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    rmSync(file, { force: true });
  }
}

function tryLock(file) {
  try {
    const handle = openSync(file, 'wx');
    writeSync(handle, `${process.pid}\n`);
    closeSync(handle);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > STALE_MS) rmSync(file, { force: true });
    return false;
  }
}
