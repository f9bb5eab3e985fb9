/** @file Writes tensors as safetensors: one file, or shards with an index when they are large. One tensor in memory at a time. */
import { TrainerError } from '../errors.ts';
import { toBfloat16 } from './halfFloats.ts';
import { writeBytes, writing, type WrittenFile } from './writeFile.ts';

export interface TensorSource {
  readonly name: string;
  readonly shape: readonly number[];
  /** Called once, when its turn has come. */
  read(): Float32Array | Promise<Float32Array>;
}

export type StoredDtype = 'F32' | 'BF16';

export interface WriteOptions {
  /** BF16 halves the size and rounds to 8 significant bits. */
  readonly dtype?: StoredDtype | undefined;
  /** Of one shard's values; more than that is split. */
  readonly maxShardBytes?: number | undefined;
  /** Name without ".safetensors"; "model" when absent. */
  readonly baseName?: string | undefined;
}

/** What transformers shards at. */
const MAX_SHARD_BYTES = 5_000_000_000;
/** Readers look for it: how the names of the tensors are meant. */
const METADATA = { format: 'pt' };

/**
 * Writes into a directory that exists and flushes each file. Tensors stand in the order of their names, as the reference
 * implementation writes them, so that the same weights make the same bytes.
 * @throws TrainerError MODEL when a tensor has not as many values as its shape says, or the disk is full.
 */
export async function writeSafetensors(
  dir: string,
  tensors: readonly TensorSource[],
  options: WriteOptions = {},
): Promise<WrittenFile[]> {
  const { dtype = 'F32', maxShardBytes = MAX_SHARD_BYTES, baseName = 'model' } = options;
  const sorted = [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1));
  const shards = splitIntoShards(sorted, dtype, maxShardBytes);
  const names = shards.map((_, index) =>
    shards.length === 1
      ? `${baseName}.safetensors`
      : `${baseName}-${padded(index + 1)}-of-${padded(shards.length)}.safetensors`,
  );
  const written: WrittenFile[] = [];
  for (const [index, shard] of shards.entries())
    written.push(await writeFileOf(dir, names[index] ?? '', shard, dtype));
  if (shards.length > 1) {
    const weightMap = shards.flatMap((shard, index) =>
      shard.map(({ name }): [string, string] => [name, names[index] ?? '']),
    );
    const total = sorted.reduce((sum, tensor) => sum + bytesOf(tensor, dtype), 0);
    const index = { metadata: { total_size: total }, weight_map: Object.fromEntries(weightMap) };
    written.push(
      await writeBytes(
        dir,
        `${baseName}.safetensors.index.json`,
        Buffer.from(`${JSON.stringify(index, null, 2)}
`),
      ),
    );
  }
  return written;
}

function splitIntoShards(
  tensors: readonly TensorSource[],
  dtype: StoredDtype,
  maxShardBytes: number,
): TensorSource[][] {
  const shards: TensorSource[][] = [[]];
  let filled = 0;
  for (const tensor of tensors) {
    const bytes = bytesOf(tensor, dtype);
    if (filled > 0 && filled + bytes > maxShardBytes) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)?.push(tensor);
    filled += bytes;
  }
  return shards;
}

async function writeFileOf(
  dir: string,
  name: string,
  tensors: readonly TensorSource[],
  dtype: StoredDtype,
): Promise<WrittenFile> {
  let end = 0;
  const entries = tensors.map((tensor): [string, object] => {
    const start = end;
    end += bytesOf(tensor, dtype);
    return [tensor.name, { dtype, shape: tensor.shape, data_offsets: [start, end] }];
  });
  const json = JSON.stringify({ __metadata__: METADATA, ...Object.fromEntries(entries) });
  // Padded with spaces so that values begin at a multiple of 8 bytes: readers map them into memory as they are.
  const header = Buffer.from(json.padEnd(json.length + ((8 - (Buffer.byteLength(json) % 8)) % 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return writing(dir, name, async (put) => {
    await put(length);
    await put(header);
    for (const tensor of tensors) {
      const values = await tensor.read();
      if (values.length !== elementsOf(tensor))
        throw new TrainerError(
          'MODEL',
          `tensor ${tensor.name} of shape [${tensor.shape}] has ${values.length} values`,
        );
      const stored = dtype === 'F32' ? values : toBfloat16(values);
      await put(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
    }
  });
}

function elementsOf({ shape }: TensorSource): number {
  return shape.reduce((product, axis) => product * axis, 1);
}

function bytesOf(tensor: TensorSource, dtype: StoredDtype): number {
  return elementsOf(tensor) * (dtype === 'F32' ? 4 : 2);
}

function padded(count: number): string {
  return String(count).padStart(5, '0');
}
