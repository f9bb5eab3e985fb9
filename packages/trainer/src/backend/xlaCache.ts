/**
 * @file Where XLA keeps what it has compiled, so that a resumed run, and the next one of the same shapes, starts at once: a 4-layer
 * decoder's 9 s of processor time become 2. What is read back is the same code, so the same bits.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Compiled functions kept, of 0.2 to 5 MB each. */
const KEPT = 200;

/**
 * Points TensorFlow to its folder, `nabla/xla` in the user's cache (XDG_CACHE_HOME moves it). To be called before it is loaded. Leaves
 * the cache out where the user has TF_XLA_FLAGS of their own, or the folder cannot be made: it only saves time.
 */
export function useXlaCache(): void {
  if (process.env.TF_XLA_FLAGS !== undefined) return;
  const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
  const folder = path.join(cache, 'nabla', 'xla', codeName());
  try {
    mkdirSync(folder, { recursive: true });
    prune(folder);
  } catch {
    return; // no home, or not ours to write to
  }
  process.env.TF_XLA_FLAGS = `--tf_xla_persistent_cache_directory=${folder}`;
}

/** The libraries that the native engine is built on: another TensorFlow compiles to other bits. */
const LIBRARIES = new URL('../../native/wheels.json', import.meta.url);

/** The code is of one TensorFlow, and for this processor: another one that shares the folder may lack its instructions. */
function codeName(): string {
  const hash = createHash('sha256').update(`${os.arch()} ${os.cpus()[0]?.model ?? ''}`);
  hash.update(readFileSync(LIBRARIES));
  if (os.platform() === 'linux') {
    const features = /^(flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[2];
    hash.update(features ?? '');
  }
  return hash.digest('hex').slice(0, 16);
}

function prune(folder: string): void {
  const files = readdirSync(folder).map((name) => path.join(folder, name));
  if (files.length <= KEPT) return;
  const byAge = files
    .map((file) => ({ file, time: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.time - a.time);
  for (const { file } of byAge.slice(KEPT)) rmSync(file, { force: true });
}
