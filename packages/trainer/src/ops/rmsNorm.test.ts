import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { checkGradients, expectClose, irregularTensor } from './checkGradients.ts';
import { rmsNorm } from './rmsNorm.ts';

await describeOnEachBackend('rmsNorm', () => {
  it('divides by the root mean square: [3, 4] has the mean square 12.5', () => {
    const rms = Math.sqrt(12.5);
    expectClose(rmsNorm(tf.tensor1d([3, 4]), tf.tensor1d([1, 2]), 0), [3 / rms, 8 / rms]);
  });

  it('adds epsilon to the mean square: zeros stay zeros', () => {
    expectClose(rmsNorm(tf.zeros([2, 3]), tf.ones([3])), [0, 0, 0, 0, 0, 0], 0);
    expectClose(rmsNorm(tf.tensor1d([1, 1]), tf.ones([2]), 3), [0.5, 0.5]);
  });

  it('has the gradients that finite differences give', () => {
    checkGradients((x, gain) => rmsNorm(x, gain ?? x), [irregularTensor([2, 3, 4]), irregularTensor([4], 1)]);
  });

  it('does not change when its input is scaled', () => {
    const [x, gain] = [irregularTensor([5, 4]), irregularTensor([4], 1)];
    expectClose(rmsNorm(tf.mul(x, 8), gain, 0), [...rmsNorm(x, gain, 0).dataSync()]);
  });

  it('names the tensor whose shape is wrong', () => {
    expect(() => rmsNorm(tf.zeros([2, 3]), tf.zeros([4]))).toThrow(
      'rmsNorm: gain must have the shape [3], it has [4]',
    );
  });
});
