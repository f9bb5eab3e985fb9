/** @file Which set-up step was last done for which fingerprint: `.nabla/setup/stamps.json`. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETUP_DIR } from './paths.mjs';

const FILE = join(SETUP_DIR, 'stamps.json');

/** @returns {Record<string, string>} */
function readStamps() {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'));
  } catch {
    // Absent, or cut short by a kill: every step is then done again, which is always right.
    return {};
  }
}

/** @param {string} step @param {string} value */
export const isStamped = (step, value) => readStamps()[step] === value;

/** @param {string} step @param {string} value */
export function stamp(step, value) {
  mkdirSync(SETUP_DIR, { recursive: true });
  const aside = `${FILE}.${process.pid}`;
  writeFileSync(aside, `${JSON.stringify({ ...readStamps(), [step]: value }, null, 2)}\n`);
  renameSync(aside, FILE);
}
