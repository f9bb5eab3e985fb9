/** @file The Gaussian error linear unit in its tanh form (arXiv 1606.08415, section 2), which GPT-2 was trained with ("gelu_new"). */
import * as tf from '@tensorflow/tfjs-core';

import { withGradient } from './withGradient.ts';

const ROOT = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/**
 * y = x/2 · (1 + tanh u) with u = √(2/π) (x + 0.044715 x³).
 * dy/dx = (1 + t)/2 + x/2 · (1 − t²) · √(2/π) (1 + 3 · 0.044715 x²), t = tanh u.
 * @param x any shape
 */
export function geluTanh(x: tf.Tensor): tf.Tensor {
  return withGradient(
    [x],
    (x) => {
      const square = tf.square(x);
      const inner = tf.mul(tf.mul(x, ROOT), tf.add(tf.mul(square, CUBIC), 1));
      const tanh = tf.tanh(inner);
      return { value: tf.mul(tf.mul(x, 0.5), tf.add(tanh, 1)), saved: [x, square, tanh] };
    },
    (dy, [x, square, tanh]) => {
      if (x === undefined || square === undefined || tanh === undefined)
        throw new Error('geluTanh: the gradient lost what it saved');
      const dInner = tf.add(tf.mul(square, 3 * CUBIC * ROOT), ROOT);
      const bend = tf.mul(tf.mul(x, dInner), tf.sub(1, tf.square(tanh)));
      return [tf.mul(tf.mul(dy, 0.5), tf.add(tf.add(tanh, 1), bend))];
    },
  );
}
