import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { checkGradients, expectClose, irregularTensor } from './checkGradients.ts';
import { adapterBlocks, frozenLinear, frozenLinearTransposed, lowRank } from './lora.ts';
import { linear, linearTransposed } from './matmul.ts';

const PARTS = [
  { start: 1, width: 2 },
  { start: 4, width: 1 },
];

await describeOnEachBackend('lora', () => {
  it('multiplies by both factors and the scale, each part in its own columns', () => {
    // x = (1, 2), rank 1: A = (1, 3 | 10, 30), so x A = (21, 63). B₁ = (1, 2) at columns 1-2, B₂ = (4) at column 4. Scale ½.
    const a = tf.tensor2d([1, 3, 10, 30], [2, 2]);
    const bs = [tf.tensor2d([1, 2], [1, 2]), tf.tensor2d([4], [1, 1])];
    const y = lowRank(tf.tensor2d([1, 2], [1, 2]), a, bs, PARTS, 5, 0.5);
    expectClose(y, [0, 10.5, 21, 0, 126]);
  });

  it('has the gradients that finite differences give, in the input and in every factor', () => {
    const inputs = [
      irregularTensor([2, 2, 3]),
      irregularTensor([3, 4], 1),
      irregularTensor([2, 2], 2),
      irregularTensor([2, 1], 3),
    ];
    checkGradients((x, a, b, c) => lowRank(x, a, [b, c], PARTS, 5, 0.7), inputs);
  });

  it('is nothing while the second factors are zero', () => {
    const y = lowRank(
      irregularTensor([3, 2]),
      irregularTensor([2, 4]),
      [tf.zeros([2, 2]), tf.zeros([2, 1])],
      PARTS,
      5,
      2,
    );
    expectClose(y, Array<number>(15).fill(0), 0);
  });

  it('puts a part that is the whole in place as it is', () => {
    const b = irregularTensor([2, 3]);
    expectClose(adapterBlocks([b], [{ start: 0, width: 3 }], 3), [...b.dataSync()], 0);
  });

  it('frozen products are the products, with the same gradient of the input', () => {
    const x = irregularTensor([2, 3, 4]);
    const [w, wt] = [irregularTensor([4, 5], 1), irregularTensor([5, 4], 1)];
    const slope = (fn: (x: tf.Tensor) => tf.Tensor) =>
      tf
        .grad((x: tf.Tensor) => tf.sum(tf.square(fn(x))))(x)
        .dataSync();
    expect(frozenLinear(x, w).dataSync()).toEqual(linear(x, w).dataSync());
    expect(slope((x) => frozenLinear(x, w))).toEqual(slope((x) => linear(x, w)));
    expect(frozenLinearTransposed(x, wt).dataSync()).toEqual(linearTransposed(x, wt).dataSync());
    expect(slope((x) => frozenLinearTransposed(x, wt))).toEqual(slope((x) => linearTransposed(x, wt)));
  });

  it('names what is wrong', () => {
    const x = tf.zeros([2, 3]);
    expect(() => frozenLinear(x, tf.zeros([2, 2]))).toThrow(/frozenLinear: w must have the shape \[3, \?\]/);
    expect(() => frozenLinearTransposed(x, tf.zeros([2, 2]))).toThrow(/w must have the shape \[\?, 3\]/);
    expect(() => adapterBlocks([tf.zeros([2, 2])], PARTS, 5)).toThrow(
      /2 adapted parts need as many factors, there are 1/,
    );
    expect(() => adapterBlocks([tf.zeros([2, 3]), tf.zeros([2, 1])], PARTS, 5)).toThrow(
      /factor 0 must have the shape \[\?, 2\]/,
    );
  });
});
