/**
 * @file Log-probabilities and entropies straight from hidden states, for vocabularies whose logits would fill the memory:
 * computed a slice of the vocabulary at a time, forward and backward, so that [N, V] never exists. The gradient computes
 * each slice again: one product more in four. Slices of the vocabulary, not of the rows, because each then writes its own
 * part of the head's gradient, where slices of rows would add up gradients as large as the whole head.
 */
import * as tf from '@tensorflow/tfjs-core';

import { timesTransposed, transposedTimes } from './matmul.ts';
import { native, nativeOp } from './native.ts';
import { assertShape, sizeOf } from './shapes.ts';
import { withGradient } from './withGradient.ts';

/** The output head. */
export interface Head {
  /** [D, V], or [V, D] where it is the embedding. */
  readonly weight: tf.Tensor;
  readonly transposed: boolean;
  /** Has no gradient: none as large as the head is computed. */
  readonly frozen: boolean;
}

export interface ChunkOptions {
  readonly temperature: number;
  /** Whether the entropy has a gradient too. */
  readonly entropyGradient: boolean;
  /** Vc: columns of one slice. */
  readonly columns: number;
}

/**
 * @param hidden [N, D]
 * @param tokens int32 [N]
 * @returns [N, 3]: log π(token) and entropy under softmax(logits / temperature), and 1 where no token is likelier, else 0
 */
export function chunkedTokenScores(
  hidden: tf.Tensor,
  head: Head,
  tokens: tf.Tensor,
  options: ChunkOptions,
): tf.Tensor {
  const rows = sizeOf(hidden, 0);
  assertShape('chunkedTokenScores', 'hidden', hidden, [null, sizeOf(head.weight, head.transposed ? 1 : 0)]);
  assertShape('chunkedTokenScores', 'tokens', tokens, [rows], 'int32');
  const inputs = head.frozen ? [hidden] : [hidden, head.weight];
  return withGradient(
    inputs,
    (hidden, weight = head.weight) => forward(hidden, { ...head, weight }, tokens, options),
    (dy, saved) => {
      const { dHidden, dWeight } = backward(dy, saved, head, options);
      return dWeight === null ? [dHidden] : [dHidden, dWeight];
    },
  );
}

/** What has been seen of every row up to a slice: m = max z, S = Σ e^(z − m), U = Σ e^(z − m) (z − m), z of the token; each [N, 1]. */
type Seen = readonly [top: tf.Tensor, sum: tf.Tensor, moment: tf.Tensor, chosen: tf.Tensor];

function forward(
  hidden: tf.Tensor,
  head: Head,
  tokens: tf.Tensor,
  { temperature, columns }: ChunkOptions,
): { value: tf.Tensor; saved: tf.Tensor[] } {
  let seen: Seen | null = null;
  for (const slice of slices(head, columns)) {
    const before: Seen | null = seen;
    const next = tf.tidy(() => {
      const turn = turnAfter(before && tf.add(before[1], before[3]));
      const z = logitsOf(hidden, sliceOf(head, slice, turn), head, temperature); // [N, Vc]
      const chosen = tf.sum(tf.mul(z, isToken(tokens, slice, turn)), -1, true);
      const top = tf.max(z, -1, true);
      return [...joined(before, z, top, chosen)];
    });
    tf.dispose(before === null ? [] : [...before]);
    seen = asSeen(next);
  }
  if (seen === null) throw new Error('chunkedTokenScores: the vocabulary is empty');
  const [top, sum, moment, chosen] = seen;
  const logSum = tf.log(sum);
  const entropy = tf.sub(logSum, tf.div(moment, sum)); // [N, 1]
  const isTop = tf.cast(tf.greaterEqual(chosen, top), 'float32');
  const value = tf.concat([tf.sub(tf.sub(chosen, top), logSum), entropy, isTop], 1);
  return { value, saved: [hidden, head.weight, tokens, top, logSum, entropy] };
}

/** The sums over two sets of columns, relative to the larger maximum. */
function joined(before: Seen | null, z: tf.Tensor, top: tf.Tensor, chosen: tf.Tensor): Seen {
  const max = before === null ? top : tf.maximum(before[0], top);
  const shifted = tf.sub(z, max);
  const powers = tf.exp(shifted);
  const sum = tf.sum(powers, -1, true);
  const moment = tf.sum(tf.mul(powers, shifted), -1, true);
  if (before === null) return [max, sum, moment, chosen];
  const drop = tf.sub(before[0], max); // ≤ 0
  const factor = tf.exp(drop);
  const held = tf.mul(factor, tf.add(before[2], tf.mul(drop, before[1])));
  return [max, tf.add(tf.mul(factor, before[1]), sum), tf.add(held, moment), tf.add(before[3], chosen)];
}

