import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { train, trainSteps, type TrainOptions } from '../index.ts';
import { planOf } from './trainOptions.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-library-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const digits = ({ completion }: { completion: string }): number => (completion.match(/\d/g) ?? []).length;

/** Six steps of a model so small that each takes milliseconds. */
const options = (more: Partial<TrainOptions> = {}): TrainOptions => ({
  config: {
    model: { kind: 'scratch', layers: 1, width: 16, heads: 2, feedForward: 32, initStd: 0.1 },
    tokenizer: { kind: 'char', alphabet: 'ab12' },
    policyGradient: { preset: 'grpo', steps: 6, promptsPerStep: 2, groupSize: 4, maxNewTokens: 3 },
    checkpoint: { everySteps: 2 },
  },
  prompts: [{ prompt: 'a' }, { prompt: 'b', answer: 1 }],
  rewards: { digits },
  ...more,
});

describe('train', () => {
  it('rewards by functions, in the caller’s process, and tells every step', async () => {
    const seen: { completion: string; answer: string | null }[] = [];
    const steps: number[] = [];
    const result = await train(
      options({
        rewards: {
          digits: {
            weight: 2,
            reward: async ({ completion, answer }) => {
              seen.push({ completion, answer });
              return Promise.resolve(digits({ completion }));
            },
          },
        },
        onStep: ({ step, completions }) => {
          steps.push(step);
          for (const { text, reward, rewards } of completions) {
            expect(reward).toBe(2 * digits({ completion: text }));
            expect(rewards).toMatchObject([
              { name: 'digits', weight: 2, value: digits({ completion: text }) },
            ]);
          }
        },
      }),
    );
    expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
    expect(seen).toHaveLength(6 * 2 * 4);
    expect(new Set(seen.map(({ answer }) => answer))).toEqual(new Set([null, '1']));
    expect(result).toMatchObject({ step: 6, isFinished: true, config: { policyGradient: { loss: 'clip' } } });
  });

  it('gives the same weights as its steps taken one by one, and saves them', async () => {
    const { weightsHash, save } = await train(options()).then((result) => ({
      weightsHash: result.weightsHash,
      save: (to: string) => result.save(to),
    }));
    const steps = trainSteps(options());
    let next = await steps.next();
    while (next.done !== true) next = await steps.next();
    expect(next.value.weightsHash).toBe(weightsHash);
    const checkpoint = await save(join(folder, 'kept'));
    expect(await readdir(join(folder, 'kept'))).toEqual([`step-00000006-${checkpoint.sha256}.ckpt`]);
    // Beside others, whatever their steps: a folder of results is nobody's run.
    const { policyGradient, ...config } = options().config;
    for (const steps of [5, 4, 3, 2]) {
      const shorter = await train(
        options({ config: { ...config, policyGradient: { ...policyGradient, steps } } }),
      );
      await shorter.save(join(folder, 'kept'));
    }
    expect(await readdir(join(folder, 'kept'))).toHaveLength(5);
  });

  it('ends a run by a signal, and goes on with it as if nothing had been', async () => {
    const whole = await train(options());
    const out = join(folder, 'run');
    const stop = new AbortController();
    const half = await train(
      options({ out, signal: stop.signal, onStep: ({ step }) => void (step === 3 && stop.abort()) }),
    );
    expect(half).toMatchObject({ step: 3, isFinished: false });
    const again: number[] = [];
    const rest = await train(options({ out, onStep: ({ step }) => void again.push(step) }));
    expect(again).toEqual([4, 5, 6]);
    expect(rest.weightsHash).toBe(whole.weightsHash);
    const lines = (await readFile(join(out, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).step)).toEqual([1, 2, 3, 4, 5, 6]);
    // All there already: nothing is computed, the same result comes out.
    expect((await train(options({ out }))).weightsHash).toBe(whole.weightsHash);
  });

  it('keeps a checkpoint of a loop that is left', async () => {
    const out = join(folder, 'run');
    for await (const { step } of trainSteps(options({ out }))) if (step === 3) break;
    const names = await readdir(join(out, 'checkpoints'));
    expect(names.sort().at(-1)).toMatch(/^step-00000003-/);
  });

  it('refuses a folder that holds another run: other settings, another function, other prompts', async () => {
    const out = join(folder, 'run');
    await train(options({ out }));
    const others: Partial<TrainOptions>[] = [
      { rewards: { digits: ({ completion }) => -digits({ completion }) } },
      { prompts: [{ prompt: 'b' }] },
      { config: { ...options().config, seed: 2 } },
    ];
    for (const other of others)
      await expect(train(options({ out, ...other }))).rejects.toThrow(/run holds another run/);
  });

  it('ends with the error of whoever listens, and with that of a reward that is never there', async () => {
    const broken = train(options({ onStep: () => Promise.reject(new Error('no room in the log')) }));
    await expect(broken).rejects.toThrow('no room in the log');
    const mute = train(options({ rewards: { digits: () => null } }));
    await expect(mute).rejects.toThrow(/not one of the 8 completions of step 1 could be rewarded/);
    const thrower = (): never => {
      throw new TypeError('the verifier is out');
    };
    await expect(train(options({ rewards: { digits: thrower } }))).rejects.toThrow(/the verifier is out/);
  });
});

