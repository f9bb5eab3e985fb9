/** @file Files in the API's store, addressed by the SHA-256 of their content; streamed, so their size is bounded by disks only. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, openAsBlob } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { backoffMs, pause } from '../backoff.ts';
import { ArtifactMismatchError, ConnectionError } from '../errors.ts';
import type { CallOptions, Transport } from '../transport.ts';

export interface ArtifactInfo {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

const TRANSFER_ATTEMPTS = 5;
/** A transfer takes as long as its size asks for; this only ends one that hangs. */
const TRANSFER_TIMEOUT_MS = 30 * 60_000;

export function artifactsApi(transport: Transport) {
  const retrying = async <T>(transfer: () => Promise<T>, call: CallOptions): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await transfer();
      } catch (error) {
        if (!(error instanceof ConnectionError) || attempt + 1 >= (call.attempts ?? TRANSFER_ATTEMPTS))
          throw error;
        await pause(backoffMs(attempt), call.signal);
        call.signal?.throwIfAborted();
      }
    }
  };
  const timed = (call: CallOptions): CallOptions => ({
    ...call,
    timeoutMs: call.timeoutMs ?? TRANSFER_TIMEOUT_MS,
  });

  return {
    /**
     * Uploads a file. Sending what is already there changes nothing. `known` saves hashing it again.
     * @throws Error with the code ENOENT when the file is gone.
     */
    async upload(path: string, known?: ArtifactInfo, call: CallOptions = {}): Promise<ArtifactInfo> {
      const info = known ?? (await hashFile(path));
      await retrying(async () => {
        // Looked at anew for every attempt: a file that is gone meanwhile is no broken connection.
        await stat(path);
        const body = await openAsBlob(path, { type: 'application/octet-stream' });
        const response = await transport.http(
          `/artifacts/${info.sha256}`,
          { method: 'PUT', body },
          timed(call),
        );
        await response.body?.cancel();
      }, call);
      return info;
    },

    /**
     * Downloads to `path`, verified on the way: the file appears whole and right, or not at all.
     * @throws ArtifactMismatchError when the bytes are not those of the address.
     */
    async download(sha256: string, path: string, call: CallOptions = {}): Promise<ArtifactInfo> {
      const aside = `${path}.${process.pid}.aside`;
      try {
        const bytes = await retrying(async () => {
          const response = await transport.http(`/artifacts/${sha256}`, { method: 'GET' }, timed(call));
          return writeVerified(response, aside, sha256);
        }, call);
        await rename(aside, path);
        await flush(dirname(path));
        return { sha256, bytes };
      } finally {
        await rm(aside, { force: true });
      }
    },
  };
}

/** SHA-256 and size of a file, read once. */
export async function hashFile(path: string): Promise<ArtifactInfo> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { sha256: hash.digest('hex'), bytes: (await stat(path)).size };
}

async function writeVerified(response: Response, path: string, sha256: string): Promise<number> {
  const hash = createHash('sha256');
  let bytes = 0;
  if (response.body === null) throw new ConnectionError(`the artifact ${sha256} came without a body`);
  const body = response.body;
  async function* hashed(): AsyncGenerator<Uint8Array> {
    const reader = body.getReader();
    for (;;) {
      const chunk = await reader.read().catch((cause: unknown) => {
        throw new ConnectionError(`the download of ${sha256} broke off after ${bytes} bytes`, { cause });
      });
      if (chunk.done) return;
      hash.update(chunk.value);
      bytes += chunk.value.length;
      yield chunk.value;
    }
  }
  await pipeline(hashed(), createWriteStream(path, { mode: 0o600 }));
  const found = hash.digest('hex');
  if (found !== sha256)
    throw new ArtifactMismatchError(`artifact ${sha256}: the ${bytes} bytes received hash to ${found}`);
  await flush(path);
  return bytes;
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
