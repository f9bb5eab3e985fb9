/** @file One log file per process and start; the last five starts are kept. */
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const KEPT = 5;
const TAIL_BYTES = 64 * 1024;

/**
 * `<name>.log` is this start's, `<name>.1.log` the one before, up to `<name>.4.log`.
 * @param {string} folder @param {string} name
 * @returns {string} path of the new, not yet existing, file
 */
export function rotateLog(folder, name) {
  mkdirSync(folder, { recursive: true });
  /** @param {number} age */
  const path = (age) => join(folder, age === 0 ? `${name}.log` : `${name}.${age}.log`);
  for (let age = KEPT - 2; age >= 0; age -= 1)
    if (existsSync(path(age))) renameSync(path(age), path(age + 1));
  return path(0);
}

/** The last lines of a log. @param {string} path @param {number} [lines] @returns {string[]} */
export function tailOf(path, lines = 20) {
  if (!existsSync(path)) return [];
  const handle = openSync(path, 'r');
  try {
    const size = fstatSync(handle).size;
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(handle, buffer, 0, buffer.length, size - buffer.length);
    return buffer
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim())
      .slice(-lines);
  } finally {
    closeSync(handle);
  }
}
