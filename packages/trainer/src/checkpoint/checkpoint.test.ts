import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { checkpointPolicySchema, type CheckpointPolicy } from '@nabla/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { SessionState } from '../sessionState.ts';
import { tinyConfig } from '../testing/tinyModel.ts';
import { CheckpointError } from './checkpointError.ts';
import { readCheckpointFile, writeCheckpointFile } from './checkpointFile.ts';
import { listCheckpoints, removeUnfinished, restoreLatest, saveCheckpoint } from './checkpointStore.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-checkpoint-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const state = (step: number, configHash = 'c0ffee', score = step / 3): SessionState => ({
  formatVersion: 2,
  config: tinyConfig({ name: 'checkpoint' }),
  configHash,
  base: { source: './model', sha256: 'ba5e' },
  step,
  stage: 'POLICY_GRADIENT',
  counters: { warmupCursor: 640, promptCursor: step * 8, updates: step },
  // Doubles that only survive when every digit is written.
  scalars: { baseline: 0.1 + 0.2, beta: 5e-324 },
  metrics: { 'reward/mean': score },
  tensors: [
    // Values that only survive a bitwise copy, an empty tensor, and a view into a larger buffer.
    {
      name: 'weights/a',
      shape: [2, 3],
      data: Float32Array.of(step, -0, 1e-45, Number.NaN, Number.POSITIVE_INFINITY, 0.1),
    },
    { name: 'weights/empty', shape: [0], data: new Float32Array(0) },
    { name: 'm/a', shape: [3], data: Float32Array.of(9, 1, 2, 3, 9).subarray(1, 4) },
  ],
});

const keep = (keepLast: number, more: Partial<CheckpointPolicy> = {}): CheckpointPolicy =>
  checkpointPolicySchema.parse({ keepLast, ...more });

describe('a checkpoint file', () => {
  it('gives the state back bit by bit, and the same state makes the same file', async () => {
    const first = await writeCheckpointFile(join(folder, 'a'), state(7));
    const second = await writeCheckpointFile(join(folder, 'b'), state(7));
    expect(second).toEqual(first);
    expect((await readFile(join(folder, 'a'))).length).toBe(first.bytes);
    expect(await readCheckpointFile(join(folder, 'a'), first.sha256)).toEqual(state(7));
    expect((await writeCheckpointFile(join(folder, 'c'), state(8))).sha256).not.toBe(first.sha256);
  });

  it('that is cut at any length or changed at any byte is refused as damaged', async () => {
    const path = join(folder, 'a');
    const { sha256, bytes } = await writeCheckpointFile(path, state(7));
    const content = await readFile(path);
    const refused = async (): Promise<void> => {
      await expect(readCheckpointFile(path, sha256)).rejects.toMatchObject({
        name: 'CheckpointError',
        code: 'DAMAGED',
      });
    };
    for (let length = 0; length < bytes; length += 37) {
      await writeFile(path, content.subarray(0, length));
      await refused();
    }
    for (let position = 0; position < bytes; position += 41) {
      const changed = Buffer.from(content);
      changed.writeUInt8(changed.readUInt8(position) ^ 1, position);
      await writeFile(path, changed);
      await refused();
    }
  });

  it('that is not there is told apart', async () => {
    await expect(readCheckpointFile(join(folder, 'none'), 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the store', () => {
  it('keeps the last ones, lists the latest first, and restores the latest', async () => {
    for (const step of [5, 10, 15, 100]) await saveCheckpoint(folder, state(step), keep(2));
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([100, 15]);
    expect((await restoreLatest(folder, 'c0ffee', () => undefined))?.state).toEqual(state(100));
  });

  it('keeps every n-th and the best for good, and what cannot be read is not the best', async () => {
    const policy = keep(1, { keepEvery: 10, keepBest: 2 });
    const scores: [number, number][] = [
      [4, 0.9],
      [5, 0.7],
      [10, 0.1],
      [15, 0.8],
      [20, 0.2],
      [21, 0.3],
    ];
    for (const [step, score] of scores) await saveCheckpoint(folder, state(step, 'c0ffee', score), policy);
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([21, 20, 15, 10, 4]);
    const best = (await listCheckpoints(folder)).find(({ step }) => step === 4);
    await truncate(best?.path ?? '', 20);
    await saveCheckpoint(folder, state(22, 'c0ffee', 0.25), policy);
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([22, 21, 20, 15, 10]);
  });

  it('passes over a damaged one, once and with notice', async () => {
    await saveCheckpoint(folder, state(5), keep(3));
    const latest = await saveCheckpoint(folder, state(10), keep(3));
    await truncate(latest.path, latest.bytes - 1);
    const said: string[] = [];
    expect((await restoreLatest(folder, 'c0ffee', (message) => said.push(message)))?.state.step).toBe(5);
    expect(said).toEqual([expect.stringContaining('is damaged')]);
    expect((await restoreLatest(folder, 'c0ffee', (message) => said.push(message)))?.state.step).toBe(5);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('the one before is used');
    const [only] = await listCheckpoints(folder);
    await truncate(only?.path ?? '', 100);
    expect(await restoreLatest(folder, 'c0ffee', (message) => said.push(message))).toBeUndefined();
    expect(said[1]).toContain('there is none before it');
  });

  it('refuses one of another configuration instead of going further back', async () => {
    await saveCheckpoint(folder, state(5), keep(3));
    await saveCheckpoint(folder, state(10, 'another'), keep(3));
    const failed = restoreLatest(folder, 'c0ffee', () => undefined);
    await expect(failed).rejects.toThrow(CheckpointError);
    await expect(failed).rejects.toMatchObject({ code: 'CONFIG_MISMATCH' });
  });

  it('has nothing to restore in a folder that is empty or not there', async () => {
    expect(await restoreLatest(folder, 'c0ffee', () => undefined)).toBeUndefined();
    expect(await restoreLatest(join(folder, 'missing'), 'c0ffee', () => undefined)).toBeUndefined();
  });

  // Writing to /dev/full fails as writing to a full disk does; where the system has none there is nothing to test with.
  it.runIf(existsSync('/dev/full'))(
    'leaves what there is as it was when the disk is full, and goes on when there is room',
    async () => {
      const before = await saveCheckpoint(folder, state(5), keep(1));
      await symlink('/dev/full', join(folder, `.aside-${process.pid}`));
      await expect(saveCheckpoint(folder, state(10), keep(1))).rejects.toMatchObject({ code: 'ENOSPC' });
      expect(await readdir(folder)).toEqual([basename(before.path)]);
      expect((await restoreLatest(folder, 'c0ffee', () => undefined))?.state).toEqual(state(5));
      await saveCheckpoint(folder, state(10), keep(1));
      expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([10]);
    },
  );

  it('never shows an unfinished file, and clears it away', async () => {
    await saveCheckpoint(folder, state(5), keep(3));
    await writeFile(join(folder, '.aside-123'), 'half a checkpoint');
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([5]);
    await removeUnfinished(folder);
    expect((await readdir(folder)).filter((name) => name.startsWith('.aside'))).toEqual([]);
  });
});
