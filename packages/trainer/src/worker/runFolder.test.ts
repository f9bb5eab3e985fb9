import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { checkpointPolicySchema } from '@nabla/domain';
import { ApiError, type Client, type LeaseInfo } from '@nabla/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  listCheckpoints,
  readCheckpoint,
  saveCheckpoint,
  type StoredCheckpoint,
} from '../checkpoint/checkpointStore.ts';
import { tinyConfig } from '../testing/tinyModel.ts';
import { RunFolder } from './runFolder.ts';

let root: string;
let store: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nabla-run-folder-'));
  store = join(root, 'store');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const save = (folder: string, step: number): Promise<StoredCheckpoint> =>
  saveCheckpoint(
    folder,
    {
      formatVersion: 2,
      config: tinyConfig(),
      configHash: 'c',
      base: null,
      step,
      stage: 'WARM_UP',
      counters: { warmupCursor: step, promptCursor: 0, updates: step },
      scalars: {},
      metrics: {},
      tensors: [{ name: 'weights/a', shape: [1], data: Float32Array.of(step) }],
    },
    checkpointPolicySchema.parse({ keepLast: 100 }),
  );

/** The API's store as far as a run folder needs it: `missing` steps are recorded but their artifact is gone. */
function apiWith(recorded: readonly StoredCheckpoint[], missing: readonly number[] = []) {
  const downloads: number[] = [];
  const client: Pick<Client, 'artifacts' | 'runs'> = {
    artifacts: {
      upload: () => Promise.reject(new Error('nothing is uploaded here')),
      async download(sha256: string, path: string) {
        const found = recorded.find((checkpoint) => checkpoint.sha256 === sha256);
        if (found === undefined || missing.includes(found.step)) throw new ApiError('HTTP_404', 'not found');
        downloads.push(found.step);
        await copyFile(found.path, path);
        return { sha256, bytes: found.bytes };
      },
    },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one method that is called
    runs: {
      async *checkpoints() {
        for (const { step, sha256, bytes } of recorded)
          yield { id: `chk_${step}`, step, sha256, bytes, createdAt: '', deletedAt: null };
      },
    } as unknown as Client['runs'],
  };
  return { client, downloads };
}

function leaseOf(attempt: number, runStep: number, checkpoint: StoredCheckpoint | undefined): LeaseInfo {
  const recorded =
    checkpoint === undefined
      ? null
      : { id: 'chk', step: checkpoint.step, sha256: checkpoint.sha256, bytes: checkpoint.bytes };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the fields that are read
  return { attempt, run: { id: 'run_1', step: runStep }, checkpoint: recorded } as LeaseInfo;
}

async function prepare(
  lease: LeaseInfo,
  api: ReturnType<typeof apiWith>,
  trusted = true,
): Promise<{ steps: number[]; said: string[] }> {
  const folder = new RunFolder(root, 'run_1');
  const said: string[] = [];
  const { signal } = new AbortController();
  await folder.prepare(api.client, lease, {
    trusted,
    signal,
    onMissing: (message) => void said.push(message),
  });
  return { steps: (await listCheckpoints(folder.path)).map(({ step }) => step), said };
}

describe('what a run goes on from', () => {
  it('is the recorded checkpoint, downloaded, where there is nothing local', async () => {
    const recorded = await save(store, 20);
    expect(await prepare(leaseOf(2, 25, recorded), apiWith([recorded]))).toEqual({ steps: [20], said: [] });
  });

  it('is the local one, ahead of the recorded, when nobody had the run in between', async () => {
    const folder = new RunFolder(root, 'run_1');
    await folder.setAttempt(1);
    const recorded = await save(folder.path, 20);
    await save(folder.path, 30);
    const api = apiWith([recorded]);
    expect((await prepare(leaseOf(2, 30, recorded), api)).steps).toEqual([30, 20]);
    expect(api.downloads).toEqual([]);
    expect(await folder.lastAttempt()).toBe(2);
  });

  it.each([
    ['somebody else had the run', 3, 30, true],
    ['its last records were refused', 2, 30, false],
    ['the record does not reach as far', 2, 29, true],
  ])('is not the local one when %s', async (_why, attempt, runStep, trusted) => {
    const folder = new RunFolder(root, 'run_1');
    await folder.setAttempt(1);
    const recorded = await save(folder.path, 20);
    await save(folder.path, 30);
    expect((await prepare(leaseOf(attempt, runStep, recorded), apiWith([recorded]), trusted)).steps).toEqual([
      20,
    ]);
  });

  it('is an older recorded one when the artifact of the latest is gone, which is said', async () => {
    const older = await save(store, 10);
    const newer = await save(store, 20);
    const { steps, said } = await prepare(leaseOf(2, 25, newer), apiWith([older, newer], [20]));
    expect(steps).toEqual([10]);
    expect(said).toEqual([expect.stringContaining('the recorded checkpoint of step 20')]);
  });

  it('is the beginning when there is none at all', async () => {
    expect(await prepare(leaseOf(1, 0, undefined), apiWith([]))).toEqual({ steps: [], said: [] });
  });

  it('is, for a fork, the checkpoint of another run: downloaded once, and no checkpoint of its own', async () => {
    const recorded = await save(store, 20);
    const api = apiWith([recorded]);
    const folder = new RunFolder(root, 'run_1');
    const { signal } = new AbortController();
    const file = await folder.origin(api.client, recorded, signal);
    expect((await readCheckpoint(file)).step).toBe(20);
    expect(await folder.origin(api.client, recorded, signal)).toBe(file);
    expect(api.downloads).toEqual([20]);
    expect(await listCheckpoints(folder.path)).toEqual([]);
    await expect(folder.origin(api.client, { sha256: 'f'.repeat(64) }, signal)).rejects.toMatchObject({
      code: 'HTTP_404',
    });
  });

  it('is removed with the run', async () => {
    await prepare(leaseOf(1, 0, undefined), apiWith([]));
    await new RunFolder(root, 'run_1').remove();
    expect(await readdir(join(root, 'checkpoints'))).toEqual([]);
  });
});
