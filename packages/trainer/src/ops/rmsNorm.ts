/** @file Root mean square normalisation (arxiv 1910.07467). */
import * as tf from '@tensorflow/tfjs-core';

import { assertShape, rowsOf, sizeOf } from './shapes.ts';
import { onWasm, wasmOp } from './wasm.ts';
import { withGradient } from './withGradient.ts';

/**
 * y = x / sqrt(mean(x²) + epsilon) · gain, over the last axis.
 * With r = 1/sqrt(mean(x²) + ε) and x̂ = x r: dx = r (dy g − x̂ mean(dy g x̂)), dg = Σ_rows dy x̂.
 * @param x [..., D]
 * @param gain [D]
 * @returns [..., D]
 */
export function rmsNorm(x: tf.Tensor, gain: tf.Tensor, epsilon = 1e-6): tf.Tensor {
  const width = sizeOf(x, -1);
  assertShape('rmsNorm', 'gain', gain, [width]);
  return withGradient(
    [x, gain],
    (x, gain) => {
      if (onWasm()) {
        const [value, scale] = wasmOp('NablaRmsNorm', { x, gain, epsilon: tf.scalar(epsilon) });
        if (value === undefined || scale === undefined) throw new Error('NablaRmsNorm gave no outputs');
        return { value, saved: [x, scale, gain] };
      }
      const scale = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon)); // [..., 1]
      const normal = tf.mul(x, scale);
      return { value: tf.mul(normal, gain), saved: [normal, scale, gain] };
    },
    (dy, [normal, scale, gain]) => {
      if (normal === undefined || scale === undefined || gain === undefined) {
        throw new Error('rmsNorm: the gradient lost what it saved');
      }
      if (onWasm()) return wasmOp('NablaRmsNormGradient', { dy, x: normal, scale, gain });
      const dNormal = tf.mul(dy, gain);
      const along = tf.mean(tf.mul(dNormal, normal), -1, true);
      const dx = tf.mul(scale, tf.sub(dNormal, tf.mul(normal, along)));
      const dGain = tf.sum(tf.reshape(tf.mul(dy, normal), [rowsOf(dy), width]), 0);
      return [dx, dGain];
    },
  );
}
