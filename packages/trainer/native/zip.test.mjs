import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { readEntries, unzip } from './zip.mjs';

let folder;
beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'nabla-zip-'))));
afterEach(() => rm(folder, { recursive: true }));

/** Writes an archive of [name, content, method (0 stored, 8 deflated)]. */
async function archive(files, comment = '') {
  const locals = [];
  const directory = [];
  let offset = 0;
  for (const [name, content, method] of files) {
    const packed = method === 8 ? zlib.deflateRawSync(content) : Buffer.from(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(4, 28); // extra bytes that the table of contents does not have
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(Buffer.byteLength(content), 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), Buffer.alloc(4), packed);
    directory.push(central, Buffer.from(name));
    offset += 30 + name.length + 4 + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  const file = path.join(folder, 'test.zip');
  await writeFile(file, Buffer.concat([...locals, ...directory, end, Buffer.from(comment)]));
  return file;
}

it('unpacks stored and deflated entries, in folders, and leaves out what is not wanted', async () => {
  const long = 'abc'.repeat(100_000);
  const file = await archive(
    [
      ['a/stored.txt', 'one', 0],
      ['a/b/deflated.txt', long, 8],
      ['skipped.txt', 'no', 0],
      ['empty', '', 0],
      ['a/', '', 0],
    ],
    'a comment',
  );
  const seen = [];
  const paths = await unzip(
    file,
    path.join(folder, 'out'),
    (name) => (name === 'skipped.txt' ? null : `x/${name}`),
    (done, total) => seen.push([done, total]),
  );
  expect(paths).toEqual(['x/a/stored.txt', 'x/a/b/deflated.txt', 'x/empty']);
  expect(await readFile(path.join(folder, 'out/x/a/stored.txt'), 'utf8')).toBe('one');
  expect(await readFile(path.join(folder, 'out/x/a/b/deflated.txt'), 'utf8')).toBe(long);
  expect(await readFile(path.join(folder, 'out/x/empty'), 'utf8')).toBe('');
  expect(seen.at(-1)).toEqual([300_003, 300_003]);
});

it('refuses an archive that is cut off, a path out of the folder, and a method it does not know', async () => {
  const file = await archive([['a', 'one', 0]]);
  const cut = path.join(folder, 'cut.zip');
  await writeFile(cut, (await readFile(file)).subarray(0, 40));
  await expect(readEntries(cut)).rejects.toThrow(/is not a zip archive, or it is cut off/);
  await expect(
    unzip(
      await archive([['../../evil', 'x', 0]]),
      path.join(folder, 'out'),
      (name) => name,
      () => undefined,
    ),
  ).rejects.toThrow(/leaves its folder/);
  await expect(
    unzip(
      await archive([['a', 'one', 12]]),
      path.join(folder, 'out'),
      (name) => name,
      () => undefined,
    ),
  ).rejects.toThrow(/packed by the unknown method 12/);
});
