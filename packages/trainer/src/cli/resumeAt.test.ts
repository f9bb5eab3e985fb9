import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { checkpointPath } from '../checkpoint/checkpointStore.ts';
import { bringBackLater, removeLater, resumeAt } from './resumeAt.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-resume-at-'));
  for (const step of [8, 16, 24]) await writeFile(checkpointPath(folder, step, 'a'.repeat(64)), String(step));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const steps = async (): Promise<string[]> => (await readdir(folder)).map((name) => name.slice(5, 13)).sort();
const shown = async (): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.ckpt')).map((name) => name.slice(5, 13));

it('sets later checkpoints aside until the run has begun again', async () => {
  const said: string[] = [];
  await resumeAt(folder, '8', (message) => void said.push(message));
  expect(await shown()).toEqual(['00000008']);
  expect(said).toHaveLength(2);
  // The start failed, or was killed: nothing is lost.
  await bringBackLater(folder);
  expect((await shown()).sort()).toEqual(['00000008', '00000016', '00000024']);

  await resumeAt(folder, '16', () => undefined);
  await removeLater(folder);
  await bringBackLater(folder);
  expect(await steps()).toEqual(['00000008', '00000016']);
});

it('names the checkpoints there are when asked for another, and touches none', async () => {
  await expect(resumeAt(folder, '9', () => undefined)).rejects.toThrow(
    'there is none of step 9 in ' + folder + '; there are those of steps 8, 16, 24',
  );
  await expect(resumeAt(join(folder, 'none'), '9', () => undefined)).rejects.toThrow('there is none yet');
  await bringBackLater(join(folder, 'none'));
  expect(await steps()).toEqual(['00000008', '00000016', '00000024']);
});
