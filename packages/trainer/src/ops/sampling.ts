/** @file Drawing tokens: Gumbel-max, with the noise as an input so that a seed replays a run. */
import * as tf from '@tensorflow/tfjs-core';

import { logSoftmax } from './logProbs.ts';
import { assertShape, sizeOf } from './shapes.ts';

export interface SampledTokens {
  /** int32 [B] */
  readonly tokens: tf.Tensor;
  /** [B], log-probability of each token under softmax(logits / temperature). */
  readonly logps: tf.Tensor;
}

/**
 * Standard Gumbel noise from uniforms: −log(−log u).
 * @param uniforms any shape, each in (0, 1), both ends excluded (`random.ts` gives such)
 */
export function gumbel(uniforms: tf.Tensor): tf.Tensor {
  return tf.neg(tf.log(tf.neg(tf.log(uniforms))));
}

/**
 * argmax(log π + Gumbel noise) is distributed as π = softmax(logits / temperature) (Gumbel 1954; arxiv 1411.0030).
 * @param logits [B, V]
 * @param noise [B, V], from `gumbel`
 */
export function sampleTokens(logits: tf.Tensor, noise: tf.Tensor, temperature = 1): SampledTokens {
  assertShape('sampleTokens', 'noise', noise, logits.shape);
  const logps = logSoftmax(logits, temperature);
  return pick(logps, tf.add(logps, noise));
}

/** The likeliest token of every row, with its log-probability at temperature 1: for evaluation, not for training. */
export function greedyTokens(logits: tf.Tensor): SampledTokens {
  const logps = logSoftmax(logits);
  return pick(logps, logps);
}

function pick(logps: tf.Tensor, scores: tf.Tensor): SampledTokens {
  assertShape('sampling', 'logits', logps, [null, null]);
  const tokens = tf.cast(tf.argMax(scores, -1), 'int32');
  const chosen = tf.cast(tf.oneHot(tf.cast(tokens, 'int32'), sizeOf(logps, -1)), 'float32');
  return { tokens, logps: tf.sum(tf.mul(logps, chosen), -1) };
}
