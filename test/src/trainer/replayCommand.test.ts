/** What the command line does with checkpoints: makes one when asked, forks from one, and repeats a step from one. */
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConfigToYaml } from '@nabla/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nabla, type CliResult } from './cliProcess.ts';
import { tinyRun } from './runs.ts';

const STEPS = 26;
const LIMIT_MS = 180_000;

let folder: string;
/** Checkpoints of steps 16, 24 and 26. */
let whole: CliResult;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-replay-test-'));
  const config = tinyRun(STEPS, { checkpoint: { everySteps: 8, keepLast: 3 } });
  await writeFile(join(folder, 'run.yaml'), runConfigToYaml(config));
  await writeFile(join(folder, 'long.yaml'), runConfigToYaml(tinyRun(5000)));
  whole = await nabla(['train', 'run.yaml', '--out', 'whole'], { cwd: folder });
}, LIMIT_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

const steps = async (out: string): Promise<number[]> =>
  (await readdir(join(folder, out, 'checkpoints'))).map((name) => Number(name.slice(5, 13)));

it(
  'replays a step to the last bit, weights included where there is a checkpoint of it',
  async () => {
    expect(whole.exitCode, whole.output).toBe(0);
    const same = await nabla(['replay', 'whole', '--step', '24', '--json'], { cwd: folder });
    expect(same.exitCode, same.output).toBe(0);
    const report: unknown = JSON.parse(same.output.split('\n').find((line) => line.startsWith('{')) ?? '');
    expect(report).toMatchObject({
      step: 24,
      from: 16,
      difference: null,
      compared: { steps: 8, completions: 128, weights: true },
      unrecorded: [],
    });
    const none = await nabla(['replay', 'whole', '--step', '27'], { cwd: folder });
    expect([none.exitCode, none.output]).toEqual([2, expect.stringContaining('recorded steps 1 to 26')]);
  },
  LIMIT_MS,
);

it(
  'says in which step, completion and token a record first differs',
  async () => {
    const file = join(folder, 'whole', 'completions.jsonl');
    const record = await readFile(file, 'utf8');
    const lines = record.split('\n').map((line) => {
      if (line === '') return line;
      const completion: { step: number; index: number; tokens: { logp: number[] } } = JSON.parse(line);
      // Two differences: the earlier one is the answer.
      if (completion.step === 20 || (completion.step === 18 && completion.index === 5))
        completion.tokens.logp[0] = -0.5;
      return JSON.stringify(completion);
    });
    await writeFile(file, lines.join('\n'));
    try {
      const parted = await nabla(['replay', 'whole', '--step', '24'], { cwd: folder });
      expect(parted.exitCode, parted.output).toBe(1);
      expect(parted.output).toMatch(
        /NOT the same: they part in step 18, completion 5, token 0: logp of a token is -0\.5 in the record and -\d/,
      );
    } finally {
      await writeFile(file, record);
    }
  },
  LIMIT_MS,
);

it(
  'forks a run from a folder and a step, and refuses what does not fit before anything is started',
  async () => {
    const change = ['--set', 'policyGradient.steps=3', '--set', 'policyGradient.advantage=group_norm'];
    const fork = await nabla(['train', 'run.yaml', '--from', 'whole:24', ...change, '--out', 'fork'], {
      cwd: folder,
    });
    expect(fork.exitCode, fork.output).toBe(0);
    expect(fork.output).toContain('the warm-up is left out: the checkpoint of step 24 is past it');
    expect(fork.output).toContain('finished after step 3');
    const place: unknown = JSON.parse(await readFile(join(folder, 'fork', 'run.json'), 'utf8'));
    expect(place).toMatchObject({
      forkedFrom: { step: 24, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    // The fork stands by itself: it is repeated from its beginning though its parent is gone.
    await rm(join(folder, 'whole', 'checkpoints'), { recursive: true });
    const replayed = await nabla(['replay', 'fork', '--step', '3'], { cwd: folder });
    expect(replayed.exitCode, replayed.output).toBe(0);

    const wider = await nabla(
      ['train', 'run.yaml', '--from', 'fork', '--set', 'model.width=64', '--out', 'wider'],
      {
        cwd: folder,
      },
    );
    expect([wider.exitCode, wider.output]).toEqual([
      2,
      expect.stringContaining('model.width is 64, and the checkpoint was trained with 32'),
    ]);
    const nowhere = await nabla(['train', '--from', 'whole:24', '--out', 'nowhere'], { cwd: folder });
    expect([nowhere.exitCode, nowhere.output]).toEqual([
      2,
      expect.stringContaining('holds no checkpoint yet'),
    ]);
  },
  LIMIT_MS,
);

it(
  'forks a run without a configuration from anywhere: paths of its parent count from where the parent has them',
  async () => {
    const home = join(folder, 'home');
    await mkdir(home);
    await writeFile(
      join(home, 'prompts.jsonl'),
      '{"prompt":"1+1=","answer":"2"}\n{"prompt":"1+2=","answer":"3"}\n',
    );
    const config = tinyRun(13, { task: { kind: 'file', path: 'prompts.jsonl' } });
    await writeFile(join(home, 'run.yaml'), runConfigToYaml(config));
    const parent = await nabla(['train', 'home/run.yaml', '--out', 'parent'], { cwd: folder });
    expect(parent.exitCode, parent.output).toBe(0);
    const fork = await nabla(['train', '--from', 'parent', '--out', 'child'], { cwd: folder });
    expect(fork.exitCode, fork.output).toBe(0);
    expect(JSON.parse(await readFile(join(folder, 'child', 'run.json'), 'utf8'))).toMatchObject({
      baseFolder: home,
    });
  },
  LIMIT_MS,
);

it(
  'writes a checkpoint on SIGUSR2 and goes on; a second process on the same folder is refused',
  async () => {
    let asked = false;
    let stopped = false;
    let second: Promise<CliResult> | undefined;
    const run = await nabla(['train', 'long.yaml', '--set', 'checkpoint.everySteps=9000', '--out', 'long'], {
      cwd: folder,
      onOutput(output, signal) {
        if (!asked && output.includes('step 1/')) {
          asked = true;
          signal('SIGUSR2');
        }
        if (!output.includes('is written')) return;
        second ??= nabla(['train', '--resume', '--out', 'long'], { cwd: folder }).finally(() =>
          signal('SIGINT'),
        );
        stopped = true;
      },
    });
    expect(stopped, run.output).toBe(true);
    expect(run.exitCode, run.output).toBe(130);
    const found = (await steps('long')).sort((a, b) => a - b);
    expect(found).toHaveLength(2);
    expect(run.output).toContain(`the checkpoint of step ${found[0]} is written`);
    const refused = await second;
    expect([refused?.exitCode, refused?.output]).toEqual([
      2,
      expect.stringContaining('is in use by process'),
    ]);
  },
  LIMIT_MS,
);
