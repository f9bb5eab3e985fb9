/** @file Policy-gradient losses per token, to be minimised. Pure functions of tensors, differentiable in `logp` only. */
import type { PolicyGradientConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

export type LossChoice = Pick<PolicyGradientConfig, 'loss' | 'epsilonLow' | 'epsilonHigh'>;

/** The loss that a configuration chooses, per token: [b, C]. The loss of a batch is the sum of these times `tokenWeights`. */
export function tokenLosses(
  { loss, epsilonLow, epsilonHigh }: LossChoice,
  logp: tf.Tensor2D,
  oldLogp: tf.Tensor2D,
  signal: tf.Tensor2D,
): tf.Tensor2D {
  switch (loss) {
    case 'reinforce':
      return reinforceLoss(logp, signal);
    case 'clip':
      return clipLoss(logp, oldLogp, signal, epsilonLow, epsilonHigh);
  }
}

/**
 * −sg(r̃) · log π (REINFORCE, Williams 1992).
 * @param logp [b, C] log-probabilities of the completion tokens under the policy that learns.
 * @param signal [b, 1] learning signal r̃ of each completion.
 * @returns [b, C]
 */
export function reinforceLoss(logp: tf.Tensor2D, signal: tf.Tensor2D): tf.Tensor2D {
  assertShapes('reinforceLoss', logp, signal);
  return tf.neg(tf.mul(signal, logp));
}

/**
 * −min(ρ r̃, clip(ρ, 1 − ε_low, 1 + ε_high) r̃), ρ = π / π_old per token (PPO, arXiv 1707.06347; two sides: DAPO, 2503.14476).
 * At ρ = 1 its gradient is that of `reinforceLoss`.
 * @param logp [b, C]
 * @param oldLogp [b, C] under the policy that sampled.
 * @param signal [b, 1]
 * @returns [b, C]
 */
export function clipLoss(
  logp: tf.Tensor2D,
  oldLogp: tf.Tensor2D,
  signal: tf.Tensor2D,
  epsilonLow: number,
  epsilonHigh: number,
): tf.Tensor2D {
  assertShapes('clipLoss', logp, signal);
  if (String(oldLogp.shape) !== String(logp.shape))
    throw new RangeError(`clipLoss: oldLogp is [${oldLogp.shape}], logp [${logp.shape}]`);
  const ratio = tf.exp(tf.sub(logp, oldLogp));
  const clipped = tf.clipByValue(ratio, 1 - epsilonLow, 1 + epsilonHigh);
  return tf.neg(tf.minimum(tf.mul(ratio, signal), tf.mul(clipped, signal)));
}

function assertShapes(name: string, logp: tf.Tensor2D, signal: tf.Tensor2D): void {
  if (logp.rank !== 2 || String(signal.shape) !== `${logp.shape[0]},1`)
    throw new RangeError(
      `${name}: logp is [${logp.shape}] and signal [${signal.shape}]; they must be [b, C] and [b, 1]`,
    );
}
