import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';

import { parsePromptFile } from '@nabla/domain';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { openBackend, type Backend } from '../backend/backend.ts';
import { listCheckpoints } from '../checkpoint/checkpointStore.ts';
import { train } from '../library/train.ts';
import { CliError, EXIT } from './cliError.ts';
import { findPolicy, openPolicy, type OpenPolicy } from './policySource.ts';
import { readPrompts } from './readPrompts.ts';
import { runEval, type EvalCommandOptions } from './runEval.ts';
import { textOf } from './runSample.ts';
import { samplePrompts, type PromptSamples, type SampleSettings } from './sample.ts';

let folder: string;
/** A run of four steps of a tiny model that sorts digits. */
let run: string;
let backend: Backend;
let policy: OpenPolicy;
const options = { modelsDir: '/nonexistent', warn: () => undefined };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nabla-policy-test-'));
  run = path.join(folder, 'run');
  await train({
    config: {
      model: { kind: 'scratch', layers: 1, width: 16, heads: 2, feedForward: 32, initStd: 0.3 },
      task: { kind: 'sort_digits', length: { min: 2, max: 3 } },
      policyGradient: { steps: 4, promptsPerStep: 2, groupSize: 4, maxNewTokens: 5 },
      checkpoint: { everySteps: 2 },
    },
    out: run,
  });
  backend = await openBackend('auto');
  policy = await openPolicy(await findPolicy(run), options);
});
afterAll(async () => {
  policy.dispose();
  await rm(folder, { recursive: true, force: true });
});

const failure = (work: () => Promise<unknown>): Promise<CliError> =>
  work().then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      if (!(error instanceof CliError)) throw error;
      return error;
    },
  );

describe('the policy that somebody points at', () => {
  it('is the latest checkpoint of a run, that of a step, a file, or a folder of checkpoints', async () => {
    const [latest, earlier] = await listCheckpoints(path.join(run, 'checkpoints'));
    const file = async (given: string, step?: number) => {
      const source = await findPolicy(given, { step });
      return source.kind === 'checkpoint' ? source.file : source;
    };
    expect(await file(run)).toBe(latest?.path);
    expect(await file(run, 2)).toBe(earlier?.path);
    expect(await file(path.join(run, 'checkpoints'))).toBe(latest?.path);
    expect(await file(earlier?.path ?? '')).toBe(earlier?.path);
    expect(policy.step).toBe(4);
    // Prompt files that the run's configuration names are looked for where they were.
    expect((await findPolicy(latest?.path ?? '')).baseFolder).toBe(run);
  });

  it('is a directory with config.json, or a name on the hub', async () => {
    const model = path.join(folder, 'model');
    await mkdir(model);
    await writeFile(path.join(model, 'config.json'), '{}');
    expect(await findPolicy(model)).toMatchObject({ kind: 'hugging_face', source: model });
    expect(await findPolicy('Qwen/Qwen2.5-0.5B')).toMatchObject({
      kind: 'hugging_face',
      source: 'Qwen/Qwen2.5-0.5B',
    });
  });

  it('takes no other base than the one it was trained on: a model from scratch has none', async () => {
    const source = await findPolicy(run);
    const { message } = await failure(() => openPolicy(source, { ...options, base: folder }));
    expect(message).toContain('this one is from scratch');
  });

  it('or else the message says what there is', async () => {
    expect((await failure(() => findPolicy(run, { step: 3 }))).message).toMatch(
      /no checkpoint of step 3; there are those of steps 2, 4$/,
    );
    expect((await failure(() => findPolicy(path.join(folder, 'nowhere')))).message).toContain('is not there');
    expect((await failure(() => findPolicy(folder))).message).toContain('holds neither a run');
    const empty = path.join(folder, 'empty');
    await mkdir(path.join(empty, 'checkpoints'), { recursive: true });
    await copyFile(path.join(run, 'run.json'), path.join(empty, 'run.json'));
    expect((await failure(() => findPolicy(empty))).message).toContain('holds no checkpoint yet');
    const damaged = path.join(folder, 'damaged.ckpt');
    await writeFile(damaged, 'NABLACK1 and nothing more');
    const source = await findPolicy(damaged);
    expect((await failure(() => openPolicy(source, options))).exitCode).toBe(EXIT.usage);
  });
});

