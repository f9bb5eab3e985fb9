import { cp, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SpoolFullError } from '../errors.ts';
import { faultyFileSystem } from '../testing/faultyFileSystem.ts';
import type { SpoolDamage } from './segments.ts';
import { Spool, type SpoolOptions } from './spool.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nabla-spool-test-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const bounds = { maxBytes: 1024 * 1024, maxRecords: 1000 };
const bytes = (text: string): Uint8Array => Buffer.from(text);
const open = (options: Partial<SpoolOptions> = {}): Promise<Spool> =>
  Spool.open({ folder: join(root, 's'), ...options });

/** Everything that waits, acknowledged on the way. */
async function drain(spool: Spool, batchBounds = bounds): Promise<string[]> {
  const texts: string[] = [];
  for (
    let batch = await spool.readBatch(batchBounds);
    batch !== undefined;
    batch = await spool.readBatch(batchBounds)
  ) {
    texts.push(...batch.payloads.map((payload) => Buffer.from(payload).toString()));
    await spool.acknowledge(batch);
  }
  return texts;
}

describe('Spool', () => {
  it('gives back what was appended, in order, over segments and batches of any size', async () => {
    const spool = await open({ segmentBytes: 100 });
    const texts = Array.from({ length: 60 }, (_, index) => `record ${index} ${'x'.repeat(index)}`);
    for (const text of texts) await spool.append(bytes(text));
    expect(spool.pendingRecords).toBe(60);
    // A batch bound below one record's size still makes progress, one record at a time.
    expect(await drain(spool, { maxBytes: 10, maxRecords: 7 })).toEqual(texts);
    expect(spool.pendingRecords).toBe(0);
    expect(spool.pendingBytes).toBe(0);
    await spool.close();
  });

  it('reads an unacknowledged batch again after a restart, an acknowledged one never', async () => {
    const first = await open();
    for (const text of ['a', 'b', 'c', 'd']) await first.append(bytes(text));
    const batch = await first.readBatch({ ...bounds, maxRecords: 2 });
    if (batch === undefined) throw new Error('no batch');
    await first.acknowledge(batch);
    await first.readBatch({ ...bounds, maxRecords: 1 });
    await first.close();

    const second = await open();
    expect(second.pendingRecords).toBe(2);
    expect(await drain(second)).toEqual(['c', 'd']);
    await second.close();
    const third = await open();
    expect(await drain(third)).toEqual([]);
    await third.append(bytes('e'));
    expect(await drain(third)).toEqual(['e']);
    await third.close();
  });

  it('shares one flush between appends that wait together', async () => {
    const { fs, faults } = faultyFileSystem();
    const spool = await open({ fileSystem: fs });
    await spool.append(bytes('opens the segment'));
    const before = faults.syncs;
    await Promise.all(Array.from({ length: 50 }, (_, index) => spool.append(bytes(`record ${index}`))));
    // The first of them is flushed alone, for the others arrive while that is under way; these then share one flush.
    expect(faults.syncs - before).toBeLessThanOrEqual(2);
    expect(await drain(spool)).toHaveLength(51);
    await spool.close();
  });

  it('removes segments that are acknowledged', async () => {
    const spool = await open({ segmentBytes: 50 });
    for (let index = 0; index < 20; index++) await spool.append(bytes(`record number ${index}`));
    const segments = async (): Promise<string[]> =>
      (await readdir(spool.folder)).filter((name) => name.endsWith('.seg'));
    expect((await segments()).length).toBeGreaterThan(5);
    await drain(spool);
    expect((await segments()).length).toBe(1);
    await spool.close();
  });
});

