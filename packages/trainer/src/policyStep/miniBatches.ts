/** @file A step's completions as mini-batches: which rows, and the weights of their tokens. */
import { aggregationOf, BOUNDS, type PolicyGradientConfig } from '@nabla/domain';

import { tokenWeights } from '../algorithms/aggregation.ts';
import type { PaddedPrompts } from '../batch.ts';
import type { PolicyBatch } from '../learner.ts';
import type { Completions } from '../rollout.ts';
import { orderAt, STREAMS } from '../streams.ts';

/** All that a step trains on. Columns are [B, C], C no wider than the longest completion needs; null where the settings have no use for one. */
export interface StepBatch {
  /** [B, P]: each prompt once per completion. */
  readonly prompts: PaddedPrompts;
  readonly completions: Completions;
  /** False for completions without a reward. */
  readonly included: readonly boolean[];
  readonly oldLogp: Float32Array;
  readonly signal: Float32Array;
  /** Truncated weights between the trainer's policy and the sampler's. */
  readonly importance: Float32Array | null;
  readonly refLogp: Float32Array | null;
  readonly returns: Float32Array | null;
  readonly oldValues: Float32Array | null;
  /** β of the step. */
  readonly beta: number;
}

/**
 * The rows of every mini-batch of an inner epoch. Groups stay whole; with more than one mini-batch each epoch deals the prompts
 * anew, as a function of seed, step and epoch.
 */
export function rowsOfMiniBatches(
  { promptsPerStep, groupSize, miniBatches }: PolicyGradientConfig,
  { seed, step, epoch }: { readonly seed: number; readonly step: number; readonly epoch: number },
): number[][] {
  const order =
    miniBatches === 1
      ? Array.from({ length: promptsPerStep }, (_, prompt) => prompt)
      : orderAt(seed, STREAMS.miniBatches, step * BOUNDS.maxInnerEpochs + epoch, promptsPerStep);
  const size = promptsPerStep / miniBatches;
  return Array.from({ length: miniBatches }, (_, index) =>
    order
      .slice(index * size, (index + 1) * size)
      .flatMap((prompt) => Array.from({ length: groupSize }, (_unused, place) => prompt * groupSize + place)),
  );
}

/** These rows as a batch for the learner. All weights are normalised over the mini-batch, whatever the micro-batches will be. */
export function miniBatch(
  config: PolicyGradientConfig,
  step: StepBatch,
  rows: readonly number[],
): PolicyBatch {
  const { completions, prompts } = step;
  const { width } = completions;
  const picked = <Values extends Float32Array | Int32Array>(values: Values, columns = width): Values =>
    pickRows(values, columns, rows);
  const lengths = rows.map((row) => completions.lengths[row] ?? 0);
  const included = rows.map((row) => step.included[row] ?? false);
  const shape = { lengths, included, width, bound: config.maxNewTokens };
  const tokens = tokenWeights('token_mean', shape);
  const weights = tokenWeights(aggregationOf(config), shape);
  if (step.importance) scaleBy(weights, picked(step.importance));
  const optional = {
    ...(step.refLogp && {
      refLogp: picked(step.refLogp),
      klWeights: weights.map((weight) => weight * step.beta),
    }),
    ...(step.returns && {
      returns: picked(step.returns),
      valueWeights: tokens.map((weight) => weight * config.gae.valueCoefficient),
    }),
    ...(step.oldValues && { oldValues: picked(step.oldValues) }),
  };
  return {
    prompts: {
      ids: picked(prompts.ids, prompts.width),
      padding: picked(prompts.padding, 1),
      rows: rows.length,
      width: prompts.width,
    },
    completions: { ids: picked(completions.ids), rows: rows.length, width },
    tokens: {
      oldLogp: picked(step.oldLogp),
      signal: picked(step.signal),
      tokenWeights: weights,
      meanWeights: meanWeights(lengths, width),
      entropyWeights: tokens.map((weight) => weight * config.entropyBonus),
      ...optional,
    },
  };
}

/** [B, C] 1/|o| at each completion's tokens: a sum with these weights is the mean over its tokens. */
export function meanWeights(lengths: readonly number[], width: number): Float32Array {
  const weights = new Float32Array(lengths.length * width);
  lengths.forEach((length, row) => weights.fill(1 / length, row * width, row * width + length));
  return weights;
}

/**
 * min(π_trainer / π_sampler, cap) per token, [B, C]; 0 after the end. Corrects a token's own probability for having been drawn
 * from another distribution, not that of what it follows (truncated importance sampling; Ionides 2008).
 */
export function importanceWeights(
  { lengths, width, logp }: Pick<Completions, 'lengths' | 'width' | 'logp'>,
  trainerLogp: Float32Array,
  cap: number,
): Float32Array {
  const weights = new Float32Array(logp.length);
  lengths.forEach((length, row) => {
    for (let token = row * width; token < row * width + length; token++)
      weights[token] = Math.min(cap, Math.exp((trainerLogp[token] ?? NaN) - (logp[token] ?? NaN)));
  });
  return weights;
}

/** Writes rows of one array to places of another, the way back from a mini-batch. */
export function scatterRows(
  target: Float32Array,
  values: Float32Array,
  width: number,
  rows: readonly number[],
): void {
  rows.forEach((row, place) => target.set(values.subarray(place * width, (place + 1) * width), row * width));
}

function pickRows<Values extends Float32Array | Int32Array>(
  values: Values,
  width: number,
  rows: readonly number[],
): Values;
function pickRows(
  values: Float32Array | Int32Array,
  width: number,
  rows: readonly number[],
): Float32Array | Int32Array {
  const size = rows.length * width;
  const picked = values instanceof Int32Array ? new Int32Array(size) : new Float32Array(size);
  rows.forEach((row, place) => picked.set(values.subarray(row * width, (row + 1) * width), place * width));
  return picked;
}

function scaleBy(values: Float32Array, factors: Float32Array): void {
  values.forEach((value, index) => (values[index] = value * (factors[index] ?? NaN)));
}
