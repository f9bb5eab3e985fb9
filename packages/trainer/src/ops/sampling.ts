/**
 * @file Drawing tokens: the inverse of the distribution function, with uniforms as an input so that a seed replays a run. Two
 * uniforms per token whatever the vocabulary, where Gumbel-max would take one per entry of it.
 */
import * as tf from '@tensorflow/tfjs-core';

import { logSoftmax } from './logProbs.ts';
import { assertShape, sizeOf } from './shapes.ts';

/** Uniforms that `sampleTokens` takes for each token. */
export const UNIFORMS_PER_TOKEN = 2;

/** Leaves out unlikely tokens; what stays is made to sum to 1. Applied in this order, each to what the one before has left. */
export interface Truncation {
  /** Only the k likeliest; those as likely as the k-th too. */
  readonly topK: number | null;
  /** Only the fewest that together have this probability. */
  readonly topP: number | null;
  /** Only those at least this share as likely as the likeliest. */
  readonly minP: number | null;
}

export interface SampledTokens {
  /** int32 [B] */
  readonly tokens: tf.Tensor;
  /** [B], log-probability of each token under the distribution it was drawn from. */
  readonly logps: tf.Tensor;
}

/**
 * Entries that one running sum goes over. Longer vocabularies are drawn in two stages, a stretch of this many and a token in it:
 * a float32 sum over 150,000 entries loses those below 6e-8, and a uniform of 23 bits cannot tell them apart.
 */
const STRETCH = 256;

/**
 * Draws from softmax(logits / temperature), truncated if asked for.
 * @param logits [B, V]
 * @param uniforms [B, 2], each in (0, 1), both ends excluded (`random.ts` gives such)
 */
export function sampleTokens(
  logits: tf.Tensor,
  uniforms: tf.Tensor,
  temperature = 1,
  truncation: Truncation | null = null,
): SampledTokens {
  assertShape('sampling', 'logits', logits, [null, null]);
  assertShape('sampleTokens', 'uniforms', uniforms, [sizeOf(logits, 0), UNIFORMS_PER_TOKEN]);
  const logps = logSoftmax(logits, temperature);
  const all = tf.exp(logps);
  if (truncation === null || !cutsAnything(truncation)) {
    const tokens = draw(all, uniforms);
    return { tokens, logps: chosen(logps, tokens) };
  }
  const left = truncate(all, truncation);
  const tokens = draw(left, uniforms);
  // What was left out is shared by the rest.
  return { tokens, logps: tf.sub(chosen(logps, tokens), tf.log(tf.sum(left, -1))) };
}

/** The likeliest token of every row, with its log-probability under softmax(logits / temperature). */
export function greedyTokens(logits: tf.Tensor, temperature = 1): SampledTokens {
  assertShape('sampling', 'logits', logits, [null, null]);
  const logps = logSoftmax(logits, temperature);
  const tokens = tf.cast(tf.argMax(logps, -1), 'int32');
  return { tokens, logps: chosen(logps, tokens) };
}

function cutsAnything({ topK, topP, minP }: Truncation): boolean {
  return topK !== null || (topP !== null && topP < 1) || (minP !== null && minP > 0);
}

/** Probabilities [B, V] with those that are left out at 0. */
function truncate(probs: tf.Tensor, { topK, topP, minP }: Truncation): tf.Tensor {
  const vocabulary = sizeOf(probs, -1);
  let left = probs;
  if (topK !== null && topK < vocabulary) {
    const { values } = tf.topk(left, topK, true);
    left = keepFrom(left, tf.slice(values, [0, topK - 1], [-1, 1]));
  }
  if (topP !== null && topP < 1) {
    const { values } = tf.topk(left, topK === null ? vocabulary : Math.min(topK, vocabulary), true); // falling
    const before = tf.cumsum(values, 1, true); // not axis −1: the wasm kernel then writes beyond its memory
    const needed = tf.less(before, tf.mul(tf.sum(left, -1, true), topP));
    // The least likely that is needed; the first always is.
    const least = tf.min(tf.where(needed, values, tf.onesLike(values)), -1, true);
    left = keepFrom(left, least);
  }
  if (minP !== null && minP > 0) left = keepFrom(left, tf.mul(tf.max(left, -1, true), minP));
  return left;
}

/** What is smaller than the bound [B, 1] becomes 0. */
function keepFrom(probs: tf.Tensor, bound: tf.Tensor): tf.Tensor {
  return tf.mul(probs, tf.cast(tf.greaterEqual(probs, bound), 'float32'));
}

/** int32 [B]: entry i of a row of [B, V] with probability p_i / Σ p. */
function draw(probs: tf.Tensor, uniforms: tf.Tensor): tf.Tensor {
  const [rows, vocabulary] = [sizeOf(probs, 0), sizeOf(probs, 1)];
  const [first, second] = tf.split(uniforms, UNIFORMS_PER_TOKEN, 1);
  if (first === undefined || second === undefined) throw new Error('sampleTokens: there are no uniforms');
  if (vocabulary <= 2 * STRETCH) return invert(probs, first);
  const stretches = Math.ceil(vocabulary / STRETCH);
  const filled = tf.pad(probs, [
    [0, 0],
    [0, stretches * STRETCH - vocabulary],
  ]);
  const parts = tf.reshape(filled, [rows, stretches, STRETCH]);
  const stretch = invert(tf.sum(parts, -1), first);
  const within = tf.gather(
    tf.reshape(parts, [rows * stretches, STRETCH]),
    tf.add(stretch, rowStarts(rows, stretches)),
  );
  return tf.add(tf.mul(stretch, tf.scalar(STRETCH, 'int32')), invert(within, second));
}

/**
 * int32 [B]: the first entry whose running sum exceeds u · total and that is possible at all. Holds for sums in any order of
 * addition: the total is the largest running sum of a possible entry, so one always exceeds.
 * @param probs [B, N] @param u [B, 1]
 */
function invert(probs: tf.Tensor, u: tf.Tensor): tf.Tensor {
  const entries = sizeOf(probs, 1);
  const possible = tf.cast(tf.greater(probs, 0), 'float32');
  const sums = tf.mul(tf.cumsum(probs, 1), possible);
  const beyond = tf.cast(tf.greater(sums, tf.mul(tf.max(sums, -1, true), u)), 'float32');
  // Falling values, so that the first of them is the largest: an argmax among equals is nobody's promise.
  const falling = tf.tensor2d(
    Float32Array.from({ length: entries }, (_, entry) => entries - entry),
    [1, entries],
  );
  return tf.cast(tf.argMax(tf.mul(beyond, falling), -1), 'int32');
}

/** [B]: each row's value at its token. @param values [B, V] @param tokens int32 [B] */
function chosen(values: tf.Tensor, tokens: tf.Tensor): tf.Tensor {
  const [rows, vocabulary] = [sizeOf(values, 0), sizeOf(values, 1)];
  return tf.gather(tf.reshape(values, [rows * vocabulary]), tf.add(tokens, rowStarts(rows, vocabulary)));
}

/** int32 [B]: where each row of a flattened [B, width] begins. */
function rowStarts(rows: number, width: number): tf.Tensor {
  return tf.tensor1d(
    Int32Array.from({ length: rows }, (_, row) => row * width),
    'int32',
  );
}
