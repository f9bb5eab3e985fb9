import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { checkGradients, expectClose, irregularTensor } from './checkGradients.ts';
import { geluTanh } from './gelu.ts';

await describeOnEachBackend('geluTanh', () => {
  it('gives ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))', () => {
    // At 1: √(2/π) · 1.044715 = 0.8335651…, its tanh 0.6823838…, so 0.8411920. At −1 that minus 1.
    expectClose(geluTanh(tf.tensor1d([0, 1, -1, 30, -30])), [0, 0.841192, -0.158808, 30, 0]);
  });

  it('has the gradient that finite differences give', () => {
    checkGradients((x) => geluTanh(x), [tf.mul(irregularTensor([2, 7]), 3)]);
  });

  it('is x more on the right than on the left: y(x) − y(−x) = x', () => {
    const x = tf.mul(irregularTensor([50]), 4);
    expectClose(tf.sub(geluTanh(x), geluTanh(tf.neg(x))), [...x.dataSync()]);
    expect(geluTanh(tf.zeros([2, 3, 4])).shape).toEqual([2, 3, 4]);
  });
});