/** dz = dlogp (1[token] − π) − dH π (log π + H), slice by slice; dh = Σ dz Wᵀ, dW = hᵀ dz, both over the temperature. */
function backward(
  dy: tf.Tensor,
  [hidden, weight, tokens, top, logSum, entropy]: readonly tf.Tensor[],
  { transposed, frozen }: Head,
  { temperature, entropyGradient, columns }: ChunkOptions,
): { dHidden: tf.Tensor; dWeight: tf.Tensor | null } {
  if (!hidden || !weight || !tokens || !top || !logSum || !entropy)
    throw new Error('chunkedTokenScores: the gradient lost what it saved');
  const head = { weight, transposed, frozen };
  const [dLogp, dEntropy] = tf.split(tf.mul(dy, tf.scalar(1 / temperature)), 3, 1); // [N, 1] each
  if (!dLogp || !dEntropy) throw new Error('chunkedTokenScores: the gradient has no columns');
  let dHidden: tf.Tensor | null = null;
  const parts: tf.Tensor[] = [];
  for (const slice of slices(head, columns)) {
    const before: tf.Tensor | null = dHidden;
    const [next, part]: tf.Tensor[] = tf.tidy(() => {
      const turn = turnAfter(parts.at(-1) ?? before);
      const w = sliceOf(head, slice, turn);
      const logps = tf.sub(tf.sub(logitsOf(hidden, w, head, temperature), top), logSum);
      const probs = tf.exp(logps);
      let dz = tf.mul(dLogp, tf.sub(isToken(tokens, slice, turn), probs));
      if (entropyGradient) dz = tf.sub(dz, tf.mul(dEntropy, tf.mul(probs, tf.add(logps, entropy))));
      const through = transposed ? tf.matMul(dz, w) : timesTransposed(dz, w);
      const sum: tf.Tensor = before === null ? through : tf.add(before, through);
      if (frozen) return [sum];
      return [sum, transposed ? transposedTimes(dz, hidden) : transposedTimes(hidden, dz)];
    });
    before?.dispose();
    dHidden = next ?? null;
    if (part) parts.push(part);
  }
  if (dHidden === null) throw new Error('chunkedTokenScores: the vocabulary is empty');
  return { dHidden, dWeight: frozen ? null : tf.concat(parts, transposed ? 0 : 1) };
}

interface Slice {
  readonly start: number;
  readonly size: number;
}

function slices({ weight, transposed }: Head, columns: number): Slice[] {
  const vocabulary = sizeOf(weight, transposed ? 0 : 1);
  const count = Math.ceil(vocabulary / columns);
  return Array.from({ length: count }, (_, index) => ({
    start: index * columns,
    size: Math.min(columns, vocabulary - index * columns),
  }));
}

function logitsOf(hidden: tf.Tensor, w: tf.Tensor, { transposed }: Head, temperature: number): tf.Tensor {
  const z = transposed ? timesTransposed(hidden, w) : tf.matMul(hidden, w);
  return temperature === 1 ? z : tf.mul(z, tf.scalar(1 / temperature));
}

/** [N, Vc]: 1 where the column is the row's token. */
function isToken(tokens: tf.Tensor, { start, size }: Slice, turn: tf.Tensor | null): tf.Tensor {
  const columns = tf.range(start, start + size, 1, 'int32');
  const now = turn === null ? tokens : tf.add(tokens, turn);
  return tf.cast(tf.equal(tf.reshape(now, [tokens.size, 1]), columns), 'float32');
}

function sliceOf({ weight, transposed }: Head, { start, size }: Slice, turn: tf.Tensor | null): tf.Tensor {
  const width = sizeOf(weight, transposed ? 1 : 0);
  const begin = transposed ? [start, 0] : [0, start];
  const extent = transposed ? [size, width] : [width, size];
  const backend = native();
  if (backend === null || turn === null) return tf.slice(weight, begin, extent);
  const place = tf.add(tf.tensor1d(begin, 'int32'), turn);
  return nativeOp(backend, 'Slice', [weight, place, tf.tensor1d(extent, 'int32')], {
    T: 'float32',
    Index: 'int32',
  });
}

/**
 * Nothing else would keep a compiled function from computing the logits of all slices at once: all that is large begins with a
 * zero, int32 [1], that is known only once `after`, of the slice before, has been computed.
 */
function turnAfter(after: tf.Tensor | null): tf.Tensor | null {
  if (native() === null || after === null) return null;
  const [origin, one] = [after.shape.map(() => 0), after.shape.map(() => 1)];
  // A square is never below zero, NaN's neither: always 0, which TensorFlow cannot know.
  const value = tf.reshape(tf.slice(after, origin, one), [1]);
  return tf.cast(tf.less(tf.square(value), 0), 'int32');
}

function asSeen([top, sum, moment, chosen]: readonly tf.Tensor[]): Seen {
  if (!top || !sum || !moment || !chosen) throw new Error('chunkedTokenScores: a slice gave too little');
  return [top, sum, moment, chosen];
}
