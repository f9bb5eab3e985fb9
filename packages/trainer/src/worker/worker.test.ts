import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readSettings } from './env.ts';
import { StopRequest, type StopKind } from './stopRequest.ts';
import { lockFolder, makeRewardsFolder, workerIdentity } from './workerFolder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-worker-unit-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the environment', () => {
  it('names everything that is missing or wrong', async () => {
    const failed = readSettings({ NABLA_API_URL: 'localhost', NABLA_BACKEND: 'cuda' });
    await expect(failed).rejects.toThrow(/NABLA_API_URL[\s\S]*NABLA_BACKEND/);
    await expect(readSettings({ NABLA_API_URL: 'http://a' })).rejects.toThrow('NABLA_API_KEY');
  });

  it('takes the key from a file, without its newline', async () => {
    const file = join(folder, 'key');
    await writeFile(file, 'nbl_secret\n');
    const settings = await readSettings({ NABLA_API_URL: 'http://a', NABLA_API_KEY_FILE: file });
    expect(settings).toMatchObject({ apiKey: 'nbl_secret', backend: 'auto', leaseSeconds: 30 });
    await expect(readSettings({ NABLA_API_URL: 'http://a', NABLA_API_KEY_FILE: `${file}x` })).rejects.toThrow(
      'cannot be read',
    );
  });
});

describe('the worker’s folder', () => {
  it('keeps one identity', async () => {
    const id = await workerIdentity(folder);
    expect(await workerIdentity(folder)).toBe(id);
    await writeFile(join(folder, 'worker.json'), '{}');
    await expect(workerIdentity(folder)).rejects.toThrow('remove it to begin as a new worker');
  });

  it('makes the folder of reward modules, and says why it cannot', async () => {
    const rewards = join(folder, 'data', 'rewards');
    expect(await makeRewardsFolder(rewards)).toBeNull();
    await writeFile(join(rewards, 'mine.mjs'), 'export default () => 1;');
    expect(await makeRewardsFolder(rewards)).toBeNull();
    expect(await readFile(join(rewards, 'mine.mjs'), 'utf8')).toContain('=> 1');
    expect(await makeRewardsFolder(join(rewards, 'mine.mjs'))).toContain('mine.mjs cannot be made: ');
  });

  it('is held by one process, whose end frees it', async () => {
    // The parent of this test process runs, and is another one.
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: process.ppid, startedAt: '' }));
    await expect(lockFolder(folder)).rejects.toThrow(`in use by process ${process.ppid}`);
    // The same number, begun at another moment: another process, the holder is gone.
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: process.ppid, startedAt: '1' }));
    const lock = await lockFolder(folder);
    expect(JSON.parse(await readFile(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
    await writeFile(join(folder, 'lock'), '');
    await (await lockFolder(folder)).release();
  });
});

describe('StopRequest', () => {
  it('tells those who listened before and after; a drop outranks a save, and nothing a drop', () => {
    const stop = new StopRequest();
    const early: StopKind[] = [];
    stop.listen((kind) => early.push(kind));
    const news = [
      stop.ask('save', 'shutdown'),
      stop.ask('save', 'again'),
      stop.ask('drop', 'cancelled'),
      stop.ask('save', 'too late'),
    ];
    expect(news).toEqual([true, false, true, false]);
    expect(early).toEqual(['save', 'drop']);
    expect(stop.why).toBe('cancelled');
    const late: StopKind[] = [];
    stop.listen((kind) => late.push(kind));
    expect(late).toEqual(['drop']);
  });
});
