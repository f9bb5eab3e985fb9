/** @file Layer normalisation (arXiv 1607.06450). */
import * as tf from '@tensorflow/tfjs-core';

import { assertShape, rowsOf, sizeOf } from './shapes.ts';
import { withGradient } from './withGradient.ts';

/**
 * y = (x − mean) / sqrt(variance + epsilon) · gain + bias, over the last axis; the variance is that of the population.
 * With r = 1/sqrt(variance + ε) and x̂ = (x − mean) r: dx = r (dŷ − mean(dŷ) − x̂ mean(dŷ x̂)), dŷ = dy g;
 * dg = Σ_rows dy x̂, db = Σ_rows dy.
 * @param x [..., D]
 * @param gain [D]
 * @param bias [D]
 * @returns [..., D]
 */
export function layerNorm(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor, epsilon = 1e-5): tf.Tensor {
  const width = sizeOf(x, -1);
  assertShape('layerNorm', 'gain', gain, [width]);
  assertShape('layerNorm', 'bias', bias, [width]);
  return withGradient(
    [x, gain, bias],
    (x, gain, bias) => {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon)); // [..., 1]
      const normal = tf.mul(centred, scale);
      return { value: tf.add(tf.mul(normal, gain), bias), saved: [normal, scale, gain] };
    },
    (dy, [normal, scale, gain]) => {
      if (normal === undefined || scale === undefined || gain === undefined)
        throw new Error('layerNorm: the gradient lost what it saved');
      const dNormal = tf.mul(dy, gain);
      const along = tf.mean(tf.mul(dNormal, normal), -1, true);
      const dx = tf.mul(scale, tf.sub(tf.sub(dNormal, tf.mean(dNormal, -1, true)), tf.mul(normal, along)));
      const rows = [rowsOf(dy), width];
      return [dx, tf.sum(tf.reshape(tf.mul(dy, normal), rows), 0), tf.sum(tf.reshape(dy, rows), 0)];
    },
  );
}
