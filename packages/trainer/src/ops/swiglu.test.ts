import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { checkGradients, expectClose, irregularTensor } from './checkGradients.ts';
import { swiglu } from './swiglu.ts';

await describeOnEachBackend('swiglu', () => {
  it('is gate · σ(gate) · up: gate ln 3 has σ = 3/4', () => {
    expectClose(swiglu(tf.tensor2d([Math.log(3), 0, 2, 5], [1, 4])), [Math.log(3) * 0.75 * 2, 0]);
  });

  it('has the gradient that finite differences give', () => {
    checkGradients(swiglu, [tf.mul(irregularTensor([2, 3, 4]), 3)]);
  });

  it('is linear in up', () => {
    const [gate, up] = [irregularTensor([3, 2]), irregularTensor([3, 2], 1)];
    const tripled = swiglu(tf.concat([gate, tf.mul(up, 3)], 1));
    expectClose(tripled, [...tf.mul(swiglu(tf.concat([gate, up], 1)), 3).dataSync()]);
  });

  it('refuses an odd last axis', () => {
    expect(() => swiglu(tf.zeros([2, 3]))).toThrow(
      'swiglu: the last axis must be even (gate and up), it is 3',
    );
  });
});
