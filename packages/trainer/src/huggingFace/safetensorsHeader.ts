/** @file The header of a safetensors file, checked so that every later read lies inside the file and inside one tensor. */
import type { FileHandle } from 'node:fs/promises';

import { z } from 'zod';

import { TrainerError } from '../errors.ts';

export interface SafetensorsEntry {
  readonly name: string;
  /** One of the format's kinds of numbers, for instance "F32". */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Where its values begin, counted from the start of the file. */
  readonly position: number;
  readonly bytes: number;
}

const PREFIX_BYTES = 8;
/** The bound of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;
/** Bits of an element. Those unknown are refused when they are read, not when they are listed. */
const BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  I64: 64,
  U64: 64,
  F64: 64,
};

const count = z.int().min(0);
const headerSchema = z.record(
  z.string(),
  z.object({ dtype: z.string(), shape: z.array(count), data_offsets: z.tuple([count, count]) }),
);

/** @throws TrainerError MODEL naming the file, and the tensor whose entry does not fit. */
export async function readSafetensorsHeader(handle: FileHandle, file: string): Promise<SafetensorsEntry[]> {
  const { size } = await handle.stat();
  const prefix = Buffer.alloc(PREFIX_BYTES);
  if (size < PREFIX_BYTES) throw damaged(file, `it has only ${size} bytes`);
  await handle.read(prefix, 0, PREFIX_BYTES, 0);
  const headerBytes = Number(prefix.readBigUInt64LE());
  if (headerBytes > MAX_HEADER_BYTES || PREFIX_BYTES + headerBytes > size)
    throw damaged(
      file,
      `it announces a header of ${headerBytes} bytes, the file has ${size}${hintOf(prefix)}`,
    );
  const text = Buffer.alloc(headerBytes);
  await handle.read(text, 0, headerBytes, PREFIX_BYTES);
  return entriesOf(parseHeader(text.toString('utf8'), file), file, PREFIX_BYTES + headerBytes, size);
}

type Header = z.output<typeof headerSchema>;

function parseHeader(text: string, file: string): Header {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(file, 'its header is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null) throw damaged(file, 'its header is no object');
  const { __metadata__: _, ...tensors } = Object.fromEntries(Object.entries(value));
  const parsed = headerSchema.safeParse(tensors);
  if (!parsed.success) throw damaged(file, `its header is not valid: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Tensors lie one after another, without gap or overlap, and fill the file: the format asks for it. */
function entriesOf(header: Header, file: string, start: number, size: number): SafetensorsEntry[] {
  const entries = Object.entries(header)
    .map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => ({ name, dtype, shape, from, to }),
    )
    .sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { name, dtype, shape, from, to } of entries) {
    const bits = BITS[dtype];
    const elements = shape.reduce((product, axis) => product * axis, 1);
    if (!Number.isSafeInteger(elements)) throw damaged(file, `tensor ${name} has the shape [${shape}]`);
    if (to < from) throw damaged(file, `tensor ${name} ends (${to}) before it begins (${from})`);
    if (bits !== undefined && (elements * bits) / 8 !== to - from)
      throw damaged(
        file,
        `tensor ${name} of shape [${shape}] and ${dtype} numbers takes ${(elements * bits) / 8} bytes, its offsets say ${to - from}`,
      );
    if (from < end) throw damaged(file, `tensor ${name} overlaps the one before it`);
    if (from > end) throw damaged(file, `there is a gap of ${from - end} bytes before tensor ${name}`);
    if (start + to > size)
      throw damaged(
        file,
        `it is cut off: tensor ${name} ends at byte ${start + to}, the file has ${size}. Get the file again`,
      );
    end = to;
  }
  if (start + end !== size) throw damaged(file, `${size - start - end} bytes follow the last tensor`);
  return entries.map(({ name, dtype, shape, from, to }) => ({
    name,
    dtype,
    shape,
    position: start + from,
    bytes: to - from,
  }));
}

function damaged(file: string, reason: string, cause?: unknown): TrainerError {
  return new TrainerError('MODEL', `${file} is no whole safetensors file: ${reason}`, {}, { cause });
}

/** The two commonest wrong files have readable beginnings. */
function hintOf(prefix: Buffer): string {
  const start = prefix.toString('latin1');
  if (start.startsWith('version ')) return ' (it is a Git LFS pointer: run `git lfs pull`)';
  if (start.startsWith('PK')) return ' (it is a zip archive, perhaps a PyTorch checkpoint)';
  if (/^\s*</.test(start)) return ' (it is a web page, not a download)';
  return '';
}
