/**
 * @file What the benches measure: a Llama-style decoder from random weights, prompts of random tokens, completions that are all drawn
 * to the last token (there is no end-of-sequence token), group_norm advantages, the clipped loss, AdamW.
 */
import { optimizerSchema, parameterCount, policyGradientSchema, scratchModelSchema } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { advantages } from '../algorithms/advantages.ts';
import { tokenWeights } from '../algorithms/aggregation.ts';
import { perToken } from '../algorithms/signal.ts';
import type { Backend } from '../backend/backend.ts';
import { withXla } from '../backend/xla.ts';
import { padPrompts, repeatPrompts, type PaddedPrompts } from '../batch.ts';
import { createLearner, type SequenceBatch } from '../learner.ts';
import { scratchArchitecture } from '../model/architecture.ts';
import { decoder } from '../model/decoder.ts';
import { initialValues, parameterSpecs } from '../model/parameters.ts';
import { adamw, adamwScalars, clipByGlobalNorm } from '../ops/index.ts';
import { integers } from '../ops/random.ts';
import { createSampler } from '../rollout.ts';
import { disposeState, type TrainState } from '../update.ts';

export interface Size {
  readonly layers: number;
  /** D */
  readonly width: number;
  readonly heads: number;
  readonly feedForward: number;
  /** V */
  readonly vocabulary: number;
  readonly prompts: number;
  /** G */
  readonly group: number;
  /** P */
  readonly promptTokens: number;
  /** C */
  readonly completionTokens: number;
}

/** The workload of docs/performance.md: 1.07 M parameters. */
export const USUAL: Size = {
  layers: 4,
  width: 128,
  heads: 4,
  feedForward: 512,
  vocabulary: 64,
  prompts: 8,
  group: 8,
  promptTokens: 8,
  completionTokens: 24,
};

export interface StepTimes {
  readonly rolloutMs: number;
  readonly updateMs: number;
}

export interface Workload {
  readonly parameters: number;
  /** Of the matrix products of one step, forward and backward. */
  readonly floatOperations: number;
  /** Does a step. */
  step(): Promise<StepTimes>;
  /** Forward pass alone, of the sequences of the last step, in ms. */
  forward(): Promise<number>;
  /** Clipping and AdamW alone, in ms. */
  optimize(): Promise<number>;
  dispose(): void;
}

const SEED = 1;

