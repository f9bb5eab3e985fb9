/** @file One file of a download: written aside, resumed after every cut, named only when its checksum is right. */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { TrainerError } from '../errors.ts';
import { HubUnreachable, requestFile, type HubFile, type HubOptions } from './hub.ts';
import { exists } from './modelFile.ts';

export interface RetryPolicy {
  /** How often in a row nothing may be had before it is given up; every byte that arrives starts the count anew. */
  readonly attempts: number;
  /** Before the second attempt; doubled before each further one. */
  readonly waitMs: number;
  /** A connection that is silent for so long is cut. */
  readonly idleMs: number;
  readonly wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export const RETRIES: RetryPolicy = {
  attempts: 6,
  waitMs: 1000,
  idleMs: 60_000,
  wait: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
};

/** Progress is told at most once for so many bytes. */
const REPORT_BYTES = 4 * 1024 * 1024;
const READ_BYTES = 4 * 1024 * 1024;

export interface FileDownload {
  readonly name: string;
  readonly commit: string;
  readonly file: HubFile;
  /** Its path when it is whole; beside it, with ".part", while it is not. */
  readonly target: string;
  readonly hub: HubOptions;
  readonly signal?: AbortSignal | undefined;
  readonly retries: RetryPolicy;
  /** Told how many bytes there are. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * @throws HubUnreachable when it cannot be had; what arrived is kept for the next time.
 * @throws TrainerError MODEL when its content is wrong twice.
 */
export async function downloadFile(download: FileDownload): Promise<void> {
  const { target, file } = download;
  // It has its name, so it was whole.
  if (await exists(target)) {
    download.onBytes(file.bytes);
    return;
  }
  const part = `${target}.part`;
  // Twice: what was left of an earlier download may be of other content, or a proxy may have spoilt it.
  for (const attempt of [1, 2]) {
    const found = await fetchWhole(part, download);
    if (found === file.checksum.hex) {
      await rename(part, target);
      return;
    }
    await rm(part, { force: true });
    if (attempt === 2)
      throw new TrainerError(
        'MODEL',
        `${file.name} of ${download.name} arrived with the wrong content twice: its ${file.checksum.kind === 'git' ? 'git blob hash' : 'SHA-256'} is ${found}, it should be ${file.checksum.hex}. Something between here and the hub changes it`,
      );
  }
}

/** Fetches what is missing, over as many connections as it takes. @returns the checksum of the whole. */
async function fetchWhole(part: string, download: FileDownload): Promise<string> {
  const { file, retries, signal } = download;
  const handle = await open(part, 'a+');
  try {
    let { hash, bytes } = await resumeAt(handle, file);
    let failures = 0;
    while (bytes < file.bytes) {
      const before = bytes;
      try {
        const answer = await connect(download, bytes);
        if (answer.from !== bytes) {
          await handle.truncate(0);
          hash = startHash(file);
          bytes = 0;
        }
        const start = bytes;
        await answer.eachChunk(async (chunk) => {
          const rest = chunk.subarray(0, file.bytes - bytes);
          await handle.appendFile(rest);
          hash.update(rest);
          bytes += rest.length;
          if (Math.floor(bytes / REPORT_BYTES) > Math.floor((bytes - rest.length) / REPORT_BYTES))
            download.onBytes(bytes);
        });
        if (bytes < file.bytes)
          throw new HubUnreachable(
            `${file.name} ended after ${bytes} of ${file.bytes} bytes`,
            bytes > start ? 0 : null,
          );
      } catch (error) {
        if (!(error instanceof HubUnreachable)) throw error;
        failures = bytes > before ? 0 : failures + 1;
        if (failures >= retries.attempts) throw error;
        await retries.wait(error.waitMs ?? retries.waitMs * 2 ** Math.max(0, failures - 1), signal);
      }
    }
    await handle.sync();
    download.onBytes(bytes);
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

/** What is there already: hashed, or thrown away when it is more than there should be. */
async function resumeAt(handle: FileHandle, file: HubFile): Promise<{ hash: Hash; bytes: number }> {
  const { size } = await handle.stat();
  const hash = startHash(file);
  if (size > file.bytes) {
    await handle.truncate(0);
    return { hash, bytes: 0 };
  }
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (let position = 0; position < size;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  return { hash, bytes: size };
}

function startHash({ checksum, bytes }: HubFile): Hash {
  // Git hashes a file as "blob <length>\0<content>".
  return checksum.kind === 'git' ? createHash('sha1').update(`blob ${bytes}\0`) : createHash('sha256');
}

interface Answer {
  /** Where its first byte stands in the file. */
  readonly from: number;
  /** @throws HubUnreachable when the connection is cut or falls silent. */
  eachChunk(take: (chunk: Uint8Array) => Promise<void>): Promise<void>;
}

async function connect(
  { name, commit, file, hub, signal, retries }: FileDownload,
  from: number,
): Promise<Answer> {
  const silence = new AbortController();
  const either = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]);
  let timer: NodeJS.Timeout | undefined;
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      silence.abort(new HubUnreachable(`nothing of ${file.name} arrived for ${retries.idleMs} ms`, null));
    }, retries.idleMs);
  };
  const passOn = (error: unknown): never => {
    signal?.throwIfAborted();
    if (silence.signal.aborted) throw silence.signal.reason;
    throw error;
  };
  watch();
  const answer = await requestFile(name, commit, file, from, hub, either)
    .catch(passOn)
    .finally(() => clearTimeout(timer));
  return {
    from: answer.from,
    async eachChunk(take) {
      const reader = answer.body.getReader();
      try {
        for (;;) {
          watch();
          const { done, value } = await reader.read().catch((cause: unknown) => {
            const reason = cause instanceof Error ? cause.message : String(cause);
            return passOn(new HubUnreachable(`${file.name} was cut off: ${reason}`, null, { cause }));
          });
          clearTimeout(timer);
          if (done) return;
          await take(value);
        }
      } finally {
        clearTimeout(timer);
        await reader.cancel().catch(() => undefined);
      }
    },
  };
}
