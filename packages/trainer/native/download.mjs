/** @file Downloads a large file: goes on where it was cut off, gives up on a connection that stands still, checks the SHA-256. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const ATTEMPTS = 5;
/** A connection that delivers nothing for so long is given up and taken up again. */
const STALL_MS = 30_000;

/**
 * @param {{ url: string, headers: Record<string, string> }} source
 * @param {{ file: string, sha256: string, bytes: number }} expected
 * @param {string} target where the finished file goes; `target + '.part'` holds it until then
 * @param {(bytes: number, total: number) => void} onProgress
 */
export async function download(source, expected, target, onProgress) {
  await mkdir(path.dirname(target), { recursive: true });
  const part = `${target}.part`;
  for (let attempt = 1; ; attempt++) {
    try {
      await fetchRest(source, expected, part, onProgress);
      break;
    } catch (error) {
      if (attempt === ATTEMPTS) {
        throw new Error(`${expected.file} could not be downloaded: ${explain(error)}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** (attempt - 1)));
    }
  }
  const actual = await sha256Of(part);
  if (actual !== expected.sha256) {
    await rm(part, { force: true });
    throw new Error(
      `${expected.file} has the SHA-256 ${actual}, but ${expected.sha256} is expected: it was deleted`,
    );
  }
  await rename(part, target);
}

/** @param {string} file @returns {Promise<string>} hex */
export async function sha256Of(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

async function fetchRest(source, expected, part, onProgress) {
  let have = (await stat(part).catch(() => null))?.size ?? 0;
  if (have > expected.bytes) {
    await rm(part);
    have = 0;
  }
  if (have === expected.bytes) return;
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), STALL_MS);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Error(`nothing arrived for ${STALL_MS / 1000} s`)), STALL_MS);
  };
  try {
    const headers = have > 0 ? { ...source.headers, range: `bytes=${have}-` } : source.headers;
    const response = await fetch(source.url, { headers, signal: abort.signal });
    if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
    // A server without ranges answers 200 with the whole file.
    if (response.status !== 206) have = 0;
    const counted = async function* (chunks) {
      for await (const chunk of chunks) {
        alive();
        have += chunk.length;
        onProgress(have, expected.bytes);
        yield chunk;
      }
    };
    const output = createWriteStream(part, { flags: response.status === 206 ? 'a' : 'w' });
    await pipeline(Readable.fromWeb(response.body), counted, output);
  } finally {
    clearTimeout(timer);
  }
  if (have !== expected.bytes) throw new Error(`it ended after ${have} of ${expected.bytes} bytes`);
}

/** `fetch failed` says nothing: the reason is in its cause. */
function explain(error) {
  const cause = error?.cause;
  return cause?.code ?? cause?.message ?? error?.message ?? String(error);
}
