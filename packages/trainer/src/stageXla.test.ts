import type { RunConfigInput } from '@nabla/domain';
import { describe, expect, it } from 'vitest';

import type { XlaKind, XlaWork } from './backend/xla.ts';
import { decodingOf, drawingsOf } from './evaluation/drawings.ts';
import { evaluationsOf, isEvaluationDue } from './evaluation/runEvaluator.ts';
import {
  decodeWork,
  evaluationUsesXla,
  policyUsesXla,
  policyWork,
  warmupUsesXla,
  warmupWork,
} from './stageXla.ts';
import { tinyConfig } from './testing/tinyModel.ts';

const BATCH = { promptsPerStep: 4, groupSize: 16, maxNewTokens: 10 };
const workOf = (kind: XlaKind, work: readonly XlaWork[]) => work.find((each) => each.kind === kind);
const policy = (
  choices: Partial<RunConfigInput['policyGradient']>,
  longest = 6,
  over: Partial<RunConfigInput> = {},
) => policyWork(tinyConfig({ policyGradient: { steps: 50, ...BATCH, ...choices }, ...over }), longest);

describe('policyWork', () => {
  it('is one decoding, one update and one score a step', () => {
    expect(policy({})).toEqual([
      // 4 prompts of 6 tokens are read once, 64 rows draw 10 each; 64 rows may become 16.
      { kind: 'decode', calls: 50, passes: 10, tokens: 4 * 6 + 640, shapes: 2 },
      { kind: 'update', calls: 50, passes: 1, tokens: 64 * 16, shapes: 1 },
      { kind: 'score', calls: 50, passes: 1, tokens: 64 * 16, shapes: 1 },
    ]);
  });

  it('counts mini-batches, inner epochs, and the pieces that memory asks for', () => {
    const work = policy({ loss: 'clip', innerEpochs: 3, miniBatches: 2, microBatchSize: 12 });
    // 50 steps · 3 epochs · 2 mini-batches of 32 rows, each in 3 pieces of at most 12.
    expect(workOf('update', work)).toMatchObject({ calls: 900, tokens: 12 * 16 });
    // 64 rows in 6 pieces.
    expect(workOf('score', work)).toMatchObject({ calls: 300, tokens: 12 * 16 });
  });

  it('counts shapes: widths of prompts, and the smaller rounds of dynamic sampling', () => {
    // 200, 100 and 50 tokens.
    expect(policy({}, 200).map(({ shapes }) => shapes)).toEqual([6, 3, 3]);
    const sampled = policy({ loss: 'clip', dynamicSampling: { maxRounds: 3 } }, 200);
    expect(sampled.map(({ shapes }) => shapes)).toEqual([12, 3, 3]);
  });

  it('scores only in steps that are recorded', () => {
    const work = policy({}, 6, { record: { completionsEverySteps: 20 } });
    expect(workOf('score', work)?.calls).toBe(3); // steps 1, 21 and 41
  });
});

describe('warmupWork', () => {
  it('is an update a step, of prompts and answers in few widths', () => {
    const warmup = { ...tinyConfig().warmup, steps: 7, batchSize: 5 };
    const { optimizer } = tinyConfig({ warmup: { steps: 1 } }).warmup ?? {};
    if (!optimizer) throw new Error('no warm-up');
    expect(warmupWork({ ...warmup, optimizer }, { longest: 70, longestAnswer: 20 })).toEqual([
      { kind: 'update', calls: 7, passes: 1, tokens: 5 * 90, shapes: 2 }, // 70 and 35 tokens by 20
    ]);
  });
});

