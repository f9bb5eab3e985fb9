/** @file What the scores of tokens hold in memory where the vocabulary is that of a real model. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOn } from '../backend/testBackends.ts';
import { irregularTensor } from '../ops/checkGradients.ts';
import { chunkedTokenScores } from '../ops/chunkedTokenScores.ts';

await describeOn('native', 'chunkedTokenScores of a large vocabulary', (backend) => {
  const [rows, width, vocabulary] = [256, 8, 151_936];
  const logitsBytes = rows * vocabulary * 4; // 156 MB

  const score = ([hidden, weight, tokens]: tf.Tensor[]): tf.Tensor[] => {
    if (!hidden || !weight || !tokens) throw new Error('no inputs');
    const { value, grads } = tf.valueAndGrads((hidden: tf.Tensor, weight: tf.Tensor) => {
      const head = { weight, transposed: true, frozen: false };
      const options = { temperature: 1, entropyGradient: false, columns: 2048 };
      return tf.sum(tf.slice(chunkedTokenScores(hidden, head, tokens, options), [0, 0], [-1, 1]));
    })([hidden, weight]);
    return [value, ...grads];
  };
  const inputs = () => [
    irregularTensor([rows, width]),
    irregularTensor([vocabulary, width], 1),
    tf.tensor1d(
      Int32Array.from({ length: rows }, (_, row) => (row * 7919) % vocabulary),
      'int32',
    ),
  ];

  it('holds a few slices, never the logits', async () => {
    const given = inputs();
    const before = tf.memory().numBytes;
    const { peakBytes } = await tf.profile(() => tf.tidy(() => score(given)));
    // Nine slices of 4.2 MB and the head's gradient twice, in pieces and put together: 48 MB.
    expect(peakBytes - before).toBeLessThan(0.3 * logitsBytes);
    tf.dispose(given);
  });

  // What a compiled function holds, tf.memory() cannot tell; Linux can: the most memory of the process since the mark was reset.
  it.skipIf(!existsSync('/proc/self/clear_refs'))('holds as little compiled', () => {
    const given = inputs();
    const compiled = backend.compile(score);
    const status = (field: string) =>
      1024 * Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
    writeFileSync('/proc/self/clear_refs', '5');
    const before = status('VmRSS');
    tf.dispose(compiled(given));
    expect(status('VmHWM') - before).toBeLessThan(0.5 * logitsBytes);
    compiled.dispose();
    tf.dispose(given);
  });
});
