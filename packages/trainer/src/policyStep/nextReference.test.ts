import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { expectClose } from '../ops/checkGradients.ts';
import { nextReference } from './nextReference.ts';

const previous = { reference: 'previous', syncEverySteps: 3, mixing: 1 } as const;

await describeOnEachBackend('nextReference', () => {
  const reference = () => [tf.tensor1d([1, 2]), tf.tensor1d([0])];
  const policy = () => [tf.tensor1d([3, 6]), tf.tensor1d([1])];

  it('stays the same list but where it is synchronised', () => {
    const given = reference();
    for (const kind of ['initial', 'checkpoint'] as const)
      expect(nextReference({ ...previous, reference: kind }, given, policy(), 3)).toBe(given);
    for (const step of [1, 2, 4, 5]) expect(nextReference(previous, given, policy(), step)).toBe(given);
  });

  it('becomes a copy of the policy that outlives it', () => {
    const own = policy();
    const next = nextReference(previous, reference(), own, 6);
    tf.dispose(own);
    expect(next).toHaveLength(2);
    next.forEach((tensor, index) => expectClose(tensor, index === 0 ? [3, 6] : [1]));
  });

  it('moves by its share when it is mixed, and leaves nothing behind', () => {
    const [given, own] = [reference(), policy()];
    const before = tf.memory().numTensors;
    const next = nextReference({ ...previous, mixing: 0.25 }, given, own, 3);
    expect(tf.memory().numTensors).toBe(before + 2);
    next.forEach((tensor, index) => expectClose(tensor, index === 0 ? [1.5, 3] : [0.25]));
  });

  it('refuses lists that do not belong together', () =>
    expect(() => nextReference(previous, [], policy(), 3)).toThrow(/0 weights of the reference, 2/));
});