describe('sampling', () => {
  const settings = (more: Partial<SampleSettings> = {}): SampleSettings => ({
    count: 4,
    maxNewTokens: 5,
    temperature: 1,
    topK: null,
    topP: null,
    minP: null,
    greedy: false,
    seed: 1,
    ...more,
  });
  const draw = async (
    prompts: readonly string[],
    more: Partial<SampleSettings> = {},
  ): Promise<PromptSamples[]> => {
    const found: PromptSamples[] = [];
    for await (const one of samplePrompts(backend, policy, prompts, settings(more))) found.push(one);
    return found;
  };

  it('gives the completions of every prompt, the same for the same seed', async () => {
    // More than one batch of 32 rows.
    const prompts = Array.from({ length: 12 }, (_, index) => `${index % 10}${(index * 7) % 10}>`);
    const first = await draw(prompts);
    expect(first.map(({ text }) => text)).toEqual(prompts);
    expect(first.every(({ completions }) => completions.length === 4)).toBe(true);
    expect(await draw(prompts)).toEqual(first);
    expect(await draw(prompts, { seed: 2 })).not.toEqual(first);
  });

  it('adds the tokens’ log-probabilities up, and leaves the end-of-sequence token out of the text', async () => {
    for (const { text, logp, tokens, tokenCount, truncated } of (await draw(['31>']))[0]?.completions ?? []) {
      expect(tokens).toHaveLength(tokenCount);
      // The same numbers, added in the same order.
      expect(tokens.reduce((sum, token) => sum + token.logp, 0)).toBe(logp);
      expect(truncated ? tokens.length : tokens.at(-1)?.piece).toBe(truncated ? 5 : '<eos>');
      expect(
        tokens
          .slice(0, truncated ? undefined : -1)
          .map(({ piece }) => piece)
          .join(''),
      ).toBe(text);
    }
  });

  it('draws nothing when greedy, nor with one token to choose from', async () => {
    const texts = (found: PromptSamples[]) => new Set(found[0]?.completions.map(({ text }) => text));
    const greedy = texts(await draw(['31>'], { greedy: true }));
    expect(greedy.size).toBe(1);
    expect(texts(await draw(['31>'], { topK: 1 }))).toEqual(greedy);
    // Nearly flat at this temperature: four completions of up to five tokens are never all alike.
    expect(texts(await draw(['31>'], { temperature: 5 })).size).toBeGreaterThan(1);
  });

  it('refuses a prompt that does not fit, or has a character that the model does not know', async () => {
    expect((await failure(() => draw(['1>', '1?>']))).message).toMatch(/^prompt 2: character "\?"/);
    expect((await failure(() => draw(['1>'.repeat(3000)]))).message).toMatch(
      /has 6001 tokens; with 5 new ones/,
    );
  });

  it('is printed with log-probabilities, and every token where it is asked for', () => {
    const samples: PromptSamples = {
      prompt: 0,
      text: '31>',
      completions: [
        {
          index: 0,
          text: '1\n3',
          tokenCount: 2,
          truncated: true,
          logp: -1.25,
          tokens: [
            { id: 1, piece: '1', logp: -0.25 },
            { id: 2, piece: '\n', logp: -1 },
          ],
        },
      ],
    };
    expect(textOf(samples, true).split('\n')).toEqual([
      '> 31>',
      '  1. 1',
      '     3',
      '     log-probability -1.250, 2 tokens, cut off at the bound',
      '         -0.250  "1"',
      '         -1.000  "\\n"',
      '',
    ]);
  });
});

describe('prompts', () => {
  const stdin = (text: string) => Readable.from([text]);

  it('come from the command line, a file, or stdin: lines or JSONL', async () => {
    const file = path.join(folder, 'p.txt');
    await writeFile(file, 'one\n\ntwo\n');
    const texts = async (given: Parameters<typeof readPrompts>[0], input = '') =>
      (await readPrompts(given, stdin(input))).map(({ text }) => text);
    expect(await texts({ prompt: ['a'] }, 'not read')).toEqual(['a']);
    expect(await texts({ prompt: ['a'], prompts: file })).toEqual(['a', 'one', 'two']);
    expect(await texts({ prompt: [] }, '{"prompt":"x"}\n{"prompt":"y"}\n')).toEqual(['x', 'y']);
    expect(await texts({ prompt: [], prompts: '-' }, 'x\n')).toEqual(['x']);
  });

  it('that are not there are asked for', async () => {
    const terminal = Object.assign(stdin(''), { isTTY: true });
    expect((await failure(() => readPrompts({ prompt: [] }, terminal))).message).toContain('--prompt');
    expect((await failure(() => readPrompts({ prompt: [] }, stdin('\n')))).message).toBe(
      'stdin holds no prompt',
    );
    const broken = stdin('{"prompt":"x"}\n{"prompt":3}\n');
    expect((await failure(() => readPrompts({ prompt: [] }, broken))).message).toMatch(/^stdin:2: /);
  });
});

