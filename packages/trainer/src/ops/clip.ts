/** @file The global gradient norm, and clipping to it. */
import * as tf from '@tensorflow/tfjs-core';

import { native, nativeOp } from './native.ts';

/** sqrt(Σ over all tensors and elements of x²): a scalar. @throws Error for an empty list. */
export function globalNorm(tensors: readonly tf.Tensor[]): tf.Tensor {
  if (tensors.length === 0) throw new Error('globalNorm: there are no tensors');
  const backend = native();
  if (backend !== null) {
    // L2Loss is Σx²/2 in one pass over the memory.
    const halves = tensors.map((tensor) => nativeOp(backend, 'L2Loss', [tensor], { T: 'float32' }));
    return tf.sqrt(tf.mul(tf.addN(halves), 2));
  }
  return tf.sqrt(tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor)))));
}

/**
 * Scales all tensors by min(1, maxNorm / norm), so that their global norm is at most maxNorm.
 * @param maxNorm > 0; null leaves them as they are
 * @returns the tensors, the factor (a scalar; 1 when nothing was clipped), and the norm before clipping (a scalar)
 */
export function clipByGlobalNorm(
  tensors: readonly tf.Tensor[],
  maxNorm: number | null,
): { clipped: tf.Tensor[]; norm: tf.Tensor } {
  const norm = globalNorm(tensors);
  if (maxNorm === null) return { clipped: [...tensors], norm };
  if (!(maxNorm > 0)) throw new Error(`clipByGlobalNorm: maxNorm must be positive, it is ${maxNorm}`);
  // The norm is never taken as less than maxNorm: no division by zero, and a factor of exactly 1 below it.
  const factor = tf.div(tf.scalar(maxNorm), tf.maximum(norm, maxNorm));
  return { clipped: tensors.map((tensor) => tf.mul(tensor, factor)), norm };
}
