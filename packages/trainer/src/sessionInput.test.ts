/** @file What a run is given: prompts, rewards and states, and what of it is refused. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { PromptRecord, RunConfigInput } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openBackend, type Backend } from './backend/backend.ts';
import { createSession, type Session } from './session.ts';
import { captureState, type SessionState } from './sessionState.ts';
import type { CompletionResult, StepResult } from './stepResult.ts';
import { tinyConfig } from './testing/tinyModel.ts';

async function run(session: Session, steps: number): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (let step = 0; step < steps; step++) results.push(await session.next());
  return results;
}

describe('what a session is given', () => {
  let backend: Backend;
  let rewardsDir = '';
  beforeAll(async () => {
    backend = await openBackend('wasm');
    rewardsDir = await mkdtemp(path.join(tmpdir(), 'nabla-session-'));
    await writeFile(
      path.join(rewardsDir, 'throws.mjs'),
      "export default () => { throw new Error('no such tool'); };\n",
    );
    await writeFile(
      path.join(rewardsDir, 'huge.mjs'),
      'export default ({ completion }) => (completion.length % 3) * 1e307;\n',
    );
    await writeFile(
      path.join(rewardsDir, 'sometimes.mjs'),
      'export default ({ completion }) => completion.length % 2 === 1 ? null : completion.length;\n',
    );
  });
  afterAll(() => rm(rewardsDir, { recursive: true }));

  const open = (change: Partial<RunConfigInput>, prompts?: PromptRecord[], warmupPrompts?: PromptRecord[]) =>
    createSession({ config: tinyConfig(change), backend, prompts, warmupPrompts, rewardsDir });
  const file = { task: { kind: 'file', path: 'prompts.jsonl' } } satisfies Partial<RunConfigInput>;
  const prompt = (text: string, answer: string | null = 'ok'): PromptRecord => ({
    text,
    answer,
    metadata: null,
  });
  const noWarmup = { warmup: undefined } satisfies Partial<RunConfigInput>;
  const modules = (name: string): Partial<RunConfigInput> => ({
    ...noWarmup,
    rewards: [{ kind: 'module', name: 'own', path: name }],
  });

  it.each<[string, Partial<RunConfigInput>, PromptRecord[] | undefined, object]>([
    ['prompts that were not given', file, undefined, { code: 'INVALID_PROMPTS' }],
    [
      'a character outside the alphabet',
      file,
      [prompt('fine'), prompt('naïve')],
      {
        code: 'UNKNOWN_CHARACTER',
        place: { promptIndex: 1 },
        message: expect.stringMatching(/the prompt of prompt 1: character "ï" .* position 2/),
      },
    ],
    [
      'one in an answer',
      file,
      [prompt('fine', 'ø')],
      {
        code: 'UNKNOWN_CHARACTER',
        place: { promptIndex: 0 },
        message: expect.stringContaining('the answer of prompt 0'),
      },
    ],
    [
      'a missing answer',
      file,
      [prompt('a'), prompt('b', null)],
      { code: 'INVALID_PROMPTS', place: { promptIndex: 1 }, message: expect.stringContaining('exact_match') },
    ],
    [
      'a missing answer for the warm-up',
      { ...file, rewards: [{ kind: 'length', name: 'short', target: 2 }] },
      [prompt('a', null)],
      { code: 'INVALID_PROMPTS', message: expect.stringContaining('the warm-up') },
    ],
    [
      'a prompt beyond the context',
      { ...file, ...noWarmup },
      [prompt('a'), prompt('b'.repeat(4092))],
      { code: 'PROMPT_TOO_LONG', place: { promptIndex: 1 }, message: expect.stringContaining('4096') },
    ],
    [
      'a missing warm-up file',
      { warmup: { steps: 1, path: 'pairs.jsonl' } },
      undefined,
      { code: 'INVALID_PROMPTS', message: expect.stringContaining('pairs.jsonl') },
    ],
    [
      'an absent reward module',
      modules('absent.mjs'),
      undefined,
      { code: 'REWARD_MODULE', message: expect.stringContaining('absent.mjs') },
    ],
  ])('refuses %s', async (_, change, prompts, expected) => {
    const before = backend.memory().numTensors;
    await expect(open(change, prompts)).rejects.toMatchObject(expected);
    expect(backend.memory().numTensors).toBe(before);
  });

  it('trains on prompts that people bring, each once per epoch', async () => {
    const prompts = ['a', 'bb', 'ccc', 'dddd'].map((text) => prompt(text, text));
    const session = await open(
      {
        ...file,
        warmup: { steps: 1, batchSize: 4 },
        policyGradient: { steps: 4, promptsPerStep: 2, groupSize: 2, maxNewTokens: 4 },
      },
      prompts,
    );
    const results = await run(session, 5);
    const texts = results.map(({ completions }) => [
      ...new Set(completions.map(({ promptText }) => promptText)),
    ]);
    for (const epoch of [texts.slice(1, 3), texts.slice(3, 5)])
      expect(epoch.flat().toSorted()).toEqual(['a', 'bb', 'ccc', 'dddd']);
    session.dispose();
  });

  it('warms up on pairs of their own', async () => {
    const session = await createSession({
      config: tinyConfig({ warmup: { steps: 1, batchSize: 4, path: 'pairs.jsonl' } }),
      backend,
      warmupPrompts: [prompt('1>', '1')],
    });
    const [result] = await run(session, 1);
    expect(result?.metrics.get('sft/loss')).toBeGreaterThan(0);
    session.dispose();
  });

  it('fails with the cause when no completion can be rewarded, and stands where it stood', async () => {
    const session = await open(modules('throws.mjs'));
    const hash = await session.weightsHash();
    await expect(session.next()).rejects.toMatchObject({
      code: 'ALL_REWARDS_NULL',
      place: { step: 1 },
      message: expect.stringContaining('own: Error: no such tool'),
    });
    expect(session.step).toBe(0);
    expect(await session.weightsHash()).toBe(hash);
    session.dispose();
  });

  it('stops for a reward beyond float32', async () => {
    const session = await open({
      ...modules('huge.mjs'),
      policyGradient: { steps: 1, promptsPerStep: 3, groupSize: 4, maxNewTokens: 4 },
    });
    await expect(session.next()).rejects.toMatchObject({ code: 'NOT_FINITE', place: { step: 1 } });
    session.dispose();
  });

  it('lets completions without a reward drop out', async () => {
    const session = await open({
      ...modules('sometimes.mjs'),
      policyGradient: { steps: 1, promptsPerStep: 8, groupSize: 8, maxNewTokens: 4 },
    });
    const [result] = await run(session, 1);
    const without = (result?.completions ?? []).filter(({ reward }) => reward === null);
    expect(without.length).toBeGreaterThan(0);
    const nothing = (completion: CompletionResult) => [completion.advantage, completion.signal];
    expect(without.map(nothing)).toEqual(without.map(() => [null, null]));
    expect(result?.metrics.get('reward/null_fraction')).toBe(without.length / 64);
    session.dispose();
  });

  it('records completions every n-th step and tokens when asked', async () => {
    const session = await open({ ...noWarmup, record: { completionsEverySteps: 2, tokens: false } });
    const results = await run(session, 4);
    expect(results.map(({ completions }) => completions.length)).toEqual([12, 0, 12, 0]);
    expect(results[0]?.completions[0]?.tokens).toBeNull();
    // Without a KL penalty the extra passes are left out where nobody looks.
    expect(results.map(({ metrics }) => metrics.has('kl/ref_k1'))).toEqual([true, false, true, false]);
    session.dispose();
  });

  it('makes no state of weights that are not numbers, and takes none', async () => {
    const session = await open(noWarmup);
    await run(session, 1);
    const state = await session.snapshot();
    session.dispose();
    const tensors = state.tensors.map((tensor) =>
      tensor.name === 'v/norm' ? { ...tensor, data: tensor.data.with(2, NaN) } : tensor,
    );
    await expect(
      createSession({ config: tinyConfig(noWarmup), backend, restore: { ...state, tensors } }),
    ).rejects.toThrow('the checkpoint of step 1 cannot be resumed: value 2 of v/norm is NaN');

    const weights = [tf.tensor1d([1, Infinity])];
    const live = {
      step: 7,
      stage: 'WARM_UP',
      train: { weights, m: [], v: [], updates: 1 },
      reference: null,
      scalars: {},
      metrics: {},
      warmupCursor: 0,
      promptCursor: 0,
    } as const;
    const spec = { name: 'norm', shape: [2], kind: 'gain', std: 0 } as const;
    const owner = { config: state.config, configHash: state.configHash, base: null };
    await expect(captureState(live, { train: [spec], reference: [] }, owner)).rejects.toMatchObject({
      code: 'NOT_FINITE',
      place: { step: 7 },
      message: expect.stringContaining('value 1 of weights/norm is Infinity after step 7'),
    });
    tf.dispose(weights);
  });

  it('refuses a state that does not fit', async () => {
    const session = await open(noWarmup);
    await run(session, 1);
    const state = await session.snapshot();
    session.dispose();
    const restore = (broken: SessionState, config = tinyConfig(noWarmup)) =>
      createSession({ config, backend, restore: broken });
    const before = backend.memory().numTensors;
    await expect(restore({ ...state, formatVersion: 99 })).rejects.toMatchObject({
      code: 'INCOMPATIBLE_STATE',
      message: expect.stringContaining('format 99'),
    });
    await expect(restore(state, tinyConfig({ ...noWarmup, seed: 2 }))).rejects.toMatchObject({
      code: 'INCOMPATIBLE_STATE',
      message: expect.stringContaining('another configuration'),
    });
    const lacking = state.tensors.filter(({ name }) => name !== 'reference/norm');
    await expect(restore({ ...state, tensors: lacking })).rejects.toMatchObject({
      message: expect.stringContaining('lacks the tensor reference/norm'),
    });
    const bent = state.tensors.map((tensor) =>
      tensor.name === 'm/norm' ? { ...tensor, shape: [2, 8] } : tensor,
    );
    await expect(restore({ ...state, tensors: bent })).rejects.toMatchObject({
      message: expect.stringContaining('m/norm has shape [2,8]'),
    });
    expect(backend.memory().numTensors).toBe(before);
    // Renaming a run is no other experiment.
    const renamed = await restore(state, tinyConfig({ ...noWarmup, name: 'renamed' }));
    expect(renamed.step).toBe(1);
    renamed.dispose();
  });
});
