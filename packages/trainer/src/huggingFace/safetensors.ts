/**
 * @file Reads the weights of a model directory: `model.safetensors`, or shards that `model.safetensors.index.json` names.
 * Layout (https://huggingface.co/docs/safetensors): header length (u64), header (JSON: name → dtype, shape, offsets), values.
 */
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { TrainerError } from '../errors.ts';
import { fromBfloat16, fromFloat16 } from './halfFloats.ts';
import { hasCode, readOptionalJson, unreadable } from './modelFile.ts';
import { readSafetensorsHeader, type SafetensorsEntry } from './safetensorsHeader.ts';

export interface Safetensors {
  /** Of all tensors, whatever their file. */
  names(): string[];
  has(name: string): boolean;
  shape(name: string): readonly number[];
  /** As stored: "F32", "BF16", ... */
  dtype(name: string): string;
  /** The values as 32-bit floats, row-major. @throws TrainerError MODEL for a kind of numbers other than F32, F16, BF16. */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

export const SINGLE_FILE = 'model.safetensors';
export const INDEX_FILE = 'model.safetensors.index.json';

const CHUNK_BYTES = 64 * 1024 * 1024;

const indexSchema = z.object({
  weight_map: z.record(z.string(), z.string().regex(/^[^/\\]+\.safetensors$/, 'is no name of a shard')),
});

interface Located {
  readonly entry: SafetensorsEntry;
  readonly file: string;
  readonly handle: FileHandle;
}

/**
 * Opens the weights of a directory; headers are read and checked against the files' sizes at once, values when asked for.
 * @throws TrainerError MODEL naming the file, and the tensor where there is one.
 */
export async function openSafetensors(dir: string): Promise<Safetensors> {
  const single = await openIfThere(path.join(dir, SINGLE_FILE));
  if (single !== null) return openFiles([{ file: path.join(dir, SINGLE_FILE), handle: single }], null, dir);

  const map = await readIndex(dir);
  const opened: { file: string; handle: FileHandle }[] = [];
  try {
    for (const name of await shardsOf(dir)) {
      const file = path.join(dir, name);
      const handle = await openIfThere(file);
      if (handle === null) {
        const tensor = Object.keys(map).find((key) => map[key] === name);
        throw new TrainerError(
          'MODEL',
          `the shard ${file} is missing: ${INDEX_FILE} says it holds ${tensor}${othersOf(Object.values(map), name)}. Get the file again`,
        );
      }
      opened.push({ file, handle });
    }
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
  return openFiles(opened, map, dir);
}

/** One file by its path, for instance an adapter's. @throws TrainerError MODEL */
export async function openSafetensorsFile(file: string): Promise<Safetensors> {
  const handle = await openIfThere(file);
  if (handle === null) throw new TrainerError('MODEL', `${file} is missing`);
  return openFiles([{ file, handle }], null, path.dirname(file));
}

/** The names of the shards, by the directory's index. @throws TrainerError MODEL */
export async function shardsOf(dir: string): Promise<string[]> {
  return [...new Set(Object.values(await readIndex(dir)))].sort();
}

/** Tensor → shard. */
async function readIndex(dir: string): Promise<Readonly<Record<string, string>>> {
  const index = await readOptionalJson(dir, INDEX_FILE);
  if (index === null)
    throw new TrainerError(
      'MODEL',
      `there are no weights in ${dir}: neither ${SINGLE_FILE} nor ${INDEX_FILE}. Only safetensors are read; convert pytorch_model.bin with transformers' save_pretrained`,
    );
  const parsed = indexSchema.safeParse(index);
  if (!parsed.success)
    throw new TrainerError(
      'MODEL',
      `${path.join(dir, INDEX_FILE)} is not an index of shards: ${z.prettifyError(parsed.error)}`,
    );
  return parsed.data.weight_map;
}

async function openFiles(
  files: readonly { file: string; handle: FileHandle }[],
  map: Readonly<Record<string, string>> | null,
  dir: string,
): Promise<Safetensors> {
  const tensors = new Map<string, Located>();
  try {
    for (const { file, handle } of files) {
      for (const entry of await readSafetensorsHeader(handle, file)) {
        const before = tensors.get(entry.name);
        if (before)
          throw new TrainerError('MODEL', `tensor ${entry.name} stands in ${before.file} and in ${file} too`);
        tensors.set(entry.name, { entry, file, handle });
      }
    }
    for (const [name, file] of Object.entries(map ?? {})) {
      const found = tensors.get(name);
      if (path.basename(found?.file ?? '') !== file)
        throw new TrainerError(
          'MODEL',
          `${path.join(dir, INDEX_FILE)} says that tensor ${name} is in ${file}, but ${found ? `it is in ${path.basename(found.file)}` : 'no shard has it'}: index and shards are of different versions`,
        );
    }
  } catch (error) {
    await closeAll(files);
    throw error;
  }
  const find = (name: string): Located => {
    const found = tensors.get(name);
    if (!found) throw new TrainerError('MODEL', `the weights in ${dir} have no tensor ${name}`);
    return found;
  };
  return {
    names: () => [...tensors.keys()],
    has: (name) => tensors.has(name),
    shape: (name) => find(name).entry.shape,
    dtype: (name) => find(name).entry.dtype,
    read: (name) => readTensor(find(name)),
    close: () => closeAll(files),
  };
}

async function readTensor({ entry, file, handle }: Located): Promise<Float32Array> {
  const { name, dtype, position, bytes } = entry;
  switch (dtype) {
    case 'F32': {
      const values = new Float32Array(bytes / 4);
      await readInto(handle, new Uint8Array(values.buffer), position, file, name);
      return values;
    }
    case 'F16':
    case 'BF16': {
      const convert = dtype === 'F16' ? fromFloat16 : fromBfloat16;
      const values = new Float32Array(bytes / 2);
      // In chunks: a whole embedding of 16-bit numbers beside its 32-bit copy would take half as much memory again.
      for (let done = 0; done < bytes; done += CHUNK_BYTES) {
        const chunk = new Uint16Array(Math.min(CHUNK_BYTES, bytes - done) / 2);
        await readInto(handle, new Uint8Array(chunk.buffer), position + done, file, name);
        values.set(convert(chunk), done / 2);
      }
      return values;
    }
    default:
      throw new TrainerError(
        'MODEL',
        `tensor ${name} in ${file} is of ${dtype} numbers: only F32, F16 and BF16 are read (quantised weights must be stored unquantised)`,
      );
  }
}

/** One read call moves at most 2 GB: a bigger tensor takes several. */
async function readInto(
  handle: FileHandle,
  target: Uint8Array,
  position: number,
  file: string,
  tensor: string,
): Promise<void> {
  for (let done = 0; done < target.length;) {
    const length = Math.min(CHUNK_BYTES, target.length - done);
    const { bytesRead } = await handle.read(target, done, length, position + done);
    if (bytesRead === 0)
      throw new TrainerError(
        'MODEL',
        `${file} ends within tensor ${tensor}: it was cut off while it was read`,
      );
    done += bytesRead;
  }
}

async function openIfThere(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, 'r');
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return null;
    throw unreadable(file, cause);
  }
}

async function closeAll(files: readonly { handle: FileHandle }[]): Promise<void> {
  await Promise.all(files.map(({ handle }) => handle.close()));
}

function othersOf(all: readonly string[], name: string): string {
  const others = all.filter((file) => file === name).length - 1;
  return others > 0 ? ` and ${others} more tensors` : '';
}