describe('a crash', () => {
  /** Three records in a file; the crash is a copy of it cut after `length` bytes. */
  async function written(): Promise<{
    folder: string;
    file: string;
    content: Buffer;
    ends: number[];
    texts: string[];
  }> {
    const folder = join(root, 'written');
    const spool = await Spool.open({ folder });
    const texts = ['first', 'second record, a bit longer', ''];
    const file = join(folder, '00000001.seg');
    const ends: number[] = [];
    for (const text of texts) {
      await spool.append(bytes(text));
      ends.push((await readFile(file)).length);
    }
    await spool.close();
    return { folder, file, content: await readFile(file), ends, texts };
  }

  it('at any byte leaves the whole records and cuts the torn one, with notice', async () => {
    const { folder, content, ends, texts } = await written();
    for (let length = 0; length <= content.length; length++) {
      const copy = join(root, `cut-${length}`);
      await cp(folder, copy, { recursive: true });
      await truncate(join(copy, '00000001.seg'), length);
      const damage: SpoolDamage[] = [];
      const spool = await Spool.open({ folder: copy, onDamage: (found) => damage.push(found) });
      const whole = ends.filter((end) => end <= length).length;
      const clean = length === 0 || length === 8 || ends.includes(length);
      expect(damage.length, `cut at ${length}`).toBe(clean ? 0 : 1);
      await spool.append(bytes('after'));
      expect(await drain(spool), `cut at ${length}`).toEqual([...texts.slice(0, whole), 'after']);
      await spool.close();
      await rm(copy, { recursive: true });
    }
  });

  it('is noticed at any changed byte', async () => {
    const { folder, content, ends, texts } = await written();
    for (let position = 0; position < content.length; position++) {
      const copy = join(root, `flip-${position}`);
      await cp(folder, copy, { recursive: true });
      const changed = Buffer.from(content);
      changed.writeUInt8(changed.readUInt8(position) ^ 0x41, position);
      await writeFile(join(copy, '00000001.seg'), changed);
      const damage: SpoolDamage[] = [];
      const spool = await Spool.open({ folder: copy, onDamage: (found) => damage.push(found) });
      const whole = position < 8 ? 0 : ends.filter((end) => end <= position).length;
      expect(damage, `byte ${position}`).toHaveLength(1);
      expect(await drain(spool), `byte ${position}`).toEqual(texts.slice(0, whole));
      await spool.close();
      await rm(copy, { recursive: true });
    }
  });

  it('does not take a tail of zeros for records', async () => {
    const { folder, content, texts } = await written();
    await writeFile(join(folder, '00000001.seg'), Buffer.concat([content, Buffer.alloc(64)]));
    const damage: SpoolDamage[] = [];
    const spool = await Spool.open({ folder, onDamage: (found) => damage.push(found) });
    expect(damage).toMatchObject([{ offset: content.length, lostBytes: 64 }]);
    expect(await drain(spool)).toEqual(texts);
    await spool.close();
  });

  it('while the position is written leaves the position before, at any byte', async () => {
    const spool = await open();
    for (const text of ['a', 'b', 'c']) await spool.append(bytes(text));
    const one = { ...bounds, maxRecords: 1 };
    const step = async (): Promise<Buffer> => {
      const batch = await spool.readBatch(one);
      if (batch === undefined) throw new Error('no batch');
      await spool.acknowledge(batch);
      return readFile(join(root, 's', 'ack'));
    };
    const before = await step();
    const after = await step();
    await spool.close();
    const changed = [...after.keys()].filter((index) => before[index] !== after[index]);
    expect(changed.length).toBeGreaterThan(4);
    for (const upTo of changed) {
      // A write that got as far as this byte: the rest is what was there before.
      const torn = Buffer.concat([after.subarray(0, upTo), before.subarray(upTo)]);
      const copy = join(root, `ack-${upTo}`);
      await cp(join(root, 's'), copy, { recursive: true });
      await writeFile(join(copy, 'ack'), torn);
      const reopened = await Spool.open({ folder: copy });
      // Which of both depends on whether the torn slot still verifies; nothing unread is ever passed over.
      expect([['b', 'c'], ['c']]).toContainEqual(await drain(reopened));
      await reopened.close();
    }
  });
});

describe('a full disk', () => {
  it('is a typed error that keeps nothing of the record, and passes when there is room', async () => {
    const { fs, faults } = faultyFileSystem();
    const spool = await open({ fileSystem: fs });
    await spool.append(bytes('before'));
    for (const freeBytes of [0, 1, 7, 8, 9, 30]) {
      faults.freeBytes = freeBytes;
      const failed = spool.append(bytes('x'.repeat(100)));
      await expect(failed).rejects.toThrow(SpoolFullError);
      await expect(failed).rejects.toMatchObject({ reason: 'disk' });
      faults.freeBytes = Infinity;
    }
    await spool.append(bytes('after'));
    await spool.close();
    const damage: SpoolDamage[] = [];
    const reopened = await open({ onDamage: (found) => damage.push(found) });
    expect(damage).toEqual([]);
    expect(await drain(reopened)).toEqual(['before', 'after']);
    await reopened.close();
  });

  it('is freed by draining: what is acknowledged gives its room back', async () => {
    const { fs, faults } = faultyFileSystem();
    const spool = await open({ fileSystem: fs });
    await spool.append(bytes('x'.repeat(1000)));
    faults.freeBytes = 0;
    await expect(spool.append(bytes('y'.repeat(500)))).rejects.toThrow(SpoolFullError);
    expect(await drain(spool)).toHaveLength(1);
    await spool.append(bytes('y'.repeat(500)));
    expect(await drain(spool)).toEqual(['y'.repeat(500)]);
    await spool.close();
  });

  it('of its own bound is told apart, and a single record is always taken', async () => {
    const spool = await open({ maxBytes: 100 });
    await spool.append(bytes('x'.repeat(400)));
    await expect(spool.append(bytes('y'))).rejects.toMatchObject({ name: 'SpoolFullError', reason: 'bound' });
    await drain(spool);
    await spool.append(bytes('y'));
    expect(await drain(spool)).toEqual(['y']);
    await spool.close();
  });

  it('fails an append whose flush failed, and loses nothing flushed before', async () => {
    const { fs, faults } = faultyFileSystem();
    const spool = await open({ fileSystem: fs });
    await spool.append(bytes('before'));
    faults.failingSyncs = 1;
    await expect(spool.append(bytes('lost'))).rejects.toThrow('cannot be written');
    await spool.append(bytes('after'));
    expect(await drain(spool)).toEqual(['before', 'after']);
    await spool.close();
  });
});
