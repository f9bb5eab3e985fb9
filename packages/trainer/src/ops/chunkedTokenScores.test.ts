import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { checkGradients, expectClose, irregularTensor } from './checkGradients.ts';
import { chunkedTokenScores, type Head } from './chunkedTokenScores.ts';
import { entropy, logProbsAndEntropy, tokenLogProbs } from './logProbs.ts';

const ROWS = 5;
const WIDTH = 3;
const VOCABULARY = 11;

await describeOnEachBackend('chunkedTokenScores', (backend) => {
  const hidden = () => tf.mul(irregularTensor([ROWS, WIDTH]), 2);
  const tokens = () => tf.tensor1d([0, 10, 4, 7, 3], 'int32');
  const heads = (): Head[] => [
    { weight: irregularTensor([WIDTH, VOCABULARY], 1), transposed: false, frozen: false },
    { weight: irregularTensor([VOCABULARY, WIDTH], 1), transposed: true, frozen: false },
  ];
  const product = (h: tf.Tensor, { weight, transposed }: Head) => tf.matMul(h, weight, false, transposed);
  const columnsOf = (x: tf.Tensor) =>
    tf.split(x, x.shape[1] ?? 0, 1).map((column) => tf.reshape(column, [-1]));

  it('gives what the whole logits give, however they are cut', () => {
    for (const head of heads()) {
      for (const temperature of [1, 0.6]) {
        const logits = product(hidden(), head);
        const top = tf.cast(tf.equal(tf.cast(tf.argMax(logits, -1), 'int32'), tokens()), 'float32');
        for (const columns of [1, 4, 10, 11, 100]) {
          const options = { temperature, entropyGradient: true, columns };
          const [logp, h, isTop] = columnsOf(chunkedTokenScores(hidden(), head, tokens(), options));
          // Sums of eleven terms in another order.
          expectClose(logp ?? top, [...tokenLogProbs(logits, tokens(), temperature).dataSync()], 2e-6);
          expectClose(h ?? top, [...entropy(logits, temperature).dataSync()], 2e-6);
          expectClose(isTop ?? tf.zeros([0]), [...top.dataSync()], 0);
        }
      }
    }
  });

  it('has the gradients that finite differences give, in hidden states and head', () => {
    const chosen = tokens();
    for (const head of heads()) {
      const scores = (h: tf.Tensor, weight: tf.Tensor) => {
        const options = { temperature: 0.8, entropyGradient: true, columns: 4 };
        return tf.slice(chunkedTokenScores(h, { ...head, weight }, chosen, options), [0, 0], [-1, 2]);
      };
      checkGradients((h, weight) => scores(h, weight), [hidden(), head.weight]);
    }
  });

  it('leaves the entropy’s gradient out where it is not wanted, and the head’s where it is frozen', () => {
    const [head] = heads();
    if (!head) throw new Error('no head');
    const slope = (entropyGradient: boolean, column: number, frozen = false) =>
      tf.grad((h: tf.Tensor) => {
        const options = { temperature: 1, entropyGradient, columns: 4 };
        const scores = chunkedTokenScores(h, { ...head, frozen }, tokens(), options);
        return tf.sum(tf.slice(scores, [0, column], [-1, 1]));
      })(hidden());
    expectClose(slope(false, 1), Array<number>(ROWS * WIDTH).fill(0), 0);
    expect(Math.max(...slope(true, 1).dataSync())).toBeGreaterThan(0.01);
    expectClose(slope(false, 0, true), [...slope(true, 0).dataSync()], 0);
  });

  it('does not mind logits that would overflow an exponential', () => {
    const head: Head = { weight: tf.tensor2d([1e3, -1e3, 0, 1e3], [1, 4]), transposed: false, frozen: true };
    const options = { temperature: 1, entropyGradient: false, columns: 1 };
    const scores = chunkedTokenScores(tf.ones([1, 1]), head, tf.tensor1d([3], 'int32'), options);
    expectClose(scores, [-Math.LN2, Math.LN2, 1]);
  });

  it('gives the same bits compiled as not, and frees what it makes', () => {
    const inputs = [hidden(), ...heads().map(({ weight }) => weight), tokens()];
    const compiled = backend.compile(([h, plain, tied, chosen]) => {
      if (!h || !plain || !tied || !chosen) throw new Error('no inputs');
      return [plain, tied].flatMap((weight, index) => {
        const { value, grads } = tf.valueAndGrads((h: tf.Tensor, w: tf.Tensor) => {
          const head = { weight: w, transposed: index === 1, frozen: false };
          const options = { temperature: 1, entropyGradient: true, columns: 4 };
          return tf.sum(chunkedTokenScores(h, head, chosen, options));
        })([h, weight]);
        return [value, ...grads];
      });
    });
    const before = tf.memory().numTensors;
    const [first, second] = [compiled(inputs), compiled(inputs)];
    first.forEach((tensor, index) => expect(tensor.dataSync()).toEqual(second[index]?.dataSync()));
    tf.dispose([...first, ...second]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names the tensor whose shape is wrong', () => {
    const [head] = heads();
    if (!head) throw new Error('no head');
    const options = { temperature: 1, entropyGradient: true, columns: 4 };
    expect(() => chunkedTokenScores(tf.zeros([ROWS, 4]), head, tokens(), options)).toThrow(
      /hidden must have the shape \[\?, 3\], it has \[5, 4\]/,
    );
    expect(() => chunkedTokenScores(hidden(), head, tf.zeros([2], 'int32'), options)).toThrow(/tokens must/);
  });
});

await describeOnEachBackend('logProbsAndEntropy', () => {
  it('gives both, with the gradients that finite differences give', () => {
    const logits = tf.mul(irregularTensor([3, 4]), 3);
    const tokens = tf.tensor1d([1, 3, 0], 'int32');
    for (const temperature of [1, 0.5]) {
      const both = logProbsAndEntropy(logits, tokens, temperature);
      const [logp, h] = [tokenLogProbs(logits, tokens, temperature), entropy(logits, temperature)];
      expectClose(both, [...tf.stack([logp, h], 1).dataSync()], 2e-6);
      checkGradients((x) => logProbsAndEntropy(x, tokens, temperature), [logits]);
      checkGradients(
        (x) => tf.slice(logProbsAndEntropy(x, tokens, temperature, false), [0, 0], [-1, 1]),
        [logits],
      );
    }
  });

  it('is certain, not less than certain, where one token takes all', () => {
    const sure = logProbsAndEntropy(tf.tensor2d([1e4, 0, -1e4], [1, 3]), tf.tensor1d([0], 'int32'));
    expectClose(sure, [0, 0], 0);
  });
});