describe('the options', () => {
  const failure = (more: Partial<TrainOptions>): string => {
    try {
      planOf(options(more));
    } catch (error) {
      return error instanceof RangeError ? error.message : `not a RangeError: ${String(error)}`;
    }
    return 'nothing was wrong';
  };

  it('are refused with the path and the reason of each that is wrong', () => {
    const { policyGradient, ...config } = options().config;
    expect(failure({ config: { ...config, policyGradient: { ...policyGradient, groupSize: 1 } } })).toMatch(
      /^train: config\.policyGradient\.groupSize: group_norm compares/,
    );
    expect(failure({ rewards: { 'Not a name': digits } })).toMatch(/config\.rewards\.0\.name: /);
    expect(failure({ prompts: [] })).toBe('train: prompts is empty');
    expect(failure({ prompts: [{ prompt: 'a' }, { prompt: '' }] })).toBe('train: prompts.1.prompt is empty');
    expect(failure({ config: { ...options().config, task: { kind: 'addition' } } })).toContain('not both');
  });

  it('are refused in words where a caller without types gives something else', () => {
    const given = (more: object): string => failure(more);
    expect(given({ config: undefined })).toMatch(/^train: config: is missing/);
    expect(given({ prompts: ['a'] })).toMatch(/^train: prompts\.0: is not of the form/);
    expect(given({ rewards: { one: 5 } })).toMatch(/^train: rewards\.one: is neither a function/);
    expect(given({ ouut: 'runs' })).toBe(
      'train: options: there is no option ouut; see docs/library.md for those there are',
    );
    const server = { url: 'http://localhost', apiKey: 'nbl_1', project: 'demo' };
    expect(given({ server: { ...server, key: 'x' } })).toMatch(/^train: server: there is no option key/);
    expect(given({ server: { url: 5 } })).toMatch(/^train: server/);
    expect(given({ server, signal: AbortSignal.abort(), warn: digits, onStep: digits, out: 'a' })).toBe(
      'nothing was wrong',
    );
    expect(given({ backend: 'cuda' })).toMatch(/^train: backend: is none of/);
  });

  it('make functions and prompts part of the configuration, by their hashes', () => {
    const { config } = planOf(options());
    expect(config.task).toEqual({
      kind: 'file',
      path: expect.stringMatching(/^prompts-[0-9a-f]{12}\.jsonl$/),
    });
    expect(config.rewards).toMatchObject([{ kind: 'function', name: 'digits', weight: 1 }]);
    const named = planOf(options({ rewards: { digits: { reward: digits, version: 'v2', weight: 3 } } }));
    expect(named.config.rewards).toMatchObject([{ kind: 'function', version: 'v2', weight: 3 }]);
  });

  it('put functions beside built-in rewards', () => {
    const { config } = planOf(
      options({
        config: { ...options().config, rewards: [{ kind: 'format', name: 'form', pattern: '.*' }] },
      }),
    );
    expect(config.rewards.map(({ name }) => name)).toEqual(['form', 'digits']);
  });
});

describe('docs/examples/grpo.ts', () => {
  it('runs, learns, and leaves a checkpoint', async () => {
    const script = fileURLToPath(new URL('../../../../docs/examples/grpo.ts', import.meta.url));
    const text = await readFile(script, 'utf8');
    // What the documents promise: a script of twenty lines.
    expect(text.trim().split('\n').length).toBeLessThanOrEqual(20);
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const child = spawn(process.execPath, ['--import', loader, script], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
    const rewards = output
      .trim()
      .split('\n')
      .map((line) => Number(line.split(' ')[1]));
    expect(rewards).toHaveLength(60);
    // From about 0.1 to 0.9 and more; half of that is far from chance.
    expect((rewards.at(-1) ?? 0) - (rewards[0] ?? 0)).toBeGreaterThan(0.4);
    expect(await readdir(join(folder, 'runs', 'rising'))).toEqual([
      expect.stringMatching(/^step-00000060-[0-9a-f]{64}\.ckpt$/),
    ]);
    // On wasm a step takes most of a second.
  }, 300_000);
});
