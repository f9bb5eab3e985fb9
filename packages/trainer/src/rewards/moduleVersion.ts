/** @file The version of a reward module: a hash of its text and of all that it imports. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { buildSync, type Metafile } from 'esbuild';
import { z } from 'zod';

/**
 * SHA-256 (hex) over the module and the files that it imports by path, and theirs, and over name and version of every package that
 * they import. What is imported by a computed name, or read as data, is not seen.
 * @throws Error when an import cannot be found, or a file has no syntax.
 */
export async function moduleHash(file: string): Promise<string> {
  const folder = path.dirname(file);
  const { metafile } = buildSync({
    entryPoints: [file],
    absWorkingDir: folder,
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    loader: { '.node': 'empty', '.wasm': 'empty', '.txt': 'empty' },
    outdir: folder,
  });
  const hash = createHash('sha256');
  for (const input of Object.keys(metafile.inputs).toSorted()) {
    const content = await readFile(path.resolve(folder, input));
    hash.update(`${input}\0${content.length}\0`).update(content);
  }
  for (const name of packagesOf(metafile, folder)) hash.update(`${name}\0`);
  return hash.digest('hex');
}

/** "name@version" of what is imported by name, in order. */
function packagesOf(metafile: Metafile, folder: string): string[] {
  const found = new Set<string>();
  for (const [input, { imports }] of Object.entries(metafile.inputs))
    for (const { path: name, external } of imports) {
      if (external !== true || name.startsWith('node:')) continue;
      const packageName = name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/');
      found.add(`${packageName}@${installedVersion(packageName, path.dirname(path.resolve(folder, input)))}`);
    }
  return [...found].toSorted();
}

const manifestSchema = z.object({ version: z.string() });

/** That of the nearest node_modules; "built-in" where there is none, as for Node's own modules without their prefix. */
function installedVersion(packageName: string, from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'node_modules', packageName, 'package.json');
    if (existsSync(manifest)) {
      const parsed = manifestSchema.safeParse(JSON.parse(readFileSync(manifest, 'utf8')));
      return parsed.success ? parsed.data.version : 'unversioned';
    }
    if (path.dirname(folder) === folder) return 'built-in';
  }
}