describe('evaluations', () => {
  const config = tinyConfig({
    warmup: { steps: 2, batchSize: 8 },
    policyGradient: { steps: 6, promptsPerStep: 4, groupSize: 4, maxNewTokens: 5 },
    evaluation: {
      everySteps: 3,
      sets: [
        { name: 'one', prompts: 20 },
        { name: 'two', prompts: 40 },
        { name: 'sampled', prompts: 3, samples: 24 },
      ],
    },
  });
  const sets = (config.evaluation?.sets ?? []).map((set) => ({
    config: set,
    task: config.task,
    prompts: Array.from({ length: set.prompts }, () => ({ text: '1', answer: '1', ids: [1, 2, 3] })),
  }));
  const bounds = { model: { maxTokens: 64 }, maxNewTokens: 5, rowsAtATime: 16 };

  it('are as many as come to pass', () => {
    const due = Array.from({ length: 8 }, (_, step) => isEvaluationDue(config, step + 1, 8));
    expect(due.filter(Boolean)).toHaveLength(evaluationsOf(config));
    expect(evaluationsOf(config)).toBe(3); // steps 3, 6 and 8
    expect(evaluationsOf(tinyConfig())).toBe(0);
  });

  it('share what is compiled where sampler and shape are the same', () => {
    const decoding = decodingOf(drawingsOf(sets, bounds, true), 5);
    expect(
      decoding.map(({ calls, prompts, groupSize, shapes }) => [calls, prompts, groupSize, shapes]),
    ).toEqual([
      [2 + 3, 16, 1, 1], // greedy: 20 and 40 prompts, 16 at a time
      [1, 3, 1, 1], // greedy: three prompts
      [3 * 2, 1, 16, 1], // 24 samples of one prompt at a time, in two calls
    ]);
    expect(decoding.map((each) => decodeWork(each).tokens)).toEqual([16 * 3 + 80, 9 + 15, 3 + 80]);
  });

  it('have few widths of prompts under XLA', () => {
    const long = sets.map((set, index) => ({
      ...set,
      prompts: set.prompts.map((prompt) => ({
        ...prompt,
        ids: Array.from({ length: [40, 90, 33][index] ?? 1 }, () => 1),
      })),
    }));
    const widths = (xla: boolean) =>
      drawingsOf(long, { ...bounds, model: { maxTokens: 512 } }, xla).map(({ width }) => width);
    expect(widths(true)).toEqual([45, 90, 45, 45]); // the longest and its half
    expect(widths(false)).toEqual([48, 96, 48, 48]); // multiples of 16
  });
});

describe('each stage', () => {
  const native = { kind: 'native', device: 'cpu' } as const;
  const model = { architecture: { layers: 4, width: 128 } };
  const pairs = { longest: 8, longestAnswer: 8 };
  const long = tinyConfig({
    warmup: { steps: 100_000 },
    policyGradient: { steps: 100_000, ...BATCH },
    evaluation: { everySteps: 1, sets: [{ name: 'a' }] },
  });
  const short = tinyConfig({ ...long, warmup: { steps: 2 }, policyGradient: { steps: 2, ...BATCH } });
  const drawing = [{ calls: 1, prompts: 64, groupSize: 1, promptTokens: 8, completionTokens: 10, shapes: 1 }];

  function answers(
    config: typeof long,
    backend: { kind: 'native' | 'wasm'; device: 'cpu' | 'gpu' } = native,
  ) {
    const [logged, warned]: [string[], string[]] = [[], []];
    const parts = {
      config,
      backend,
      model,
      log: (message: string) => void logged.push(message),
      warn: (message: string) => void warned.push(message),
    };
    const { warmup } = config;
    if (!warmup) throw new Error('no warm-up');
    const uses = [
      warmupUsesXla({ ...parts, warmup, pairs }),
      policyUsesXla({ ...parts, prompts: { longest: 8 } }),
      evaluationUsesXla({ ...parts, drawing, evaluations: evaluationsOf(config) }),
    ];
    return { uses, logged, warned };
  }

  it('decides by its own counts, and says so once', () => {
    const { uses, logged, warned } = answers(long);
    expect([uses, warned]).toEqual([[true, true, true], []]);
    expect(logged).toEqual([
      expect.stringMatching(/^XLA compiles the warm-up: .* to gain over 100000 steps, .* to compile$/),
      expect.stringMatching(/^XLA compiles the policy gradient: .* over 100000 steps/),
      expect.stringMatching(/^XLA compiles the evaluation: .* over 200000 evaluations/),
    ]);
    // One long stage makes no other one long.
    const mixed = tinyConfig({
      ...long,
      warmup: { steps: 2 },
      evaluation: { everySteps: 90_000, sets: [{ name: 'a' }] },
    });
    expect(answers(mixed).uses).toEqual([false, true, false]);
    expect(answers(short).logged[0]).toMatch(/^XLA does not compile the warm-up: .*: not worth it$/);
  });

  it('does as the configuration says, and warns where it cannot', () => {
    expect(answers({ ...short, xla: 'on' }).uses).toEqual([true, true, true]);
    expect(answers({ ...long, xla: 'off' })).toEqual({ uses: [false, false, false], logged: [], warned: [] });
    const onWasm = { kind: 'wasm', device: 'cpu' } as const;
    expect(answers(long, onWasm)).toEqual({ uses: [false, false, false], logged: [], warned: [] });
    const wasm = answers({ ...long, xla: 'on' }, onWasm);
    expect(wasm.uses).toEqual([false, false, false]);
    expect([wasm.logged, wasm.warned.length]).toEqual([[], 3]);
    expect(wasm.warned[0]).toBe(
      'XLA does not compile the warm-up: XLA needs the native backend, this one is wasm',
    );
  });
});
