import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { expectClose, irregularTensor } from './checkGradients.ts';
import { clipByGlobalNorm, globalNorm } from './clip.ts';

await describeOnEachBackend('clipping', () => {
  const pair = () => [tf.tensor1d([3]), tf.tensor2d([0, 4], [1, 2])]; // norm 5

  it('takes the norm over all tensors: 3, 0 and 4 have 5', () => {
    expectClose(globalNorm(pair()), [5]);
  });

  it('scales down to the bound, and not up', () => {
    const { clipped, norm } = clipByGlobalNorm(pair(), 1);
    expectClose(norm, [5]);
    expectClose(tf.concat(clipped.map((tensor) => tf.reshape(tensor, [-1]))), [0.6, 0, 0.8]);
    clipByGlobalNorm(pair(), 10).clipped.forEach((tensor, index) =>
      expectClose(tensor, [...(pair()[index]?.dataSync() ?? [])], 0),
    );
    clipByGlobalNorm(pair(), null).clipped.forEach((tensor, index) =>
      expectClose(tensor, [...(pair()[index]?.dataSync() ?? [])], 0),
    );
  });

  it('leaves zeros zeros', () => {
    const { clipped, norm } = clipByGlobalNorm([tf.zeros([3])], 1);
    expectClose(norm, [0], 0);
    expectClose(clipped[0] ?? tf.scalar(1), [0, 0, 0], 0);
  });

  it('keeps the direction and reaches exactly the bound', () => {
    const tensors = [irregularTensor([4, 5]), irregularTensor([7], 1)];
    const { clipped } = clipByGlobalNorm(tensors, 0.5);
    expectClose(globalNorm(clipped), [0.5]);
    const ratio = tf.div(clipped[0] ?? 1, tensors[0] ?? 1).dataSync();
    ratio.forEach((value) => expect(value).toBeCloseTo(ratio[0] ?? NaN, 5)); // two roundings of a ratio below 1
  });

  it('refuses nothing to clip and a bound that is none', () => {
    expect(() => globalNorm([])).toThrow(/there are no tensors/);
    expect(() => clipByGlobalNorm(pair(), 0)).toThrow(/maxNorm must be positive, it is 0/);
  });
});
