/**
 * @file What one policy-gradient step costs on each backend. The workload is a Llama of 4 layers, width 128, 4 heads, SwiGLU 512,
 * vocabulary 64; 8 prompts of 8 tokens, 8 completions of each, all 24 tokens drawn (there is no end-of-sequence token);
 * group_norm, AdamW. Prints one JSON line.
 *
 * Run: tsx src/bench/trainerBench.ts [native] [wasm] [steps=12]
 */
import { optimizerSchema, policyGradientSchema, scratchModelSchema } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { advantages } from '../algorithms/advantages.ts';
import { tokenWeights } from '../algorithms/aggregation.ts';
import { perToken } from '../algorithms/signal.ts';
import { openBackend, type Backend, type BackendKind } from '../backend/backend.ts';
import { padPrompts, repeatPrompts } from '../batch.ts';
import { createLearner } from '../learner.ts';
import { scratchArchitecture } from '../model/architecture.ts';
import { decoder } from '../model/decoder.ts';
import { initialValues, parameterSpecs } from '../model/parameters.ts';
import { integers } from '../ops/random.ts';
import { createSampler } from '../rollout.ts';
import type { TrainState } from '../update.ts';

const VOCABULARY = 64;
const PROMPTS = 8;
const GROUP = 8;
const PROMPT_TOKENS = 8;
const COMPLETION_TOKENS = 24;
const SEED = 1;
const WARMUP_STEPS = 3;

interface StepFigures {
  /** Medians over the measured steps. */
  readonly stepMs: number;
  readonly rolloutMs: number;
  readonly updateMs: number;
  readonly completionTokensPerSecond: number;
  /** The first step: recording, registering and TensorFlow's own optimisation are in it. */
  readonly firstStepMs: number;
}

/** Runs the workload on the current backend. `steps` are measured, after three that are not. */
async function measureSteps(backend: Backend, steps: number): Promise<StepFigures> {
  const architecture = scratchArchitecture(
    scratchModelSchema.parse({ kind: 'scratch', layers: 4, width: 128, heads: 4, feedForward: 512 }),
    VOCABULARY,
  );
  const model = decoder(architecture);
  const specs = parameterSpecs(architecture);
  const settings = {
    groupSize: GROUP,
    temperature: 1,
    maxNewTokens: COMPLETION_TOKENS,
    eosIds: [],
    padId: 0,
    seed: SEED,
  };
  const sampler = createSampler(backend, model, settings);
  const optimizer = optimizerSchema.parse({});
  const learner = createLearner(backend, { decoder: model, trainable: specs, frozen: [] }, {
    ...policyGradientSchema.parse({ steps: 1, loss: 'clip' }),
    optimizer,
  });
  const zeros = () => specs.map(({ shape }) => tf.zeros([...shape]));
  let state: TrainState = {
    weights: initialValues(specs, SEED).map((values, index) =>
      tf.tensor(values, [...(specs[index]?.shape ?? [])]),
    ),
    m: zeros(),
    v: zeros(),
    updates: 0,
  };
  const rollouts: number[] = [];
  const updates: number[] = [];
  for (let step = 0; step < WARMUP_STEPS + steps; step++) {
    const started = performance.now();
    const prompts = randomPrompts(step);
    const completions = await sampler.sample(state.weights, prompts, step);
    const sampled = performance.now();
    const rewards = firstTokenRewards(prompts.ids, completions.ids);
    const shape = {
      lengths: completions.lengths,
      included: rewards.map(() => true),
      width: COMPLETION_TOKENS,
    };
    const batch = {
      prompts: repeatPrompts(prompts, GROUP),
      completions,
      tokens: {
        oldLogp: completions.logp,
        signal: Float32Array.from(perToken(completions, advantages('group_norm', rewards, GROUP))),
        tokenWeights: tokenWeights('sequence_mean', shape),
      },
    };
    ({ state } = await learner.update(state, batch, optimizer.learningRate, step));
    rollouts.push(sampled - started);
    updates.push(performance.now() - sampled);
  }
  tf.dispose([...state.weights, ...state.m, ...state.v]);
  sampler.dispose();
  learner.dispose();
  const stepsMs = rollouts.map((rollout, index) => rollout + (updates[index] ?? 0));
  const stepMs = median(stepsMs.slice(WARMUP_STEPS));
  return {
    stepMs: round(stepMs),
    rolloutMs: round(median(rollouts.slice(WARMUP_STEPS))),
    updateMs: round(median(updates.slice(WARMUP_STEPS))),
    completionTokensPerSecond: Math.round((PROMPTS * GROUP * COMPLETION_TOKENS * 1000) / stepMs),
    firstStepMs: round(stepsMs[0] ?? 0),
  };
}

/** A task that can be learned: the share of tokens that repeat the prompt's first one. */
function firstTokenRewards(prompts: Int32Array, completions: Int32Array): number[] {
  return Array.from({ length: PROMPTS * GROUP }, (_, row) => {
    const wanted = prompts[Math.floor(row / GROUP) * PROMPT_TOKENS];
    const tokens = completions.subarray(row * COMPLETION_TOKENS, (row + 1) * COMPLETION_TOKENS);
    return tokens.filter((token) => token === wanted).length / COMPLETION_TOKENS;
  });
}

function randomPrompts(step: number): ReturnType<typeof padPrompts> {
  const ids = integers({ seed: SEED, stream: 100, counter: step }, PROMPTS * PROMPT_TOKENS, VOCABULARY);
  const rows = Array.from({ length: PROMPTS }, (_, row) => [
    ...ids.subarray(row * PROMPT_TOKENS, (row + 1) * PROMPT_TOKENS),
  ]);
  return padPrompts(rows, PROMPT_TOKENS, 0);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

async function main(args: readonly string[]): Promise<void> {
  const named = args.filter((arg): arg is BackendKind => arg === 'native' || arg === 'wasm');
  const steps = Number(args.find((arg) => arg.startsWith('steps='))?.slice('steps='.length) ?? 12);
  const figures: Partial<Record<BackendKind, StepFigures | { missing: string }>> = {};
  for (const kind of named.length > 0 ? named : (['native', 'wasm'] as const)) {
    try {
      const backend = await openBackend(kind);
      console.error(backend.describe());
      figures[kind] = await measureSteps(backend, kind === 'wasm' ? Math.min(steps, 5) : steps);
    } catch (error) {
      if (kind === 'wasm') throw error;
      figures[kind] = { missing: error instanceof Error ? error.message : String(error) };
    }
  }
  console.log(JSON.stringify({ name: 'trainer', figures }));
}

await main(process.argv.slice(2));
