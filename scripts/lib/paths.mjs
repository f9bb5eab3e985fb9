/** @file Where things lie in the checkout. */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository, absolute. */
export const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** What set-up leaves behind about itself (never the user's data). */
export const SETUP_DIR = join(ROOT, '.nabla', 'setup');

/** @param {...string} parts path below the root */
export const fromRoot = (...parts) => join(ROOT, ...parts);