describe('evaluating', () => {
  const evaluate = async (more: Partial<EvalCommandOptions> = {}): Promise<string> => {
    let output = '';
    const [out, err] = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
    out.mockImplementation((text) => ((output += String(text)), true));
    err.mockImplementation(() => true);
    try {
      await runEval(run, {
        prompts: [],
        task: [],
        reward: [],
        samples: 1,
        passAt: [],
        temperature: 1,
        seed: 1,
        backend: 'auto',
        models: '/nonexistent',
        ...more,
      });
    } finally {
      out.mockRestore();
      err.mockRestore();
    }
    return output;
  };

  it('measures other draws of the run’s task, the same for the same seed', async () => {
    const output = await evaluate({ json: true, count: 10 });
    const { metrics, step } = JSON.parse(output);
    expect(step).toBe(4);
    expect(metrics['eval/held_out/accuracy']).toBeGreaterThanOrEqual(0);
    const again = JSON.parse(await evaluate({ json: true, count: 10 }));
    delete metrics['time/evaluation_ms'];
    expect(again.metrics).toMatchObject(metrics);
  });

  it('prints a row for each set, and keeps the completions', async () => {
    const [file, kept] = [path.join(folder, 'Held-out 1.jsonl'), path.join(folder, 'kept.jsonl')];
    await writeFile(file, '{"prompt":"21>","answer":"12"}\n{"prompt":"43>","answer":"34"}\n');
    const output = await evaluate({
      prompts: [file],
      task: ['sort_digits'],
      count: 8,
      samples: 3,
      passAt: [1, 3],
      out: kept,
    });
    const [header, first, second, ...rest] = output.trimEnd().split('\n');
    expect(header?.trim().split(/ {2,}/)).toEqual([
      'set',
      'prompts',
      'samples',
      'accuracy',
      'reward',
      'pass@1',
      'pass@3',
      'tokens',
    ]);
    expect(first).toMatch(/^held_out_1 +2 +3 +[01]\.\d{3} /);
    expect(second).toMatch(/^sort_digits +8 +3 /);
    expect(rest).toEqual([]);
    // One greedy completion and three samples of each of ten prompts.
    const { readFile } = await import('node:fs/promises');
    const lines = (await readFile(kept, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(10 * 4);
    expect(parsePromptFile(await readFile(file, 'utf8')).errors).toEqual([]);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      evaluationSet: 'held_out_1',
      promptText: '21>',
      answer: '12',
    });
  });

  it('goes by other rewards than the run’s where they are asked for', async () => {
    const output = JSON.parse(
      await evaluate({
        json: true,
        count: 4,
        reward: ['{kind: length, name: short, target: 1, tolerance: 100}'],
      }),
    );
    // Between 1 − 4/100 (five tokens) and 1.
    expect(output.metrics['eval/held_out/reward_mean']).toBeGreaterThanOrEqual(0.96);
  });

  it('says which option is wrong', async () => {
    const message = async (more: Partial<EvalCommandOptions>) =>
      (await failure(() => evaluate(more))).message;
    expect(await message({ passAt: [4], samples: 2 })).toMatch(/^--pass-at: pass@4 needs at least 4 samples/);
    expect(await message({ reward: ['nonsense'] })).toMatch(/^--reward kind: /);
    expect(await message({ task: ['{digits: 3}'] })).toContain("'{kind: …}'");
    expect(await message({ task: ['addition'] })).toContain(
      'is not in the tokenizer’s alphabet'.replace('’', "'"),
    );
    expect(await message({ prompts: [path.join(folder, 'nowhere.jsonl')] })).toContain('cannot be read');
  });
});