export function createWorkload(plain: Backend, size: Size, xla: boolean): Workload {
  const backend = xla ? withXla(plain) : plain;
  const { layers, width, heads, feedForward, vocabulary, group, completionTokens } = size;
  const config = scratchModelSchema.parse({ kind: 'scratch', layers, width, heads, feedForward });
  const architecture = scratchArchitecture(config, vocabulary);
  const model = decoder(architecture);
  const specs = parameterSpecs(architecture);
  const optimizer = optimizerSchema.parse({});
  const sampler = createSampler(backend, model, {
    groupSize: group,
    temperature: 1,
    maxNewTokens: completionTokens,
    eosIds: [],
    padId: 0,
    seed: SEED,
    xla,
  });
  const learner = createLearner(
    backend,
    { decoder: model, trainable: specs, frozen: [] },
    { ...policyGradientSchema.parse({ steps: 1, loss: 'clip', advantage: 'group_norm' }), optimizer },
  );
  const count = specs.length;
  const optimizeStep = backend.compile(
    (inputs) => {
      const { clipped } = clipByGlobalNorm(inputs.slice(0, count), optimizer.gradClip);
      const state = {
        params: inputs.slice(count, 2 * count),
        m: inputs.slice(2 * count, 3 * count),
        v: inputs.slice(3 * count, 4 * count),
      };
      const decays = specs.map(({ kind }) => kind === 'matrix');
      const next = adamw(optimizer, state, clipped, inputs[4 * count] ?? tf.zeros([3]), decays);
      return [...next.params, ...next.m, ...next.v];
    },
    { name: 'optimizer alone' },
  );
  const zeros = () => specs.map(({ shape }) => tf.zeros([...shape]));
  let state: TrainState = {
    weights: initialValues(specs, SEED).map((values, index) =>
      tf.tensor(values, [...(specs[index]?.shape ?? [])]),
    ),
    m: zeros(),
    v: zeros(),
    updates: 0,
  };
  let last: SequenceBatch | null = null;
  let steps = 0;

  return {
    parameters: parameterCount(config, vocabulary),
    floatOperations: floatOperations(size),
    async step() {
      const started = performance.now();
      const prompts = randomPrompts(size, steps);
      const completions = await sampler.sample(state.weights, prompts, steps);
      const sampled = performance.now();
      const rewards = firstTokenRewards(size, prompts.ids, completions.ids);
      const shape = {
        lengths: completions.lengths,
        included: rewards.map(() => true),
        width: completionTokens,
      };
      last = { prompts: repeatPrompts(prompts, group), completions };
      const tokens = {
        oldLogp: completions.logp,
        signal: Float32Array.from(perToken(completions, advantages('group_norm', rewards, group))),
        tokenWeights: tokenWeights('sequence_mean', shape),
      };
      const before = state;
      ({ state } = await learner.update(before, { ...last, tokens }, optimizer.learningRate, steps));
      disposeState(before);
      steps += 1;
      return { rolloutMs: sampled - started, updateMs: performance.now() - sampled };
    },
    async forward() {
      if (last === null) throw new Error('bench: forward() needs a step before it');
      const started = performance.now();
      await learner.score(state.weights, last);
      return performance.now() - started;
    },
    async optimize() {
      const scalars = tf.tensor1d(adamwScalars(1, optimizer.learningRate, optimizer));
      const started = performance.now();
      // The weights stand for gradients: as many numbers.
      const gradients = state.m;
      const outputs = optimizeStep([...gradients, ...state.weights, ...state.m, ...state.v, scalars]);
      await outputs[0]?.data();
      const took = performance.now() - started;
      tf.dispose([...outputs, scalars]);
      return took;
    },
    dispose() {
      disposeState(state);
      sampler.dispose();
      learner.dispose();
      optimizeStep.dispose();
    },
  };
}

/** Two per multiplication of a product: once for drawing and prompts, three times (forward, both gradients) for the update. */
function floatOperations(size: Size): number {
  const { layers, width, feedForward, vocabulary, prompts, group, promptTokens, completionTokens } = size;
  const rows = prompts * group;
  const perToken = layers * (4 * width * width + 3 * width * feedForward);
  const attention = layers * 2 * width; // per token and key
  const length = promptTokens + completionTokens;
  const drawn =
    perToken * (prompts * promptTokens + rows * (completionTokens - 1)) +
    attention * rows * completionTokens * length +
    width * vocabulary * rows * completionTokens;
  const read =
    perToken * rows * (length - 1) +
    attention * rows * length * length +
    width * vocabulary * rows * completionTokens;
  return 2 * (drawn + 3 * read);
}

/** A task that can be learned: the share of tokens that repeat the prompt's first one. */
function firstTokenRewards(size: Size, prompts: Int32Array, completions: Int32Array): number[] {
  const { prompts: count, group, promptTokens, completionTokens } = size;
  return Array.from({ length: count * group }, (_, row) => {
    const wanted = prompts[Math.floor(row / group) * promptTokens];
    const tokens = completions.subarray(row * completionTokens, (row + 1) * completionTokens);
    return tokens.filter((token) => token === wanted).length / completionTokens;
  });
}

function randomPrompts({ prompts, promptTokens, vocabulary }: Size, step: number): PaddedPrompts {
  const ids = integers({ seed: SEED, stream: 100, counter: step }, prompts * promptTokens, vocabulary);
  const rows = Array.from({ length: prompts }, (_, row) => [
    ...ids.subarray(row * promptTokens, (row + 1) * promptTokens),
  ]);
  return padPrompts(rows, promptTokens, 0);
}
