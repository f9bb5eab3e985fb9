/** @file Log-probabilities of chosen tokens, and the entropy, under softmax(logits / temperature). */
import * as tf from '@tensorflow/tfjs-core';

import { native, nativeOps } from './native.ts';
import { assertShape, rowsOf, sizeOf } from './shapes.ts';
import { withGradient } from './withGradient.ts';

/**
 * log π(token) at every place. Stable: the largest logit is subtracted first. d logp / d logit = (1[token] − π) / temperature.
 * @param logits [..., V]
 * @param tokens int32 [...]
 * @param temperature > 0; the distribution that is sampled from is the one that trains
 * @returns [...]
 */
export function tokenLogProbs(logits: tf.Tensor, tokens: tf.Tensor, temperature = 1): tf.Tensor {
  const vocabulary = sizeOf(logits, -1);
  assertTemperature('tokenLogProbs', temperature);
  assertShape('tokenLogProbs', 'tokens', tokens, logits.shape.slice(0, -1), 'int32');
  const rows = rowsOf(logits);
  const chosen = tf.reshape(tokens, [rows]);
  return withGradient(
    [logits],
    (logits) => {
      const scaled = tempered(tf.reshape(logits, [rows, vocabulary]), temperature);
      const { logps, slopes } = chosenLogProbs(scaled, chosen, vocabulary);
      return { value: tf.reshape(logps, tokens.shape), saved: [slopes] };
    },
    (dy, [slopes]) => {
      if (slopes === undefined) throw new Error('tokenLogProbs: the gradient lost what it saved');
      const dLogits = tf.mul(slopes, tf.reshape(tempered(dy, temperature), [rows, 1]));
      return [tf.reshape(dLogits, logits.shape)];
    },
  );
}

/**
 * log π(token) and the entropy H of every row in one pass over the logits. On native a single op gives −log π(token) and
 * b = π − 1[token], and H = −log π(token) − Σ b z follows from the two.
 * @param logits [N, V]
 * @param tokens int32 [N]
 * @param entropyGradient whether the entropy is differentiable; without it the gradient is one product
 * @returns [N, 2]
 */
export function logProbsAndEntropy(
  logits: tf.Tensor,
  tokens: tf.Tensor,
  temperature = 1,
  entropyGradient = true,
): tf.Tensor {
  const [rows, vocabulary] = [sizeOf(logits, 0), sizeOf(logits, -1)];
  assertTemperature('logProbsAndEntropy', temperature);
  assertShape('logProbsAndEntropy', 'logits', logits, [rows, vocabulary]);
  assertShape('logProbsAndEntropy', 'tokens', tokens, [rows], 'int32');
  return withGradient(
    [logits],
    (logits) => {
      const scaled = tempered(logits, temperature);
      const { logps, slopes } = chosenLogProbs(scaled, tokens, vocabulary);
      const column = tf.reshape(logps, [rows, 1]);
      // Rounding may leave a sure row a little below zero.
      const entropy = tf.relu(tf.sub(tf.sum(tf.mul(slopes, scaled), -1, true), column)); // [N, 1]
      const value = tf.concat([column, entropy], 1);
      return { value, saved: entropyGradient ? [slopes, scaled, entropy] : [slopes] };
    },
    (dy, [slopes, scaled, entropy]) => {
      if (slopes === undefined) throw new Error('logProbsAndEntropy: the gradient lost what it saved');
      const [dLogp, dEntropy] = tf.split(tempered(dy, temperature), 2, 1);
      if (!dLogp || !dEntropy) throw new Error('logProbsAndEntropy: the gradient has no columns');
      const dLogits = tf.mul(slopes, dLogp);
      if (scaled === undefined || entropy === undefined) return [dLogits];
      const all = plainLogSoftmax(scaled);
      const bends = tf.mul(tf.exp(all), tf.add(all, entropy));
      return [tf.sub(dLogits, tf.mul(bends, dEntropy))];
    },
  );
}

