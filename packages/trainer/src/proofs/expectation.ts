/**
 * @file The exact expectation of an estimator: every batch that the tabular policy can draw goes through the trainer's own
 * advantage, signal, weights and loss, weighted by its probability.
 *
 * What the loss gives per logit is taken from its gradient in TensorFlow.js (float32, so relative errors of 1e-7); the sums over
 * batches are doubles.
 */
import type { PolicyGradientConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { isFlat } from '../algorithms/advantages.ts';
import { columnsOf, policyLoss, type TokenColumn } from '../algorithms/policyLoss.ts';
import { entropy, tokenLogProbs } from '../ops/index.ts';
import { learningSignal } from '../policyStep/learningSignal.ts';
import { importanceWeights, miniBatch } from '../policyStep/miniBatches.ts';
import {
  completionsOf,
  MAX_TOKENS,
  PARAMETERS,
  probability,
  PROMPTS,
  TOKENS,
  tokenLogits,
  tokenLogps,
  type Completion,
} from './tabularPolicy.ts';

export interface Setting {
  /** Of the policy whose gradient is taken. */
  readonly parameters: readonly number[];
  /** Of the policy that draws the completions; the same when absent. */
  readonly sampler?: readonly number[];
  /** Of the reference policy; needed when beta is not 0. */
  readonly reference?: readonly number[];
  readonly reward: (completion: Completion) => number;
  /** Of the value head, before token t; gae only. It stays as it is: its own gradient is left out. */
  readonly value?: (completion: Completion, t: number) => number;
  /** Prompts of a batch, drawn independently and evenly. */
  readonly promptsPerStep: number;
  readonly groupSize: number;
  /** Tokens of the longest completion, 3 when absent. */
  readonly maxTokens?: number;
  /** Only batches whose every group has a signal, as if dynamic sampling went on until it is so. */
  readonly withoutFlatGroups?: boolean;
}

/** J(θ) − β KL[π_θ ‖ π_ref], by summing over everything. */
export function objective(
  parameters: readonly number[],
  { reward, reference, maxTokens }: Pick<Setting, 'reward' | 'reference' | 'maxTokens'>,
  beta = 0,
): number {
  let value = 0;
  for (const completion of everyCompletion(maxTokens)) {
    const logp = sum(tokenLogps(parameters, completion));
    const penalty = reference && beta !== 0 ? beta * (logp - sum(tokenLogps(reference, completion))) : 0;
    value += (Math.exp(logp) / PROMPTS) * (reward(completion) - penalty);
  }
  return value;
}

/** E[−∇loss] over all batches: what gradient descent on the loss ascends. Of the configuration, the setting decides the sizes. */
export function expectedGradient(choices: PolicyGradientConfig, setting: Setting): number[] {
  const { groupSize, promptsPerStep } = setting;
  const config = { ...choices, groupSize, promptsPerStep, maxNewTokens: MAX_TOKENS };
  const completions = everyCompletion(setting.maxTokens);
  const sampler = setting.sampler ?? setting.parameters;
  const logps = {
    policy: float32Logps(completions, setting.parameters),
    sampler: float32Logps(completions, sampler),
    reference: setting.reference ? float32Logps(completions, setting.reference) : null,
  };
  const chances = completions.map((completion) => probability(sampler, completion));
  const rewards = completions.map((completion) => setting.reward(completion));
  const values = completions.map((completion) =>
    padded(completion.tokens.map((_, t) => setting.value?.(completion, t) ?? 0)),
  );

  const needed = columnsOf(config);
  const rows: number[] = []; // completion of every row of every batch
  const shares: number[] = []; // probability of the row's batch
  const columns = new Map<TokenColumn, Float32Array[]>(needed.map((name) => [name, []]));
  let kept = 0;
  for (const { batch, orders } of everyBatch(completions, setting)) {
    const drawn = batch.map((index) => rewards[index] ?? NaN);
    if (setting.withoutFlatGroups && groupsOf(drawn, setting.groupSize).some(isFlat)) continue;
    const chance =
      (orders * batch.reduce((product, index) => product * (chances[index] ?? NaN), 1)) /
      PROMPTS ** setting.promptsPerStep;
    kept += chance;
    const { tokens } = batchOf(batch, drawn);
    rows.push(...batch);
    shares.push(...batch.map(() => chance));
    for (const name of needed) columns.get(name)?.push(tokens[name] ?? new Float32Array(0));
  }

  const slopes = lossSlopes(rows, columns);
  const gradient = Array.from({ length: PARAMETERS }, () => 0);
  rows.forEach((index, row) => {
    const share = (shares[row] ?? NaN) / kept;
    completions[index]?.places.forEach((place, t) => {
      for (let token = 0; token < TOKENS; token++)
        gradient[place + token] =
          (gradient[place + token] ?? NaN) - share * (slopes[(row * MAX_TOKENS + t) * TOKENS + token] ?? NaN);
    });
  });
  return gradient;

  /** What the trainer makes of one batch, on the host. */
  function batchOf(batch: readonly number[], drawn: readonly number[]) {
    const grid = {
      lengths: batch.map((index) => completions[index]?.tokens.length ?? 0),
      width: MAX_TOKENS,
    };
    const column = (table: Float32Array) =>
      concat(batch.map((index) => table.subarray(index * MAX_TOKENS, (index + 1) * MAX_TOKENS)));
    const sampled = {
      ...grid,
      logp: column(logps.sampler),
      ids: new Int32Array(batch.length * MAX_TOKENS),
      rows: batch.length,
      truncated: batch.map(() => false),
    };
    const trainerLogp = column(logps.policy);
    const importance =
      config.importanceCap === null ? null : importanceWeights(sampled, trainerLogp, config.importanceCap);
    const oldLogp = importance ? trainerLogp : sampled.logp;
    const refLogp = logps.reference && column(logps.reference);
    const oldValues =
      config.advantage === 'gae' ? concat(batch.map((index) => values[index] ?? never())) : null;
    const input = { ...grid, rewards: drawn, oldLogp, refLogp, values: oldValues, scalars: {} };
    const learned = learningSignal(config, input, 1);
    const step = {
      prompts: {
        ids: new Int32Array(batch.length),
        padding: new Int32Array(batch.length),
        rows: batch.length,
        width: 1,
      },
      completions: sampled,
      included: batch.map(() => true),
      oldLogp,
      signal: learned.tokens,
      importance,
      refLogp,
      returns: learned.returns,
      oldValues,
      beta: config.kl.beta,
    };
    const all = batch.map((_, row) => row);
    return miniBatch(config, step, all);
  }

  /** ∂loss/∂logits, [rows, MAX_TOKENS, TOKENS], through the trainer's loss. */
  function lossSlopes(
    indices: readonly number[],
    parts: ReadonlyMap<TokenColumn, readonly Float32Array[]>,
  ): Float32Array {
    const shape: [number, number] = [indices.length, MAX_TOKENS];
    const listed = indices.map((index) => completions[index] ?? never());
    return tf.tidy(() => {
      const tokens = tf.tensor2d(idsOf(listed), shape, 'int32');
      const tensors = new Map(
        Array.from(parts, ([name, list]) => [name, tf.tensor2d(concat(list), shape)] as const),
      );
      // The value head is no part of the tabular policy: its values stand still, and its loss gives the logits nothing.
      const still = config.advantage === 'gae' ? tf.zeros<tf.Rank.R2>(shape) : null;
      const loss = (logits: tf.Tensor) =>
        policyLoss(
          config,
          {
            logp: tf.reshape<tf.Rank.R2>(tokenLogProbs(logits, tokens), shape),
            entropy: tf.reshape<tf.Rank.R2>(entropy(logits), shape),
            values: still,
          },
          (name) => tensors.get(name) ?? never(),
        );
      return tf.grad(loss)(logitsOf(listed, setting.parameters)).dataSync<'float32'>();
    });
  }
}

/** log π of every token as the trainer's op computes it in float32, [completions, MAX_TOKENS]. */
function float32Logps(completions: readonly Completion[], parameters: readonly number[]): Float32Array {
  return tf.tidy(() => {
    const tokens = tf.tensor2d(idsOf(completions), [completions.length, MAX_TOKENS], 'int32');
    return tokenLogProbs(logitsOf(completions, parameters), tokens).dataSync<'float32'>().slice();
  });
}

function logitsOf(completions: readonly Completion[], parameters: readonly number[]): tf.Tensor3D {
  const size = MAX_TOKENS * TOKENS;
  const logits = new Float32Array(completions.length * size);
  const known = new Map<Completion, number[]>();
  completions.forEach((completion, row) => {
    const own = known.get(completion) ?? tokenLogits(parameters, completion);
    known.set(completion, own);
    logits.set(own, row * size);
  });
  return tf.tensor3d(logits, [completions.length, MAX_TOKENS, TOKENS]);
}

function idsOf(completions: readonly Completion[]): Int32Array {
  const ids = new Int32Array(completions.length * MAX_TOKENS);
  completions.forEach(({ tokens }, row) => ids.set(tokens, row * MAX_TOKENS));
  return ids;
}

interface Batch {
  /** Indices into the list of completions, group after group. */
  readonly batch: readonly number[];
  /** How many drawn batches it stands for. */
  readonly orders: number;
}

/** Every batch, those that differ only in an order counted together: no estimator sees that of completions or groups (tested). */
function everyBatch(completions: readonly Completion[], { promptsPerStep, groupSize }: Setting): Batch[] {
  const groups = Array.from({ length: PROMPTS }, (_, prompt) =>
    completions.flatMap((completion, index) => (completion.prompt === prompt ? [index] : [])),
  ).flatMap((indices) => ascending(indices, groupSize));
  const places = groups.map((_, index) => index);
  return ascending(places, promptsPerStep).map((chosen) => {
    const members = chosen.map((index) => groups[index] ?? never());
    const orders = members.reduce((product, group) => product * orderings(group), orderings(chosen));
    return { batch: members.flat(), orders };
  });
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

function groupsOf(values: readonly number[], size: number): number[][] {
  return Array.from({ length: values.length / size }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}

export function everyCompletion(maxTokens?: number): Completion[] {
  return Array.from({ length: PROMPTS }, (_, prompt) => completionsOf(prompt, maxTokens)).flat();
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

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function never(): never {
  throw new RangeError('a completion that is not in the list');
}
