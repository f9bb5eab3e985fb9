/** @file The gated linear unit with SiLU (arxiv 2002.05202). */
import * as tf from '@tensorflow/tfjs-core';

import { assertShape, sizeOf } from './shapes.ts';
import { withGradient } from './withGradient.ts';

/**
 * silu(gate) · up, where gate and up are the halves of the last axis and silu(z) = z σ(z).
 * silu'(z) = σ(z) (1 + z (1 − σ(z))).
 * @param x [..., 2F], gate first
 * @returns [..., F]
 */
export function swiglu(x: tf.Tensor): tf.Tensor {
  const width = sizeOf(x, -1);
  if (width % 2 !== 0) throw new Error(`swiglu: the last axis must be even (gate and up), it is ${width}`);
  assertShape('swiglu', 'x', x, ['...', width], 'float32');
  return withGradient(
    [x],
    (x) => {
      const [gate, up] = halves(x);
      const sigmoid = tf.sigmoid(gate);
      const silu = tf.mul(gate, sigmoid);
      return { value: tf.mul(silu, up), saved: [up, sigmoid, silu] };
    },
    (dy, [up, sigmoid, silu]) => {
      if (up === undefined || sigmoid === undefined || silu === undefined) {
        throw new Error('swiglu: the gradient lost what it saved');
      }
      // σ + z σ (1 − σ) = σ + silu (1 − σ) = σ + silu − silu σ
      const slope = tf.sub(tf.add(sigmoid, silu), tf.mul(silu, sigmoid));
      return [tf.concat([tf.mul(tf.mul(dy, up), slope), tf.mul(dy, silu)], -1)];
    },
  );
}

function halves(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const [gate, up] = tf.split(x, 2, -1);
  if (gate === undefined || up === undefined) throw new Error('swiglu: the last axis has no halves');
  return [gate, up];
}
