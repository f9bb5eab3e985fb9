import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { expectClose, irregularTensor } from './checkGradients.ts';
import { tokenLogProbs } from './logProbs.ts';
import { uniforms } from './random.ts';
import { greedyTokens, gumbel, sampleTokens } from './sampling.ts';

await describeOnEachBackend('sampling', () => {
  it('turns the uniform e^−1 into Gumbel noise 0, and e^−e into −1', () => {
    expectClose(gumbel(tf.tensor1d([Math.exp(-1), Math.exp(-Math.E)])), [0, -1]);
  });

  it('takes the largest of log π + noise and tells its log π', () => {
    // π = 1/4, 3/4. Noise 2 lifts the first: ln(1/4) + 2 = 0.61 > ln(3/4).
    const logits = tf.tensor2d([0, Math.log(3), 0, Math.log(3)], [2, 2]);
    const { tokens, logps } = sampleTokens(logits, tf.tensor2d([2, 0, 0, 0], [2, 2]));
    expect([...tokens.dataSync()]).toEqual([0, 1]);
    expect(tokens.dtype).toBe('int32');
    expectClose(logps, [Math.log(1 / 4), Math.log(3 / 4)]);
    expect([...greedyTokens(logits).tokens.dataSync()]).toEqual([1, 1]);
  });

  it('draws each token as often as softmax(logits / temperature) says', () => {
    const [rows, temperature] = [20_000, 2];
    const logits = tf.mul(tf.log(tf.tensor2d([1, 4, 25], [1, 3])), tf.ones([rows, 1])); // at T = 2: 1, 2, 5 of 8
    const noise = gumbel(tf.tensor2d(uniforms({ seed: 7, stream: 1, counter: 0 }, rows * 3), [rows, 3]));
    const drawn = sampleTokens(logits, noise, temperature).tokens.dataSync();
    [1 / 8, 2 / 8, 5 / 8].forEach((probability, token) => {
      const share = drawn.filter((value) => value === token).length / rows;
      // Four standard errors of a share; the draws are the same on every machine.
      expect(Math.abs(share - probability)).toBeLessThan(
        4 * Math.sqrt((probability * (1 - probability)) / rows),
      );
    });
  });

  it('tells the same log-probability as training computes', () => {
    const logits = irregularTensor([6, 5]);
    const noise = gumbel(tf.tensor2d(uniforms({ seed: 3, stream: 1, counter: 0 }, 30), [6, 5]));
    const { tokens, logps } = sampleTokens(logits, noise, 0.8);
    expectClose(logps, [...tokenLogProbs(logits, tokens, 0.8).dataSync()]);
  });

  it('names the tensor whose shape is wrong', () => {
    expect(() => sampleTokens(tf.zeros([2, 3]), tf.zeros([2, 4]))).toThrow(
      'sampleTokens: noise must have the shape [2, 3], it has [2, 4]',
    );
    expect(() => greedyTokens(tf.zeros([3]))).toThrow(/logits must have the shape \[\?, \?\]/);
  });
});
