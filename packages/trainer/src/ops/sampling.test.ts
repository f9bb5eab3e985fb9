import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { expectClose, irregularTensor } from './checkGradients.ts';
import { tokenLogProbs } from './logProbs.ts';
import { uniforms } from './random.ts';
import { greedyTokens, sampleTokens, type Truncation } from './sampling.ts';

const noise = (rows: number, counter = 0) =>
  tf.tensor2d(uniforms({ seed: 7, stream: 1, counter }, rows * 2), [rows, 2]);
const logitsOf = (probabilities: readonly number[], rows = 1) =>
  tf.tile(tf.log(tf.tensor2d([...probabilities], [1, probabilities.length])), [rows, 1]);
const truncation = (over: Partial<Truncation>): Truncation => ({
  topK: null,
  topP: null,
  minP: null,
  ...over,
});

/** Shares of the tokens among the draws, each within four standard errors; the draws are the same on every machine. */
function expectShares(drawn: Float32Array | Int32Array | Uint8Array, expected: readonly number[]): void {
  expected.forEach((probability, token) => {
    const share = drawn.filter((value) => value === token).length / drawn.length;
    const error = Math.sqrt((probability * (1 - probability)) / drawn.length);
    expect(Math.abs(share - probability), `token ${token}: ${share}`).toBeLessThanOrEqual(4 * error);
  });
}

await describeOnEachBackend('sampling', () => {
  it('takes the token in whose part of the running sum the uniform lies, and tells its log π', () => {
    // π = 1/4, 3/4: the first token's part ends at 0.25.
    const logits = logitsOf([1 / 4, 3 / 4], 3);
    const u = tf.tensor2d([0.2, 0.9, 0.3, 0.9, 1 - 2 ** -24, 0.9], [3, 2]);
    const { tokens, logps } = sampleTokens(logits, u);
    expect([...tokens.dataSync()]).toEqual([0, 1, 1]);
    expect(tokens.dtype).toBe('int32');
    expectClose(logps, [Math.log(1 / 4), Math.log(3 / 4), Math.log(3 / 4)]);
  });

  it('takes the likeliest when greedy, with its log-probability at the temperature', () => {
    // At T = 2: sqrt(1), sqrt(9) of 4.
    const { tokens, logps } = greedyTokens(logitsOf([0.1, 0.9]), 2);
    expect([...tokens.dataSync()]).toEqual([1]);
    expectClose(logps, [Math.log(3 / 4)]);
  });

  it('draws each token as often as softmax(logits / temperature) says', () => {
    const rows = 20_000;
    const logits = tf.mul(tf.log(tf.tensor2d([1, 4, 25], [1, 3])), tf.ones([rows, 1])); // at T = 2: 1, 2, 5 of 8
    expectShares(sampleTokens(logits, noise(rows), 2).tokens.dataSync(), [1 / 8, 2 / 8, 5 / 8]);
  });

  it('draws from a long vocabulary, the tail of tokens too small for one sum included', () => {
    // 1,000 tokens: 0 has half, tokens 300 … 999 share the rest evenly; 1 … 299 are impossible.
    const [rows, vocabulary] = [4000, 1000];
    const probabilities = Array.from({ length: vocabulary }, (_, token) =>
      token === 0 ? 0.5 : token < 300 ? 0 : 0.5 / 700,
    );
    const logits = tf.tile(
      tf.tensor2d(
        probabilities.map((p) => (p === 0 ? -1e9 : Math.log(p))),
        [1, vocabulary],
      ),
      [rows, 1],
    );
    const { tokens, logps } = sampleTokens(logits, noise(rows));
    const drawn = tokens.dataSync();
    // Stretches of 256: [300, 512), [512, 768), [768, 1000) of the tail.
    const part = (from: number, to: number) =>
      drawn.filter((token) => token >= from && token < to).length / rows;
    const shares = [part(0, 1), part(1, 300), part(300, 512), part(512, 768), part(768, 1000)];
    const expected = [0.5, 0, 106 / 700, 128 / 700, 116 / 700];
    shares.forEach((share, index) => {
      const p = expected[index] ?? NaN;
      expect(Math.abs(share - p), `part ${index}`).toBeLessThanOrEqual(4 * Math.sqrt((p * (1 - p)) / rows));
    });
    // Within a stretch too: the halves of [512, 768).
    expect(Math.abs(part(512, 640) / part(512, 768) - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / 600));
    // The sum under the logarithm adds 1,000 numbers, each addition rounds by 6e-8 at most.
    logps.dataSync().forEach((logp, row) => {
      expect(Math.abs(logp - Math.log(probabilities[drawn[row] ?? -1] ?? NaN))).toBeLessThan(6e-5);
    });
  });

  it('never draws what is impossible, however the uniforms fall', () => {
    const u = tf.tensor2d([2 ** -24, 0.5, 1 - 2 ** -24, 0.5, 0.5, 0.5], [3, 2]);
    const possible = [-Infinity, 0, -Infinity, 0, -Infinity];
    const drawn = sampleTokens(tf.tensor2d([possible, possible, possible].flat(), [3, 5]), u).tokens;
    expect([...drawn.dataSync()].every((token) => token === 1 || token === 3)).toBe(true);
  });

  it('draws among what truncation leaves, and tells log-probabilities under it', () => {
    const rows = 8000;
    const logits = logitsOf([0.4, 0.05, 0.3, 0.15, 0.1], rows);
    const cases: [Truncation, number[]][] = [
      [truncation({ topK: 2 }), [4 / 7, 0, 3 / 7, 0, 0]],
      // 0.4 + 0.3 < 0.8 ≤ 0.4 + 0.3 + 0.15
      [truncation({ topP: 0.8 }), [0.4 / 0.85, 0, 0.3 / 0.85, 0.15 / 0.85, 0]],
      [truncation({ minP: 0.3 }), [0.4 / 0.85, 0, 0.3 / 0.85, 0.15 / 0.85, 0]],
      // Of the 0.85 that three have: 0.4 < 0.5 · 0.85 ≤ 0.7.
      [truncation({ topK: 3, topP: 0.5 }), [4 / 7, 0, 3 / 7, 0, 0]],
      [truncation({ topP: 0.01 }), [1, 0, 0, 0, 0]],
      [truncation({ topK: 9, topP: 1, minP: 0 }), [0.4, 0.05, 0.3, 0.15, 0.1]],
    ];
    for (const [cut, expected] of cases) {
      const { tokens, logps } = sampleTokens(logits, noise(rows), 1, cut);
      const drawn = tokens.dataSync();
      expectShares(drawn, expected);
      logps.dataSync().forEach((logp, row) => {
        expect(Math.abs(logp - Math.log(expected[drawn[row] ?? -1] ?? NaN))).toBeLessThan(1e-5);
      });
    }
  });

  it('tells the same log-probability as training computes', () => {
    const logits = irregularTensor([6, 5]);
    const { tokens, logps } = sampleTokens(logits, noise(6), 0.8);
    expectClose(logps, [...tokenLogProbs(logits, tokens, 0.8).dataSync()]);
  });

  it('names the tensor whose shape is wrong', () => {
    expect(() => sampleTokens(tf.zeros([2, 3]), tf.zeros([2, 3]))).toThrow(
      'sampleTokens: uniforms must have the shape [2, 2], it has [2, 3]',
    );
    expect(() => greedyTokens(tf.zeros([3]))).toThrow(/logits must have the shape \[\?, \?\]/);
  });
});
