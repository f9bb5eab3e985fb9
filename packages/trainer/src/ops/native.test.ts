import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { openBackend } from '../backend/backend.ts';
import { nativeBackend } from '../backend/nativeBackend.ts';
import { describeOn } from '../backend/testBackends.ts';
import { expectClose, irregularTensor } from './checkGradients.ts';
import { globalNorm } from './clip.ts';
import { sumByToken } from './embedding.ts';
import { logSoftmax, tokenLogProbs } from './logProbs.ts';

/** What the same function gives on wasm, where it has no TensorFlow op to use. */
async function onWasm(fn: () => tf.Tensor): Promise<number[]> {
  await openBackend('wasm');
  try {
    return [...fn().dataSync()];
  } finally {
    await tf.setBackend('tensorflow');
  }
}

await describeOn('native', 'a shortcut through an op of TensorFlow', (backend) => {
  it('is what these run on', () => {
    expect(backend.kind).toBe('native');
    expect(nativeBackend()).not.toBeNull();
  });

  it.each<[string, () => tf.Tensor]>([
    [
      'SparseSoftmaxCrossEntropyWithLogits',
      () => tokenLogProbs(irregularTensor([6, 5]), tf.tensor1d([0, 1, 2, 3, 4, 0], 'int32'), 0.7),
    ],
    [
      'its gradient',
      () =>
        tf.grad((x) => tf.sum(tf.square(tokenLogProbs(x, tf.tensor1d([0, 1, 2], 'int32'), 0.7))))(
          irregularTensor([3, 5]),
        ),
    ],
    ['LogSoftmax', () => logSoftmax(irregularTensor([2, 3, 5]), 1.5)],
    [
      'UnsortedSegmentSum',
      () => sumByToken(irregularTensor([6, 4]), tf.tensor1d([0, 2, 2, 1, 0, 2], 'int32'), 4),
    ],
    ['L2Loss', () => globalNorm([irregularTensor([6, 4]), irregularTensor([3], 1)])],
  ])('%s agrees with plain TensorFlow.js on wasm', async (_, fn) => {
    const expected = await onWasm(fn);
    // Values up to 5, sums of up to 27 terms in another order.
    expectClose(fn(), expected, 3e-6);
  });
});
