/** @file The reference policy that moves: `previous`, synchronised every so many steps, wholly or by mixing (arXiv 2404.09656). */
import type { KlConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The reference for the next step. With `previous`, after every `syncEverySteps` steps it moves towards the policy with which the
 * step began, one step behind: the policy itself would have a divergence of 0 from what it samples next.
 * @param reference stays the caller's
 * @param policy the model's trainable weights at the start of the step; stay the caller's
 * @param stageStep of the step just done, from 1
 * @returns the very list that came in, or new tensors
 */
export function nextReference(
  { reference: kind, syncEverySteps, mixing }: Pick<KlConfig, 'reference' | 'syncEverySteps' | 'mixing'>,
  reference: readonly tf.Tensor[],
  policy: readonly tf.Tensor[],
  stageStep: number,
): readonly tf.Tensor[] {
  if (kind !== 'previous' || stageStep % syncEverySteps !== 0) return reference;
  if (reference.length !== policy.length)
    throw new RangeError(
      `nextReference: ${reference.length} weights of the reference, ${policy.length} of the policy`,
    );
  if (mixing === 1) return policy.map((weight) => tf.clone(weight));
  return tf.tidy(() =>
    reference.map((weight, index) => {
      const current = policy[index];
      if (!current) throw new RangeError(`nextReference: the policy lacks weight ${index}`);
      return tf.add(tf.mul(weight, tf.scalar(1 - mixing)), tf.mul(current, tf.scalar(mixing)));
    }),
  );
}
