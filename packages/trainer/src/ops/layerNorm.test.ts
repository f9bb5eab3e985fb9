import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { checkGradients, expectClose, irregularTensor } from './checkGradients.ts';
import { layerNorm } from './layerNorm.ts';

await describeOnEachBackend('layerNorm', () => {
  it('takes the mean off and divides by the deviation of the population: 1, 3 gives −1, 1', () => {
    const x = tf.tensor2d([1, 3, 5, 9], [2, 2]);
    // Gains 2 and 3, biases 10 and 20; ε = 0.
    expectClose(layerNorm(x, tf.tensor1d([2, 3]), tf.tensor1d([10, 20]), 0), [8, 23, 8, 23]);
  });

  it('adds ε to the variance: variance 1 and ε 3 halve', () => {
    expectClose(layerNorm(tf.tensor1d([1, 3]), tf.ones([2]), tf.zeros([2]), 3), [-0.5, 0.5]);
  });

  it('has the gradients that finite differences give', () => {
    const inputs = [irregularTensor([2, 3, 5]), irregularTensor([5], 1), irregularTensor([5], 2)];
    checkGradients((x, gain, bias) => layerNorm(x, gain, bias), inputs);
  });

  it('does not see an offset of its input', () => {
    const x = irregularTensor([4, 8]);
    const [gain, bias] = [irregularTensor([8], 1), irregularTensor([8], 2)];
    // Values near 64 are spaced by 7.6e-6, deviations are near 0.7.
    const expected = [...layerNorm(x, gain, bias).dataSync()];
    expectClose(layerNorm(tf.add(x, 64), gain, bias), expected, 5e-5);
  });

  it('names the tensor whose shape is wrong', () => {
    expect(() => layerNorm(tf.zeros([2, 3]), tf.zeros([2]), tf.zeros([3]))).toThrow(/layerNorm: gain/);
    expect(() => layerNorm(tf.zeros([2, 3]), tf.zeros([3]), tf.zeros([2]))).toThrow(/layerNorm: bias/);
  });
});
