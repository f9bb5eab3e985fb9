import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { checkGradients, expectClose, irregularTensor } from './checkGradients.ts';
import { linear, linearTransposed, timesTransposed, transposedTimes } from './matmul.ts';

await describeOnEachBackend('linear', () => {
  it('is x W: [1, 2] · [[1, 0, 2], [3, 1, 0]] = [1 + 6, 2, 2]', () => {
    const w = tf.tensor2d([1, 0, 2, 3, 1, 0], [2, 3]);
    expectClose(linear(tf.tensor2d([1, 2], [1, 2]), w), [7, 2, 2]);
    expect(linear(tf.zeros([4, 5, 2]), w).shape).toEqual([4, 5, 3]);
  });

  it('has the gradients that finite differences give, for two and for three axes', () => {
    checkGradients(linear, [irregularTensor([3, 4]), irregularTensor([4, 2], 1)]);
    checkGradients(linear, [irregularTensor([2, 3, 4]), irregularTensor([4, 2], 1)]);
    checkGradients(linearTransposed, [irregularTensor([2, 3, 4]), irregularTensor([2, 4], 1)]);
  });

  it('is linear: (a x + y) W = a (x W) + y W', () => {
    const [x, y, w] = [irregularTensor([3, 4]), irregularTensor([3, 4], 1), irregularTensor([4, 2], 2)];
    const separate = tf.add(tf.mul(linear(x, w), 3), linear(y, w));
    expectClose(linear(tf.add(tf.mul(x, 3), y), w), [...separate.dataSync()], 2e-6); // sums of 4 terms up to 4
  });

  it('agrees with its transposed form', () => {
    const [x, w] = [irregularTensor([2, 3, 4]), irregularTensor([4, 5], 2)];
    expectClose(linearTransposed(x, tf.transpose(w)), [...linear(x, w).dataSync()]);
  });

  it('multiplies batches with one side transposed', () => {
    const [a, b] = [irregularTensor([2, 3, 4]), irregularTensor([2, 5, 4], 1)];
    expectClose(timesTransposed(a, b), [...tf.matMul(a, tf.transpose(b, [0, 2, 1])).dataSync()]);
    const c = irregularTensor([2, 3, 5], 2);
    expectClose(transposedTimes(a, c), [...tf.matMul(tf.transpose(a, [0, 2, 1]), c).dataSync()]);
  });

  it('names the tensor whose shape is wrong', () => {
    expect(() => linear(tf.zeros([2, 3]), tf.zeros([4, 2]))).toThrow(
      'linear: w must have the shape [3, ?], it has [4, 2]',
    );
    expect(() => linearTransposed(tf.zeros([2, 3]), tf.zeros([3, 2]))).toThrow(
      /linearTransposed: w must have the shape \[\?, 3\]/,
    );
  });
});
