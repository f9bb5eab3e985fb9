/**
 * @file One checkpoint, one file: `NABLACK1`, header length (u32), header (JSON), then the tensors' values, little-endian, each
 * beginning at a multiple of 64 bytes. The same state always makes the same bytes, so the file's SHA-256 is its address, and equal
 * addresses mean equal weights to the last bit.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

import { RUN_STAGES } from '@nabla/domain';
import { z } from 'zod';

import type { SessionState } from '../sessionState.ts';
import { CheckpointError } from './checkpointError.ts';

const MAGIC = Buffer.from('NABLACK1');
const PREFIX_BYTES = MAGIC.length + 4;
const ALIGNMENT = 64;
const CHUNK_BYTES = 4 * 1024 * 1024;
const MAX_HEADER_BYTES = 64 * 1024 * 1024;
const LAYOUT_VERSION = 1;

const count = z.int().min(0);
const headerSchema = z.object({
  layoutVersion: z.literal(LAYOUT_VERSION),
  formatVersion: count,
  configHash: z.string(),
  step: count,
  stage: z.enum(RUN_STAGES),
  counters: z.object({ warmupCursor: count, promptCursor: count, updates: count }),
  tensors: z.array(
    z.object({
      name: z.string(),
      shape: z.array(count),
      dtype: z.literal('float32'),
      offset: count,
      bytes: count,
    }),
  ),
});
type Header = z.output<typeof headerSchema>;

export interface CheckpointContent {
  /** Lower-case hex, of the whole file. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Writes the state into a new file and flushes it. The caller names it when this has returned. */
export async function writeCheckpointFile(path: string, state: SessionState): Promise<CheckpointContent> {
  assertLittleEndian();
  const { formatVersion, configHash, step, stage, counters } = state;
  let offset = 0;
  const tensors = state.tensors.map(({ name, shape, data }) => {
    const entry = { name, shape: [...shape], dtype: 'float32' as const, offset, bytes: data.byteLength };
    offset = aligned(offset + data.byteLength);
    return entry;
  });
  const header: Header = {
    layoutVersion: LAYOUT_VERSION,
    formatVersion,
    configHash,
    step,
    stage,
    counters,
    tensors,
  };
  const file = await open(path, 'w', 0o600);
  try {
    const writer = hashingWriter(file);
    await writer.write(encodePrefix(header));
    for (const { data } of state.tensors) {
      await writer.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
      await writer.align();
    }
    await file.sync();
    return writer.finish();
  } finally {
    await file.close();
  }
}

/**
 * Reads and verifies a checkpoint.
 * @param sha256 what the whole file must hash to.
 * @throws CheckpointError NOT_FOUND, DAMAGED or UNSUPPORTED
 */
export async function readCheckpointFile(path: string, sha256: string): Promise<SessionState> {
  assertLittleEndian();
  const file = await openExisting(path);
  try {
    const found = await hashOf(file);
    if (found !== sha256)
      throw new CheckpointError(
        'DAMAGED',
        `checkpoint ${path} is damaged: its content hashes to ${found}, not to ${sha256}`,
      );
    const prefix = await readExactly(file, path, PREFIX_BYTES, 0);
    if (!prefix.subarray(0, MAGIC.length).equals(MAGIC))
      throw new CheckpointError('DAMAGED', `${path} is no checkpoint of Nabla`);
    const headerBytes = prefix.readUInt32LE(MAGIC.length);
    if (headerBytes > MAX_HEADER_BYTES)
      throw new CheckpointError('DAMAGED', `checkpoint ${path} names a header of ${headerBytes} bytes`);
    const header = parseHeader(
      (await readExactly(file, path, headerBytes, PREFIX_BYTES)).toString('utf8'),
      path,
    );
    const start = aligned(PREFIX_BYTES + headerBytes);
    const tensors = [];
    for (const { name, shape, offset, bytes } of header.tensors) {
      if (bytes % 4 !== 0)
        throw new CheckpointError('DAMAGED', `checkpoint ${path}: tensor ${name} has ${bytes} bytes`);
      const data = new Float32Array(bytes / 4);
      await readInto(file, path, Buffer.from(data.buffer), start + offset);
      tensors.push({ name, shape, data });
    }
    const { formatVersion, configHash, step, stage, counters } = header;
    return { formatVersion, configHash, step, stage, counters, tensors };
  } finally {
    await file.close();
  }
}

function encodePrefix(header: Header): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(aligned(PREFIX_BYTES + json.length));
  MAGIC.copy(prefix);
  prefix.writeUInt32LE(json.length, MAGIC.length);
  json.copy(prefix, PREFIX_BYTES);
  return prefix;
}

function parseHeader(text: string, path: string): Header {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError('DAMAGED', `checkpoint ${path}: its header is not JSON`, { cause });
  }
  const parsed = headerSchema.safeParse(value);
  if (!parsed.success)
    throw new CheckpointError(
      'UNSUPPORTED',
      `checkpoint ${path} was made by another version: ${z.prettifyError(parsed.error)}`,
    );
  return parsed.data;
}

/** Writes in order and hashes on the way, in pieces that keep memory small. */
function hashingWriter(file: FileHandle) {
  const hash = createHash('sha256');
  let position = 0;
  const put = async (bytes: Uint8Array): Promise<void> => {
    for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
      const chunk = bytes.subarray(start, start + CHUNK_BYTES);
      hash.update(chunk);
      for (let done = 0; done < chunk.length;) {
        const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position);
        done += bytesWritten;
        position += bytesWritten;
      }
    }
  };
  return {
    write: put,
    align: () => put(Buffer.alloc(aligned(position) - position)),
    finish: (): CheckpointContent => ({ sha256: hash.digest('hex'), bytes: position }),
  };
}

async function hashOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, bytesRead));
    position += bytesRead;
  }
}

async function openExisting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw new CheckpointError('NOT_FOUND', `there is no checkpoint ${path}`, { cause });
  }
}

async function readExactly(
  file: FileHandle,
  path: string,
  length: number,
  position: number,
): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  await readInto(file, path, buffer, position);
  return buffer;
}

async function readInto(file: FileHandle, path: string, buffer: Buffer, position: number): Promise<void> {
  for (let done = 0; done < buffer.length;) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0)
      throw new CheckpointError('DAMAGED', `checkpoint ${path} ends ${buffer.length - done} bytes too early`);
    done += bytesRead;
  }
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

/** TensorFlow runs on no other kind of machine; a byte swap nobody can test is worse than an error. */
function assertLittleEndian(): void {
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1)
    throw new CheckpointError(
      'UNSUPPORTED',
      'checkpoints are read and written on little-endian machines only',
    );
}
