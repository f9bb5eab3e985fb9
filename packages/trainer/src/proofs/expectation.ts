/**
 * @file The exact expectation of an estimator: every batch that the tabular policy can draw goes through the trainer's own
 * advantage, signal, aggregation and loss, weighted by its probability.
 *
 * What the loss gives per token, ∂loss/∂log π, is taken from its gradient in TensorFlow.js (float32, so relative errors of 1e-7);
 * the gradient of log π itself and all sums are doubles.
 */
import * as tf from '@tensorflow/tfjs-core';

import { advantages } from '../algorithms/advantages.ts';
import { tokenWeights } from '../algorithms/aggregation.ts';
import { k1 } from '../algorithms/klEstimates.ts';
import { tokenLosses } from '../algorithms/losses.ts';
import type { Estimator } from '../algorithms/presets.ts';
import { signal } from '../algorithms/signal.ts';
import {
  addTokenScore,
  completionsOf,
  MAX_TOKENS,
  PARAMETERS,
  probability,
  PROMPTS,
  tokenLogps,
  type Completion,
} from './tabularPolicy.ts';

export interface Setting {
  readonly parameters: readonly number[];
  /** Of the reference policy; needed when beta is not 0. */
  readonly reference?: readonly number[];
  readonly beta?: number;
  readonly reward: (completion: Completion) => number;
  /** Prompts of a batch, drawn independently and evenly. */
  readonly promptsPerStep: number;
  readonly groupSize: number;
}

/** J(θ) − β KL[π_θ ‖ π_ref], by summing over everything. */
export function objective(
  parameters: readonly number[],
  { reward, reference, beta = 0 }: Pick<Setting, 'reward' | 'reference' | 'beta'>,
): number {
  let value = 0;
  for (const completion of everyCompletion()) {
    const logp = sum(tokenLogps(parameters, completion));
    const penalty = reference && beta !== 0 ? beta * (logp - sum(tokenLogps(reference, completion))) : 0;
    value += (Math.exp(logp) / PROMPTS) * (reward(completion) - penalty);
  }
  return value;
}

/** E[−∇loss] over all batches: what gradient descent on the loss ascends. */
export function expectedGradient(estimator: Estimator, setting: Setting): number[] {
  const completions = everyCompletion();
  const tables = completions.map((completion) => ({
    probability: probability(setting.parameters, completion),
    logp: padded(tokenLogps(setting.parameters, completion)),
    refLogp: padded(setting.reference ? tokenLogps(setting.reference, completion) : []),
    reward: setting.reward(completion),
    length: completion.tokens.length,
  }));
  const table = (index: number) => tables[index] ?? never();

  const rows: number[] = []; // completion of every row of every batch
  const shares: number[] = []; // probability of the row's batch
  const signals: number[] = [];
  const weights: number[] = [];
  for (const { batch, orders } of everyBatch(completions, setting)) {
    const chance =
      (orders * batch.reduce((product, index) => product * table(index).probability, 1)) /
      PROMPTS ** setting.promptsPerStep;
    const rewards = batch.map((index) => table(index).reward);
    const grid = { lengths: batch.map((index) => table(index).length), width: MAX_TOKENS };
    const penalty = setting.reference
      ? k1(
          grid,
          concat(batch.map((index) => table(index).logp)),
          concat(batch.map((index) => table(index).refLogp)),
        )
      : null;
    const learned = signal(
      advantages(estimator.advantage, rewards, setting.groupSize),
      penalty,
      setting.beta ?? 0,
    );
    rows.push(...batch);
    shares.push(...batch.map(() => chance));
    signals.push(...learned.map((value) => value ?? 0));
    weights.push(...tokenWeights(estimator.aggregation, { ...grid, included: batch.map(() => true) }));
  }

  const slopes = lossSlopes(
    estimator,
    concat(rows.map((index) => table(index).logp)),
    Float32Array.from(signals),
    Float32Array.from(weights),
  );
  // Sums per completion and token first: the scores are needed once for each.
  const totals = completions.map(() => zeros(MAX_TOKENS));
  rows.forEach((index, row) => {
    const total = totals[index] ?? never();
    for (let t = 0; t < table(index).length; t++)
      total[t] = (total[t] ?? 0) - (shares[row] ?? NaN) * (slopes[row * MAX_TOKENS + t] ?? NaN);
  });
  const gradient = zeros(PARAMETERS);
  completions.forEach((completion, index) =>
    completion.tokens.forEach((_, t) =>
      addTokenScore(gradient, setting.parameters, completion, t, totals[index]?.[t] ?? NaN),
    ),
  );
  return gradient;
}

/** ∂loss/∂log π per token, [rows, C], through the trainer's loss; sampled on policy, so log π_old = log π. */
function lossSlopes(
  estimator: Estimator,
  logp: Float32Array,
  signals: Float32Array,
  weights: Float32Array,
): Float32Array {
  const shape: [number, number] = [signals.length, MAX_TOKENS];
  const choice = { loss: estimator.loss, epsilonLow: 0.2, epsilonHigh: 0.2 };
  return tf.tidy(() => {
    const [old, signalColumn, weightGrid] = [
      tf.tensor2d(logp, shape),
      tf.tensor2d(signals, [signals.length, 1]),
      tf.tensor2d(weights, shape),
    ];
    const loss = (current: tf.Tensor) =>
      tf.sum(
        tf.mul(tokenLosses(choice, tf.reshape<tf.Rank.R2>(current, shape), old, signalColumn), weightGrid),
      );
    return tf.grad(loss)(tf.tensor2d(logp, shape)).dataSync<'float32'>();
  });
}

interface Batch {
  /** Indices into the list of completions, group after group. */
  readonly batch: readonly number[];
  /** How many drawn batches it stands for. */
  readonly orders: number;
}

/** Every batch, those that differ only in the order within groups counted together: no estimator sees that order (tested). */
function everyBatch(completions: readonly Completion[], { promptsPerStep, groupSize }: Setting): Batch[] {
  const groups = Array.from({ length: PROMPTS }, (_, prompt) =>
    completions.flatMap((completion, index) => (completion.prompt === prompt ? [index] : [])),
  ).flatMap((indices) => ascending(indices, groupSize));
  let batches: Batch[] = [{ batch: [], orders: 1 }];
  for (let place = 0; place < promptsPerStep; place++)
    batches = batches.flatMap((start) =>
      groups.map((group) => ({ batch: [...start.batch, ...group], orders: start.orders * orderings(group) })),
    );
  return batches;
}

/** All sequences of `count` items that do not descend. */
function ascending(items: readonly number[], count: number): number[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, index) =>
    ascending(items.slice(index), count - 1).map((rest) => [item, ...rest]),
  );
}

/** count! over the factorials of how often each item occurs. */
function orderings(sorted: readonly number[]): number {
  return sorted.reduce(
    (product, item, index) => (product * (index + 1)) / (index - sorted.indexOf(item) + 1),
    1,
  );
}

function everyCompletion(): Completion[] {
  return Array.from({ length: PROMPTS }, (_, prompt) => completionsOf(prompt)).flat();
}

function padded(values: readonly number[]): Float32Array {
  const row = new Float32Array(MAX_TOKENS);
  row.set(values);
  return row;
}

function concat(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function never(): never {
  throw new RangeError('a completion that is not in the list');
}
