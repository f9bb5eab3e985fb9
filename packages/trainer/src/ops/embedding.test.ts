import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOn, describeOnEachBackend } from '../backend/testBackends.ts';
import { checkGradients, expectClose, irregularTensor } from './checkGradients.ts';
import { embedding, sumByToken } from './embedding.ts';

await describeOnEachBackend('embedding', () => {
  const ids = () => tf.tensor2d([2, 0, 2, 1], [2, 2], 'int32');

  it('takes the rows of the table', () => {
    expectClose(embedding(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), ids()), [5, 6, 1, 2, 5, 6, 3, 4], 0);
    expect(embedding(tf.zeros([3, 2]), ids()).shape).toEqual([2, 2, 2]);
  });

  it('has the gradient that finite differences give', () => {
    const places = ids();
    checkGradients((table) => embedding(table, places), [irregularTensor([4, 3])]);
  });

  it('sums the rows of a token: twice token 2, once 0, never 1 of three', () => {
    const rows = tf.tensor2d([1, 10, 2, 20, 4, 40], [3, 2]);
    expectClose(sumByToken(rows, tf.tensor1d([2, 0, 2], 'int32'), 3), [2, 20, 0, 0, 5, 50], 0);
  });

  it('gives the same gradient bits every time', () => {
    const [rows, tokens] = [
      irregularTensor([4096, 16]),
      tf.tensor1d(
        Array.from({ length: 4096 }, (_, i) => (i * i) % 7),
        'int32',
      ),
    ];
    const first = sumByToken(rows, tokens, 8).dataSync();
    for (let round = 0; round < 5; round++) expect(sumByToken(rows, tokens, 8).dataSync()).toEqual(first);
  });

  it('names the tensor whose shape or dtype is wrong', () => {
    expect(() => embedding(tf.zeros([3]), ids())).toThrow(
      /embedding: table must have the shape \[\?, \?\], it has \[3\]/,
    );
    expect(() => embedding(tf.zeros([3, 2]), tf.zeros([2]))).toThrow(/ids must be int32, it is float32/);
  });
});

await describeOn('native', 'embedding of a large vocabulary', () => {
  it('has a gradient that never holds a number per place and token', async () => {
    const [vocabulary, places, width] = [151_936, 512, 8];
    const table = tf.zeros([vocabulary, width]);
    const ids = tf.tensor1d(
      Int32Array.from({ length: places }, (_, place) => (place * 7919) % vocabulary),
      'int32',
    );
    const before = tf.memory().numBytes;
    const { peakBytes, result } = await tf.profile(() =>
      tf.grad((table: tf.Tensor) => tf.sum(embedding(table, ids)))(table),
    );
    expect(tf.sum(result as tf.Tensor).dataSync()[0]).toBe(places * width);
    // The gradient is as large as the table, 4.9 MB; one float32 for each place and token would be 311 MB.
    expect(peakBytes - before).toBeLessThan(1.5 * vocabulary * width * 4);
    tf.dispose([table, ids, result]);
  });
});
