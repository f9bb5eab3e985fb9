import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fromBfloat16, fromFloat16, toBfloat16 } from './halfFloats.ts';
import { openSafetensors, openSafetensorsFile } from './safetensors.ts';
import { writeBytes } from './writeFile.ts';
import { writeSafetensors, type TensorSource } from './writeSafetensors.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nabla-safetensors-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

/** A file as the format's documentation describes it, written without our writer. */
async function handmade(name: string, header: unknown, values: Buffer): Promise<void> {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  await writeFile(path.join(folder, name), Buffer.concat([length, json, values]));
}

const source = (name: string, shape: number[], values: number[]): TensorSource => ({
  name,
  shape,
  read: () => Float32Array.from(values),
});

describe('openSafetensors', () => {
  it('reads 32-bit and both kinds of 16-bit numbers', async () => {
    // 1.5 is 0x3FC00000 as float32, 0x3FC0 as bfloat16 (its upper half), 0x3E00 as float16 (exponent 15, fraction 0x200).
    const values = Buffer.alloc(8);
    values.writeUInt32LE(0x3fc00000, 0);
    values.writeUInt16LE(0x3fc0, 4);
    values.writeUInt16LE(0x3e00, 6);
    await handmade(
      'model.safetensors',
      {
        __metadata__: { format: 'pt' },
        'a.weight': { dtype: 'F32', shape: [1, 1], data_offsets: [0, 4] },
        b: { dtype: 'BF16', shape: [1], data_offsets: [4, 6] },
        c: { dtype: 'F16', shape: [], data_offsets: [6, 8] },
      },
      values,
    );
    const file = await openSafetensors(folder);
    expect(file.names()).toEqual(['a.weight', 'b', 'c']);
    expect([file.shape('a.weight'), file.dtype('b'), file.shape('c')]).toEqual([[1, 1], 'BF16', []]);
    for (const name of file.names()) expect([...(await file.read(name))]).toEqual([1.5]);
    expect(() => file.shape('d')).toThrow(/have no tensor d/);
    await file.close();
  });

  it('lists a tensor of other numbers and refuses to read it, by name', async () => {
    await handmade(
      'model.safetensors',
      { mask: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } },
      Buffer.alloc(8),
    );
    const file = await openSafetensors(folder);
    expect(file.dtype('mask')).toBe('I64');
    await expect(file.read('mask')).rejects.toThrow(
      /tensor mask .* is of I64 numbers: only F32, F16 and BF16/,
    );
    await file.close();
  });

  const f32 = (shape: number[], from: number, to: number) => ({
    dtype: 'F32',
    shape,
    data_offsets: [from, to],
  });
  it.each([
    ['a header that is no JSON', '{"a":', 0, /model\.safetensors is no whole .*its header is not JSON/],
    [
      'an entry without offsets',
      { a: { dtype: 'F32', shape: [1] } },
      4,
      /header is not valid: .*data_offsets/s,
    ],
    [
      'offsets that do not match the shape',
      { a: f32([2, 3], 0, 20) },
      20,
      /tensor a of shape \[2,3\] and F32 numbers takes 24 bytes, its offsets say 20/,
    ],
    ['tensors that overlap', { a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12, /tensor b overlaps/],
    ['a gap', { a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12, /gap of 4 bytes before tensor b/],
    [
      'a file that is cut off',
      { a: f32([1], 0, 4), b: f32([4], 4, 20) },
      12,
      /cut off: tensor b ends at byte/,
    ],
    ['bytes that belong to nothing', { a: f32([1], 0, 4) }, 12, /8 bytes follow the last tensor/],
    ['a shape of absurd size', { a: f32([1e9, 1e9], 0, 4) }, 4, /tensor a has the shape/],
  ])('refuses %s', async (_, header, bytes, message) => {
    await handmade('model.safetensors', header, Buffer.alloc(bytes));
    await expect(openSafetensors(folder)).rejects.toThrow(message);
  });

  it('recognises what people download by mistake', async () => {
    const file = path.join(folder, 'model.safetensors');
    await writeFile(file, 'version https://git-lfs.github.com/spec/v1\noid sha256:00\n');
    await expect(openSafetensors(folder)).rejects.toThrow(/Git LFS pointer: run `git lfs pull`/);
    await writeFile(file, '<!doctype html><title>404</title>');
    await expect(openSafetensors(folder)).rejects.toThrow(/a web page/);
    await writeFile(file, 'abc');
    await expect(openSafetensors(folder)).rejects.toThrow(/it has only 3 bytes/);
  });

  it('names what a directory lacks', async () => {
    await expect(openSafetensors(folder)).rejects.toThrow(/no weights in .*neither model\.safetensors nor/);
    const index = path.join(folder, 'model.safetensors.index.json');
    await writeFile(index, JSON.stringify({ weight_map: { a: '../a.safetensors' } }));
    await expect(openSafetensors(folder)).rejects.toThrow(/is not an index of shards/);
  });
});

describe('writeSafetensors', () => {
  const tensors = [source('b', [2, 2], [1, 2, 3, 4]), source('a', [3], [5, 6, 7]), source('é', [1], [8])];

  it('writes what openSafetensors reads, in the order of names', async () => {
    const [written] = await writeSafetensors(folder, tensors);
    expect(written?.name).toBe('model.safetensors');
    const file = await openSafetensors(folder);
    expect(file.names()).toEqual(['a', 'b', 'é']);
    expect([...(await file.read('b'))]).toEqual([1, 2, 3, 4]);
    await file.close();
    // Values begin at a multiple of 8 bytes, whatever the header holds.
    const bytes = await readFile(path.join(folder, 'model.safetensors'));
    expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0);
    expect(JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString())).toMatchObject({
      __metadata__: { format: 'pt' },
    });
  });

  it('splits into shards with an index, and reads them back as one', async () => {
    // 16, 12 and 4 bytes: with at most 16 in a shard, a (12) and b (16) stand apart and é (4) gets its own.
    const names = (await writeSafetensors(folder, tensors, { maxShardBytes: 16 })).map(({ name }) => name);
    expect(names).toEqual([
      'model-00001-of-00003.safetensors',
      'model-00002-of-00003.safetensors',
      'model-00003-of-00003.safetensors',
      'model.safetensors.index.json',
    ]);
    const file = await openSafetensors(folder);
    expect(file.names().sort()).toEqual(['a', 'b', 'é']);
    expect([...(await file.read('é'))]).toEqual([8]);
    await file.close();
  });

  it('is refused as a whole when a shard is missing, cut off, or of another version', async () => {
    await writeSafetensors(folder, tensors, { maxShardBytes: 16 });
    const shard = (count: number) => path.join(folder, `model-0000${count}-of-00003.safetensors`);
    const second = await readFile(shard(2));

    await rm(shard(2));
    await expect(openSafetensors(folder)).rejects.toThrow(
      /the shard .*model-00002-of-00003.* is missing.*holds b/,
    );
    await writeFile(shard(2), second);
    await truncate(shard(2), second.length - 1);
    await expect(openSafetensors(folder)).rejects.toThrow(/model-00002-of-00003.*cut off: tensor b/);
    await writeFile(shard(2), await readFile(shard(1)));
    await expect(openSafetensors(folder)).rejects.toThrow(/tensor a stands in .*00001.* and in .*00002/);
    await writeFile(shard(2), second);
    const index = path.join(folder, 'model.safetensors.index.json');
    await writeFile(index, (await readFile(index, 'utf8')).replace('"b"', '"c"'));
    await expect(openSafetensors(folder)).rejects.toThrow(/tensor c is in model-00002.*no shard has it/);
  });

  it('rounds to bfloat16 when asked, at half the size', async () => {
    const [written] = await writeSafetensors(folder, [source('a', [2], [1.5, 1 / 3])], { dtype: 'BF16' });
    const file = await openSafetensorsFile(path.join(folder, 'model.safetensors'));
    // 1/3 is 0x3EAAAAAB; the nearest number with 8 significant bits is 0x3EAB0000 = 0.333984375.
    expect([...(await file.read('a'))]).toEqual([1.5, 0.333984375]);
    await file.close();
    expect(written?.bytes).toBeLessThan(200);
  });

  it('makes the same bytes of the same weights', async () => {
    const first = await writeSafetensors(folder, tensors);
    expect(await writeSafetensors(folder, tensors.toReversed())).toEqual(first);
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });

  it('refuses a tensor whose values are not as many as its shape says', async () => {
    await expect(writeSafetensors(folder, [source('a', [3], [1])])).rejects.toThrow(
      /tensor a of shape \[3\] has 1 values/,
    );
  });
});

