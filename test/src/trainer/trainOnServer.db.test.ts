/** `nabla train --server`: the same command, recorded by the real API. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runConfigToYaml } from '@nabla/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nabla, signalAt } from './cliProcess.ts';
import { createFixture, type Fixture } from './fixture.ts';
import { completionLines, finalCheckpoint, tinyRun } from './runs.ts';

const STEPS = 80;
const LIMIT_MS = 180_000;

let house: Fixture;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  house = await createFixture();
  folder = await house.folder();
  env = { NABLA_API_URL: house.url, NABLA_API_KEY: house.key };
  await writeFile(join(folder, 'run.yaml'), runConfigToYaml(tinyRun(STEPS)));
});
afterAll(() => house.close());

const newestRun = async () => {
  for await (const run of house.client.runs.list({ orderBy: { field: 'CREATED_AT', direction: 'DESC' } }))
    return run;
  throw new Error('there is no run');
};

describe('nabla train --server', () => {
  it(
    'makes a run, executes it, and after Ctrl-C goes on with --resume to the same end',
    async () => {
      const whole = await nabla(['train', 'run.yaml', '--out', 'whole'], { cwd: folder, env });
      expect(whole.exitCode, whole.output).toBe(0);
      const reference = await newestRun();
      expect(reference).toMatchObject({ status: 'FINISHED', step: STEPS });

      const stopped = await nabla(['train', 'run.yaml', '--out', 'stopped'], {
        cwd: folder,
        env,
        onOutput: signalAt('step 1/', 'SIGINT'),
      });
      expect(stopped.exitCode, stopped.output).toBe(130);
      const between = await newestRun();
      expect(between.status).toBe('QUEUED');
      // It waits for the one it is reserved for: a worker that asks gets nothing.
      const { worker } = house.client;
      await worker.register({
        id: 'wrk_other',
        name: 'other',
        backend: 'wasm',
        host: 'here',
        version: '1',
        device: 'none',
      });
      expect(await worker.claim({ workerId: 'wrk_other' })).toBeNull();

      const resumed = await nabla(['train', '--resume', '--out', 'stopped'], { cwd: folder, env });
      expect(resumed.exitCode, resumed.output).toBe(0);
      const end = await house.client.runs.get(between.id);
      expect(end.status).toBe('FINISHED');
      expect(await finalCheckpoint(house.client, end)).toBe(await finalCheckpoint(house.client, reference));
      expect(await completionLines(house.client, end.id)).toEqual(
        await completionLines(house.client, reference.id),
      );
      // Nothing waits any more on this machine.
      expect(await readdir(join(folder, 'stopped', 'spool'))).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'says what a server refuses, and makes nothing of a prompt file that is broken',
    async () => {
      const key = await nabla(['train', 'run.yaml', '--out', 'k'], {
        cwd: folder,
        env: { ...env, NABLA_API_KEY: 'nbl_wrong' },
      });
      expect(key.exitCode, key.output).toBe(3);
      const project = await nabla(['train', 'run.yaml', '--out', 'p', '--project', 'none'], {
        cwd: folder,
        env,
      });
      expect([project.exitCode, project.output]).toEqual([
        3,
        expect.stringContaining('there is no project "none"'),
      ]);
      await writeFile(join(folder, 'prompts.jsonl'), 'broken\n');
      const { id } = await newestRun();
      const args = ['train', 'run.yaml', '--out', 'f', '--set', 'task={kind: file, path: prompts.jsonl}'];
      const prompts = await nabla(args, { cwd: folder, env });
      expect([prompts.exitCode, prompts.output]).toEqual([
        2,
        expect.stringContaining('prompts.jsonl:1: not JSON'),
      ]);
      expect((await newestRun()).id).toBe(id);
    },
    LIMIT_MS,
  );
});
