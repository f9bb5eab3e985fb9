/** @file For tests of the learner: a small batch of no particular form, and settings around it. */
import { policyGradientSchema, type RunConfigInput } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { tokenWeights } from '../algorithms/aggregation.ts';
import { perToken } from '../algorithms/signal.ts';
import { padCompletions, padPrompts } from '../batch.ts';
import type { LearnerSettings, PolicyBatch } from '../learner.ts';
import { policyParameters } from '../policyParameters.ts';
import { meanWeights } from '../policyStep/miniBatches.ts';
import type { TrainState } from '../update.ts';
import type { TinyPolicy } from './tinyModel.ts';

export const VOCABULARY = 7;
/** Rows of one batch: prompts, completions with and without an end, signals of both signs. */
export const PROMPTS = [
  [1, 3, 4],
  [1, 5],
  [1, 6, 6, 3, 4],
  [1, 2],
  [1, 4, 4],
];
export const COMPLETIONS = [[3, 2], [4, 4, 4, 2], [2], [5, 6, 3], [6, 2]];
const SIGNALS = [0.5, -1.25, 2, -0.25, 0.75];
const OLD_LOGP = -1.7;

export type Choices = Partial<Omit<RunConfigInput['policyGradient'], 'steps'>>;

/** What the optimizer is told leaves the gradient as it is: no clipping; one step of AdamW shows its direction. */
export const learnerSettings = (over: Choices = {}): LearnerSettings =>
  policyGradientSchema.parse({
    steps: 4,
    temperature: 0.8,
    ...over,
    optimizer: { gradClip: null, ...over.optimizer },
  });

/** Those rows, or some of them in another order, with every column a loss may need. */
export function batchOf(order = [0, 1, 2, 3, 4], promptWidth = 5): PolicyBatch {
  const pick = <Item>(items: readonly Item[]) =>
    order.map((index) => items[index]).filter((item) => item !== undefined);
  const lengths = pick(COMPLETIONS).map((completion) => completion.length);
  const grid = { lengths, width: 4 };
  const shape = { ...grid, included: order.map(() => true) };
  const weights = tokenWeights('token_mean', shape);
  // Of no particular form, the same for a completion wherever it stands.
  const column = (phase: number, scale: number) =>
    Float32Array.from(
      { length: order.length * 4 },
      (_, index) => scale * Math.sin(phase + 4 * (order[Math.floor(index / 4)] ?? 0) + (index % 4)),
    );
  return {
    prompts: padPrompts(pick(PROMPTS), promptWidth, 0),
    completions: padCompletions(pick(COMPLETIONS), 4, 0),
    tokens: {
      oldLogp: new Float32Array(order.length * 4).fill(OLD_LOGP),
      signal: Float32Array.from(perToken(grid, pick(SIGNALS))),
      tokenWeights: weights,
      meanWeights: meanWeights(lengths, 4),
      entropyWeights: weights.map((weight) => 0.3 * weight),
      refLogp: column(1, 0.3).map((value) => OLD_LOGP + value),
      klWeights: weights.map((weight) => 0.5 * weight),
      returns: column(2, 1),
      oldValues: column(3, 0.1),
      valueWeights: weights.map((weight) => 0.7 * weight),
    },
  };
}

/** A batch with some of its token columns changed. */
export const withTokens = (batch: PolicyBatch, tokens: Partial<PolicyBatch['tokens']>): PolicyBatch => ({
  ...batch,
  tokens: { ...batch.tokens, ...tokens },
});
export const columnOf = (batch: PolicyBatch, name: 'signal' | 'tokenWeights') =>
  batch.tokens[name] ?? new Float32Array(0);

/** The state of a tiny policy with the value head that gae adds, moved from 0 so that it has a part in every gradient. */
export function stateWithHead({ model, specs, state }: TinyPolicy, settings: LearnerSettings): TrainState {
  const { initialAdded } = policyParameters(settings, {
    trainable: specs,
    architecture: model.architecture,
  });
  const added = initialAdded().map((tensor, index) => tf.add(tensor, 0.1 * (index + 1)));
  const zeros = () => added.map((tensor) => tf.zerosLike(tensor));
  return {
    weights: [...state.weights, ...added],
    m: [...state.m, ...zeros()],
    v: [...state.v, ...zeros()],
    updates: 0,
  };
}