/**
 * log softmax(logits / temperature) of every token.
 * @param logits [..., V]
 * @returns [..., V]
 */
export function logSoftmax(logits: tf.Tensor, temperature = 1): tf.Tensor {
  assertTemperature('logSoftmax', temperature);
  return withGradient(
    [logits],
    (logits) => {
      const value = plainLogSoftmax(tempered(logits, temperature));
      return { value, saved: [value] };
    },
    (dy, [logps]) => {
      if (logps === undefined) throw new Error('logSoftmax: the gradient lost its value');
      const dScaled = tf.sub(dy, tf.mul(tf.exp(logps), tf.sum(dy, -1, true)));
      return [tempered(dScaled, temperature)];
    },
  );
}

/**
 * H = −Σ π log π in nats. dH / d logit = −π (log π + H) / temperature.
 * @param logits [..., V]
 * @returns [...]
 */
export function entropy(logits: tf.Tensor, temperature = 1): tf.Tensor {
  assertTemperature('entropy', temperature);
  return withGradient(
    [logits],
    (logits) => {
      const logps = plainLogSoftmax(tempered(logits, temperature));
      const probs = tf.exp(logps);
      const value = tf.neg(tf.sum(tf.mul(probs, logps), -1));
      return { value, saved: [logps, probs, value] };
    },
    (dy, [logps, probs, value]) => {
      if (logps === undefined || probs === undefined || value === undefined) {
        throw new Error('entropy: the gradient lost what it saved');
      }
      const slopes = tf.mul(probs, tf.add(logps, tf.expandDims(value, -1)));
      return [tempered(tf.mul(slopes, tf.expandDims(tf.neg(dy), -1)), temperature)];
    },
  );
}

/** @param scaled [N, V] @param chosen int32 [N] @returns logps [N] and their slopes 1[token] − π [N, V] */
function chosenLogProbs(
  scaled: tf.Tensor,
  chosen: tf.Tensor,
  vocabulary: number,
): { logps: tf.Tensor; slopes: tf.Tensor } {
  const backend = native();
  if (backend !== null) {
    // One op gives −logp and π − 1[token].
    const attrs = { T: 'float32', Tlabels: 'int32' } as const;
    const [loss, backprop] = nativeOps(
      backend,
      'SparseSoftmaxCrossEntropyWithLogits',
      [scaled, chosen],
      attrs,
      2,
    );
    if (loss === undefined || backprop === undefined)
      throw new Error('SparseSoftmaxCrossEntropyWithLogits gave no outputs');
    return { logps: tf.neg(loss), slopes: tf.neg(backprop) };
  }
  const logps = plainLogSoftmax(scaled);
  // Cast here: with a float dtype the wasm kernel of oneHot writes the bits of an integer 1.
  const isChosen = tf.cast(tf.oneHot(tf.cast(chosen, 'int32'), vocabulary), 'float32');
  return { logps: tf.sum(tf.mul(logps, isChosen), -1), slopes: tf.sub(isChosen, tf.exp(logps)) };
}

function plainLogSoftmax(scaled: tf.Tensor): tf.Tensor {
  const backend = native();
  if (backend !== null) {
    const rows = tf.reshape(scaled, [rowsOf(scaled), sizeOf(scaled, -1)]);
    const logps = backend.executeSingleOutput(
      'LogSoftmax',
      [{ name: 'T', type: backend.binding.TF_ATTR_TYPE, value: 1 }],
      [rows],
    );
    return tf.reshape(logps, scaled.shape);
  }
  const shifted = tf.sub(scaled, tf.max(scaled, -1, true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
}

function tempered(x: tf.Tensor, temperature: number): tf.Tensor {
  return temperature === 1 ? x : tf.mul(x, tf.scalar(1 / temperature));
}

function assertTemperature(op: string, temperature: number): void {
  if (!(temperature > 0) || !Number.isFinite(temperature)) {
    throw new Error(`${op}: the temperature must be a positive number, it is ${temperature}`);
  }
}
