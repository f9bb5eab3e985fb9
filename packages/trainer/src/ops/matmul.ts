/**
 * @file Matrix products that are fast on both backends, gradients included: a transpose flag costs nothing, on native nor with our
 * own product on wasm (`backend/wasm/matMul.ts`), and a transpose would.
 */
import * as tf from '@tensorflow/tfjs-core';

import { assertShape, rowsOf, sizeOf } from './shapes.ts';
import { onWasm } from './wasm.ts';
import { withGradient } from './withGradient.ts';

/**
 * y = x W: one product over the last axis.
 * @param x [..., D]
 * @param w [D, E]
 * @returns [..., E]
 */
export function linear(x: tf.Tensor, w: tf.Tensor): tf.Tensor {
  const width = sizeOf(x, -1);
  assertShape('linear', 'w', w, [width, null]);
  return withGradient(
    [x, w],
    (x, w) => ({ value: overRows(x, (rows) => tf.matMul(rows, w)), saved: [x, w] }),
    (dy, [x, w]) => {
      if (x === undefined || w === undefined) throw new Error('linear: the gradient lost its inputs');
      return [overRows(dy, (rows) => timesTransposed(rows, w)), transposedTimes(asRows(x), asRows(dy))];
    },
  );
}

/**
 * y = x Wᵀ: for an output head that shares its weights with the embedding.
 * @param x [..., D]
 * @param w [E, D]
 * @returns [..., E]
 */
export function linearTransposed(x: tf.Tensor, w: tf.Tensor): tf.Tensor {
  const width = sizeOf(x, -1);
  assertShape('linearTransposed', 'w', w, [null, width]);
  return withGradient(
    [x, w],
    (x, w) => ({ value: overRows(x, (rows) => timesTransposed(rows, w)), saved: [x, w] }),
    (dy, [x, w]) => {
      if (x === undefined || w === undefined)
        throw new Error('linearTransposed: the gradient lost its inputs');
      return [overRows(dy, (rows) => tf.matMul(rows, w)), transposedTimes(asRows(dy), asRows(x))];
    },
  );
}

/** a bᵀ over the last two axes: [..., M, K] and [..., N, K] give [..., M, N]. Has no gradient of its own. */
export function timesTransposed(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  // The one case in which wasm is faster with a transpose: a large plain product is TensorFlow.js's own (`backend/wasm/kernels.ts`).
  if (a.rank === 2 && b.rank === 2 && sizeOf(a, 0) > 8 * sizeOf(b, 0) && onWasm())
    return tf.matMul(a, tf.transpose(b));
  return tf.matMul(a, b, false, true);
}

/** aᵀ b over the last two axes: [..., K, M] and [..., K, N] give [..., M, N]. Has no gradient of its own. */
export function transposedTimes(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.matMul(a, b, true, false);
}

function asRows(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [rowsOf(x), sizeOf(x, -1)]);
}

function overRows(x: tf.Tensor, product: (rows: tf.Tensor2D) => tf.Tensor): tf.Tensor {
  if (x.rank === 2) return product(asRows(x));
  const rows = product(asRows(x));
  return tf.reshape(rows, [...x.shape.slice(0, -1), sizeOf(rows, -1)]);
}
