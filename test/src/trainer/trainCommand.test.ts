/** `nabla train` without a server, in real processes. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConfigToYaml } from '@nabla/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nabla, signalAt } from './cliProcess.ts';
import { tinyRun } from './runs.ts';

const STEPS = 80;
const LIMIT_MS = 180_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-train-test-'));
  await writeFile(join(folder, 'run.yaml'), runConfigToYaml(tinyRun(STEPS)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The names hold step and hash: equal lists, equal weights. */
const left = async (out: string) => ({
  checkpoints: (await readdir(join(folder, out, 'checkpoints'))).filter((name) =>
    name.includes(`-${String(STEPS).padStart(8, '0')}-`),
  ),
  completions: await readFile(join(folder, out, 'completions.jsonl'), 'utf8'),
  steps: (await readFile(join(folder, out, 'metrics.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line): number => {
      const record: { step: number } = JSON.parse(line);
      return record.step;
    }),
});

describe('nabla train', () => {
  it(
    'runs to the end; Ctrl-C and kill -9 with --resume leave exactly the same',
    async () => {
      const whole = await nabla(['train', 'run.yaml', '--out', 'whole'], { cwd: folder });
      expect(whole.output).toContain(`finished after step ${STEPS}`);
      expect(whole.exitCode).toBe(0);
      const reference = await left('whole');
      expect(reference.checkpoints).toHaveLength(1);
      expect(reference.steps).toEqual(Array.from({ length: STEPS }, (_, index) => index + 1));

      const interrupted = await nabla(['train', 'run.yaml', '--out', 'stopped'], {
        cwd: folder,
        onOutput: signalAt('step 1/', 'SIGINT'),
      });
      expect(interrupted.output).toContain('nabla train --resume --out stopped');
      expect(interrupted.exitCode).toBe(130);
      const resumed = await nabla(['train', '--resume', '--out', 'stopped'], { cwd: folder });
      expect(resumed.exitCode, resumed.output).toBe(0);
      expect(await left('stopped')).toEqual(reference);

      const killed = await nabla(['train', 'run.yaml', '--out', 'killed'], {
        cwd: folder,
        onOutput: signalAt('step 1/', 'SIGKILL'),
      });
      expect(killed.exitCode).toBe('SIGKILL');
      const again = await nabla(['train', '--resume', '--out', 'killed'], { cwd: folder });
      expect(again.exitCode, again.output).toBe(0);
      expect(await left('killed')).toEqual(reference);
    },
    LIMIT_MS,
  );

  it(
    'goes back to an earlier checkpoint, and names those there are when it is asked for another',
    async () => {
      const unknown = await nabla(['train', '--resume', '3', '--out', 'whole'], { cwd: folder });
      expect(unknown.exitCode).toBe(2);
      expect(unknown.output).toMatch(
        /unknown checkpoint: there is none of step 3 .*; there are those of steps 72, 80/,
      );
      const before = await left('whole');
      const back = await nabla(['train', '--resume', '72', '--out', 'whole'], { cwd: folder });
      expect(back.exitCode, back.output).toBe(0);
      expect(back.output).toContain('resuming after step 72');
      expect(await left('whole')).toEqual(before);
    },
    LIMIT_MS,
  );

  it(
    'refuses to resume under another configuration, and to overwrite a run',
    async () => {
      const other = await nabla(['train', '--resume', '--out', 'whole', '--set', 'seed=99'], { cwd: folder });
      expect([other.exitCode, other.output]).toEqual([
        2,
        expect.stringContaining('a run keeps its configuration'),
      ]);
      const over = await nabla(['train', 'run.yaml', '--out', 'whole'], { cwd: folder });
      expect([over.exitCode, over.output]).toEqual([2, expect.stringContaining('holds a run already')]);
    },
    LIMIT_MS,
  );

  it(
    'names file and line of what is wrong with a configuration or a prompt file',
    async () => {
      await writeFile(
        join(folder, 'bad.yaml'),
        'name: bad\ntask:\n  kind: addition\npolicyGradient:\n  steps: none\n',
      );
      const bad = await nabla(['train', 'bad.yaml', '--out', 'bad'], { cwd: folder });
      expect([bad.exitCode, bad.output]).toEqual([
        2,
        expect.stringContaining('bad.yaml:5: policyGradient.steps:'),
      ]);

      await writeFile(
        join(folder, 'prompts.jsonl'),
        '{"prompt":"1+1=","answer":"2"}\n\n{"prompt":"π=","answer":"3"}\n',
      );
      const config = tinyRun(12, {
        task: { kind: 'file', path: 'prompts.jsonl' },
        warmup: undefined,
        tokenizer: { kind: 'char', alphabet: '0123456789+=' },
      });
      await writeFile(join(folder, 'file.yaml'), runConfigToYaml(config));
      const character = await nabla(['train', 'file.yaml', '--out', 'file'], { cwd: folder });
      expect([character.exitCode, character.output]).toEqual([
        1,
        expect.stringContaining('prompts.jsonl:3: '),
      ]);
      expect(character.output).toContain('π');

      await writeFile(join(folder, 'prompts.jsonl'), '{"prompt":"1+1=","answer":"2"}\nnot json\n');
      const broken = await nabla(['train', 'file.yaml', '--out', 'file2'], { cwd: folder });
      expect([broken.exitCode, broken.output]).toEqual([
        2,
        expect.stringContaining('prompts.jsonl:2: not JSON'),
      ]);
    },
    LIMIT_MS,
  );

  it(
    'teaches',
    async () => {
      const help = await nabla(['train', '--help'], { cwd: folder });
      expect(help.exitCode).toBe(0);
      expect(help.output).toContain('Examples:');
      const unknown = await nabla(['train', '--frobnicate'], { cwd: folder });
      expect([unknown.exitCode, unknown.output]).toEqual([
        2,
        expect.stringContaining("unknown option '--frobnicate'"),
      ]);
      const nothing = await nabla(['train'], { cwd: folder });
      expect([nothing.exitCode, nothing.output]).toEqual([
        2,
        expect.stringContaining('nabla train run.yaml'),
      ]);
    },
    LIMIT_MS,
  );
});
