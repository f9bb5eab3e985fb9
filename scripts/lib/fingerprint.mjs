/** @file One hash over the files a step depends on, so that the step is done again only when one of them changed. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './paths.mjs';

const NEVER = new Set(['node_modules', '.next', '.nabla', '.git', 'coverage']);

/**
 * SHA-256 over names and contents; a missing path counts as empty.
 * @param {readonly string[]} paths files or folders below the root
 * @param {(path: string) => boolean} [keep] which files count; all by default
 */
export function fingerprint(paths, keep = () => true) {
  const hash = createHash('sha256');
  for (const file of filesBelow(paths).filter(keep))
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  return hash.digest('hex');
}

/**
 * All files at or below the paths, relative to the root, sorted; dependencies, builds and data left out.
 * @param {readonly string[]} paths
 * @returns {string[]}
 */
export function filesBelow(paths) {
  /** @type {string[]} */
  const files = [];
  /** @param {string} path */
  const visit = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isFile()) files.push(relative(ROOT, path));
    else if (stat.isDirectory())
      for (const name of readdirSync(path))
        if (!NEVER.has(name) && !name.startsWith('.next-')) visit(join(path, name));
  };
  for (const path of paths) visit(join(ROOT, path));
  return files.sort();
}
