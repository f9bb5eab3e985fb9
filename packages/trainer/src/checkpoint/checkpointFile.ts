/**
 * @file One checkpoint, one file: `NABLACK1`, header length (u32), header (JSON), then the tensors' values, little-endian, each
 * beginning at a multiple of 64 bytes. The same state always makes the same bytes, so the file's SHA-256 is its address, and equal
 * addresses mean equal weights to the last bit.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

import { RUN_STAGES, canonicalJson, parseRunConfig, type RunConfig } from '@nabla/domain';
import { z } from 'zod';

import type { SessionState } from '../sessionState.ts';
import { CheckpointError } from './checkpointError.ts';

const MAGIC = Buffer.from('NABLACK1');
const PREFIX_BYTES = MAGIC.length + 4;
const ALIGNMENT = 64;
const CHUNK_BYTES = 4 * 1024 * 1024;
const MAX_HEADER_BYTES = 64 * 1024 * 1024;
const LAYOUT_VERSION = 2;
/** Takes the place of the run's name, which is no part of what is stored: renaming a run is no other experiment. */
const CONFIG_NAME = 'checkpoint';

const count = z.int().min(0);
const headerSchema = z.object({
  layoutVersion: z.literal(LAYOUT_VERSION),
  formatVersion: count,
  /** Without its name, keys in order. */
  config: z.record(z.string(), z.json()),
  configHash: z.string(),
  base: z.object({ source: z.string(), sha256: z.string() }).nullable(),
  step: count,
  stage: z.enum(RUN_STAGES),
  counters: z.object({ warmupCursor: count, promptCursor: count, updates: count }),
  scalars: z.record(z.string(), z.number()),
  metrics: z.record(z.string(), z.number()),
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
  const { formatVersion, config, configHash, base, step, stage, counters, scalars, metrics } = state;
  let offset = 0;
  const tensors = state.tensors.map(({ name, shape, data }) => {
    const entry = { name, shape: [...shape], dtype: 'float32' as const, offset, bytes: data.byteLength };
    offset = aligned(offset + data.byteLength);
    return entry;
  });
  const header: Header = {
    layoutVersion: LAYOUT_VERSION,
    formatVersion,
    config: storedConfig(config),
    configHash,
    base,
    step,
    stage,
    counters,
    scalars,
    metrics,
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
 * @param sha256 what the whole file must hash to; null where nobody knows.
 * @throws CheckpointError NOT_FOUND, DAMAGED or UNSUPPORTED
 */
export async function readCheckpointFile(path: string, sha256: string | null): Promise<SessionState> {
  const file = await openExisting(path);
  try {
    if (sha256 !== null) {
      const found = await hashOf(file);
      if (found !== sha256)
        throw new CheckpointError(
          'DAMAGED',
          `checkpoint ${path} is damaged: its content hashes to ${found}, not to ${sha256}`,
        );
    }
    const { header, start } = await readHeader(file, path);
    const tensors = [];
    for (const { name, shape, offset, bytes } of header.tensors) {
      if (bytes % 4 !== 0)
        throw new CheckpointError('DAMAGED', `checkpoint ${path}: tensor ${name} has ${bytes} bytes`);
      const data = new Float32Array(bytes / 4);
      await readInto(file, path, Buffer.from(data.buffer), start + offset);
      tensors.push({ name, shape, data });
    }
    const { formatVersion, configHash, base, step, stage, counters, scalars, metrics } = header;
    const config = readConfig(header, path);
    return {
      formatVersion,
      config,
      configHash,
      base,
      step,
      stage,
      counters,
      scalars,
      metrics,
      tensors,
    };
  } finally {
    await file.close();
  }
}

/** What a checkpoint is judged by, without its tensors. @throws CheckpointError */
export async function readCheckpointMetrics(path: string): Promise<SessionState['metrics']> {
  const file = await openExisting(path);
  try {
    return (await readHeader(file, path)).header.metrics;
  } finally {
    await file.close();
  }
}

async function readHeader(file: FileHandle, path: string): Promise<{ header: Header; start: number }> {
  assertLittleEndian();
  const prefix = await readExactly(file, path, PREFIX_BYTES, 0);
  if (!prefix.subarray(0, MAGIC.length).equals(MAGIC))
    throw new CheckpointError('DAMAGED', `${path} is no checkpoint of Nabla`);
  const headerBytes = prefix.readUInt32LE(MAGIC.length);
  if (headerBytes > MAX_HEADER_BYTES)
    throw new CheckpointError('DAMAGED', `checkpoint ${path} names a header of ${headerBytes} bytes`);
  const text = await readExactly(file, path, headerBytes, PREFIX_BYTES);
  return { header: parseHeader(text.toString('utf8'), path), start: aligned(PREFIX_BYTES + headerBytes) };
}

function storedConfig(config: RunConfig): Header['config'] {
  const stored: Header['config'] = JSON.parse(canonicalJson({ ...config, name: undefined }));
  return stored;
}

function readConfig({ config }: Header, path: string): RunConfig {
  const parsed = parseRunConfig({ ...config, name: CONFIG_NAME });
  if (parsed.ok) return parsed.config;
  const reasons = parsed.errors.map((error) => `${error.path.join('.')}: ${error.message}`);
  throw new CheckpointError(
    'UNSUPPORTED',
    `checkpoint ${path} was made by another version, whose configuration is not valid here: ${reasons.join('; ')}`,
  );
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
