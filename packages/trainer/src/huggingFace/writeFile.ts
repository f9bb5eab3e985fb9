/** @file Writes a file of an export: flushed to the disk, hashed on the way. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';

import { TrainerError } from '../errors.ts';
import { hasCode } from './modelFile.ts';

export interface WrittenFile {
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

const CHUNK_BYTES = 16 * 1024 * 1024;

/** Writes what is in memory. @throws TrainerError MODEL when the disk is full. */
export async function writeBytes(dir: string, name: string, bytes: Uint8Array): Promise<WrittenFile> {
  return writing(dir, name, async (put) => put(bytes));
}

/** Writes a value as JSON that people can read. @throws TrainerError MODEL when the disk is full. */
export async function writeJson(dir: string, name: string, value: unknown): Promise<WrittenFile> {
  return writeBytes(dir, name, Buffer.from(`${JSON.stringify(value, null, 2)}\n`));
}

/** Appends. */
export type Put = (bytes: Uint8Array) => Promise<void>;

/**
 * Writes in pieces what need not be in memory at once.
 * @throws TrainerError MODEL when the disk is full.
 */
export async function writing(
  dir: string,
  name: string,
  write: (put: Put) => Promise<void>,
): Promise<WrittenFile> {
  const file = path.join(dir, name);
  const hash = createHash('sha256');
  let total = 0;
  const handle = await open(file, 'w');
  try {
    await write(async (bytes) => {
      // In chunks: a hash takes no more than 2 GB at a time, nor does a write.
      for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
        const chunk = bytes.subarray(start, start + CHUNK_BYTES);
        hash.update(chunk);
        await putAll(handle, chunk);
        total += chunk.length;
      }
    });
    await handle.sync();
  } catch (cause) {
    if (!hasCode(cause, 'ENOSPC')) throw cause;
    throw new TrainerError(
      'MODEL',
      `${file} cannot be written: the disk is full after ${total} bytes`,
      {},
      { cause },
    );
  } finally {
    await handle.close();
  }
  return { name, bytes: total, sha256: hash.digest('hex') };
}

async function putAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;)
    done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
}
