import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { checkGradients, expectClose, irregularTensor } from './checkGradients.ts';
import { entropy, logSoftmax, tokenLogProbs } from './logProbs.ts';

await describeOnEachBackend('tokenLogProbs', () => {
  const tokens = () => tf.tensor2d([1, 0, 2], [1, 3], 'int32');

  it('is the log of the softmax: logits 0, ln 2, ln 5 have the probabilities 1/8, 2/8, 5/8', () => {
    const row = [0, Math.log(2), Math.log(5)];
    const logits = tf.tensor3d([...row, ...row, ...row], [1, 3, 3]);
    expectClose(tokenLogProbs(logits, tokens()), [Math.log(2 / 8), Math.log(1 / 8), Math.log(5 / 8)]);
    expectClose(logSoftmax(tf.tensor1d(row)), [Math.log(1 / 8), Math.log(2 / 8), Math.log(5 / 8)]);
    // Temperature 1/2 squares the odds: 1, 4, 25 of 30.
    expectClose(tokenLogProbs(logits, tokens(), 0.5), [
      Math.log(4 / 30),
      Math.log(1 / 30),
      Math.log(25 / 30),
    ]);
  });

  it('has entropy ln 4 where four tokens are equal, and ln 2 − … where they are not', () => {
    expectClose(entropy(tf.zeros([2, 4])), [Math.log(4), Math.log(4)]);
    // 1/4 and 3/4: ln 4 − 3/4 ln 3
    expectClose(entropy(tf.tensor2d([0, Math.log(3)], [1, 2])), [Math.log(4) - 0.75 * Math.log(3)]);
  });

  it('has the gradients that finite differences give, at several temperatures', () => {
    const logits = tf.mul(irregularTensor([1, 3, 4]), 2);
    const chosen = tokens();
    for (const temperature of [1, 0.7, 2]) {
      checkGradients((x) => tokenLogProbs(x, chosen, temperature), [logits]);
      checkGradients((x) => entropy(x, temperature), [logits]);
      checkGradients((x) => logSoftmax(x, temperature), [logits]);
    }
  });

  it('does not change when a number is added to all logits of a row, however large', () => {
    const logits = irregularTensor([1, 3, 4]);
    // At 4096 the spacing of float32 is 5e-4, so the logits themselves move by half of that.
    expectClose(
      tokenLogProbs(tf.add(logits, 4096), tokens()),
      [...tokenLogProbs(logits, tokens()).dataSync()],
      1e-3,
    );
    const extreme = tokenLogProbs(tf.tensor3d([1e4, 0, -1e4, 0, 1e4, 0, 0, 0, 1e4], [1, 3, 3]), tokens());
    expectClose(extreme, [-1e4, -1e4, 0], 0);
    expectClose(entropy(tf.tensor2d([1e4, 0, -1e4], [1, 3])), [0], 0);
  });

  it('sums to one over all tokens', () => {
    expectClose(tf.sum(tf.exp(logSoftmax(irregularTensor([5, 9]), 0.3)), -1), [1, 1, 1, 1, 1]);
  });

  it('names what is wrong', () => {
    const logits = tf.zeros([1, 3, 4]);
    expect(() => tokenLogProbs(logits, tf.zeros([1, 2], 'int32'))).toThrow(
      /tokenLogProbs: tokens must have the shape \[1, 3\]/,
    );
    expect(() => tokenLogProbs(logits, tf.zeros([1, 3]))).toThrow(/tokens must be int32/);
    expect(() => tokenLogProbs(logits, tokens(), 0)).toThrow(
      /temperature must be a positive number, it is 0/,
    );
    expect(() => entropy(logits, NaN)).toThrow(/temperature/);
  });
});