describe('a full disk', () => {
  it.runIf(existsSync('/dev/full'))('is said with the file, whatever is written', async () => {
    // The device answers every write as a full disk does.
    await expect(writeBytes('/dev', 'full', Buffer.alloc(10))).rejects.toThrow(
      /\/dev\/full cannot be written: the disk is full/,
    );
  });
});

describe('16-bit floats', () => {
  it('float16: every kind of number', () => {
    // One, -2, the largest (65504), the smallest subnormal (2^-24), infinities, NaN, negative zero.
    const bits = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00, 0xfc00, 0x7e00, 0x8000];
    const values = fromFloat16(Uint16Array.from(bits));
    expect([...values]).toEqual([1, -2, 65504, 2 ** -24, Infinity, -Infinity, NaN, -0]);
  });

  it('bfloat16: there and back is the same for each of its numbers', () => {
    const all = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
    const back = toBfloat16(fromBfloat16(all));
    const isNaN = (bits: number) => (bits & 0x7fff) > 0x7f80;
    const wrong = all.filter((bits) => (isNaN(bits) ? !isNaN(back[bits] ?? 0) : back[bits] !== bits));
    expect([...wrong]).toEqual([]);
  });

  it('bfloat16: ties go to even, and what is too large becomes infinite', () => {
    // 1 + 2^-8 lies between 1 (even) and 1 + 2^-7; 1 + 3·2^-8 between 1 + 2^-7 and 1 + 2^-6 (even).
    const source = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38, -3.4e38);
    expect([...fromBfloat16(toBfloat16(source))]).toEqual([1, 1 + 2 ** -6, Infinity, -Infinity]);
  });
});
