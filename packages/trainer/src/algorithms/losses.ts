/**
 * @file Policy-gradient losses per token, to be minimised. Pure functions of tensors, differentiable in `logp` only. Every one
 * takes [b, C]; what stands after a completion's end is made nothing of by the weights.
 */
import type { KlEstimator, PolicyGradientConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { withGradient } from '../ops/index.ts';

export type LossChoice = Pick<PolicyGradientConfig, 'loss' | 'epsilonLow' | 'epsilonHigh' | 'dualClip'>;
export type ClipRange = Pick<LossChoice, 'epsilonLow' | 'epsilonHigh'>;

export interface LossInput {
  /** log-probabilities of the completion tokens under the policy that learns. */
  readonly logp: tf.Tensor2D;
  /** Under the policy that sampled. */
  readonly oldLogp: tf.Tensor2D;
  /** Learning signal r̃ of each token. */
  readonly signal: tf.Tensor2D;
  /** 1/|o| at each token of a completion, 0 after its end: makes the mean over a completion's tokens a sum. gspo only. */
  readonly meanWeights: tf.Tensor2D | null;
}

/** The loss that a configuration chooses, per token: [b, C]. The loss of a batch is the sum of these times `tokenWeights`. */
export function tokenLosses(
  choice: LossChoice,
  { logp, oldLogp, signal, meanWeights }: LossInput,
): tf.Tensor2D {
  switch (choice.loss) {
    case 'reinforce':
      return reinforceLoss(logp, signal);
    case 'clip':
      return clipLoss(logp, oldLogp, signal, choice);
    case 'gspo':
      if (meanWeights === null) throw new RangeError('gspo: the weights of a mean over tokens are missing');
      return gspoLoss(logp, oldLogp, signal, meanWeights, choice);
    case 'cispo':
      return cispoLoss(logp, oldLogp, signal, choice);
  }
}

/**
 * −sg(r̃) · log π (REINFORCE, Williams 1992).
 * @param logp [b, C]
 * @param signal [b, C]
 * @returns [b, C]
 */
export function reinforceLoss(logp: tf.Tensor2D, signal: tf.Tensor2D): tf.Tensor2D {
  assertShapes('reinforceLoss', logp, { signal });
  return tf.neg(tf.mul(signal, logp));
}

/**
 * −min(ρ r̃, clip(ρ, 1 − ε_low, 1 + ε_high) r̃), ρ = π / π_old per token (PPO, arXiv 1707.06347; two sides: DAPO, 2503.14476).
 * At ρ = 1 its gradient is that of `reinforceLoss`. With a dual clip c the loss is at most c |r̃| where r̃ < 0 (1912.09729).
 * @param logp [b, C]
 * @param oldLogp [b, C]
 * @param signal [b, C]
 * @returns [b, C]
 */
export function clipLoss(
  logp: tf.Tensor2D,
  oldLogp: tf.Tensor2D,
  signal: tf.Tensor2D,
  { epsilonLow, epsilonHigh, dualClip }: ClipRange & Pick<LossChoice, 'dualClip'>,
): tf.Tensor2D {
  assertShapes('clipLoss', logp, { oldLogp, signal });
  const ratio: tf.Tensor2D = tf.exp(tf.sub(logp, oldLogp));
  const gain = clippedGain(ratio, signal, { epsilonLow, epsilonHigh });
  if (dualClip === null) return tf.neg(gain);
  // Where r̃ ≥ 0 the gain is not negative and this bound 0: it does nothing there.
  const floor = tf.mul(tf.minimum(signal, tf.scalar(0)), tf.scalar(dualClip));
  return tf.neg(tf.maximum(gain, floor));
}

/**
 * −min(s r̃, clip(s) r̃) with one ratio per completion, s = exp(mean_t log ρ_t), at each of its tokens (GSPO, arXiv 2507.18071).
 * Summed with `sequence_mean` it is the paper's loss. Its gradient at s = 1 is −r̃ · mean_t ∇log π_t.
 * @param logp [b, C]
 * @param oldLogp [b, C]
 * @param signal [b, C] the same at every token of a completion
 * @param meanWeights [b, C] 1/|o| at tokens, else 0
 * @returns [b, C]
 */
export function gspoLoss(
  logp: tf.Tensor2D,
  oldLogp: tf.Tensor2D,
  signal: tf.Tensor2D,
  meanWeights: tf.Tensor2D,
  range: ClipRange,
): tf.Tensor2D {
  assertShapes('gspoLoss', logp, { oldLogp, signal, meanWeights });
  const meanLogRatio = tf.sum(tf.mul(tf.sub(logp, oldLogp), meanWeights), 1, true); // [b, 1]
  const ratio = tf.exp(meanLogRatio);
  return tf.neg(clippedGain(ratio, signal, range));
}

/**
 * −sg(clip(ρ, 1 − ε_low, 1 + ε_high)) · r̃ · log π (CISPO, arXiv 2506.13585): a clipped token keeps its gradient, with a bounded
 * weight. At ρ = 1 its gradient is that of `reinforceLoss`.
 * @param logp [b, C]
 * @param oldLogp [b, C]
 * @param signal [b, C]
 * @returns [b, C]
 */
export function cispoLoss(
  logp: tf.Tensor2D,
  oldLogp: tf.Tensor2D,
  signal: tf.Tensor2D,
  { epsilonLow, epsilonHigh }: ClipRange,
): tf.Tensor2D {
  assertShapes('cispoLoss', logp, { oldLogp, signal });
  const ratio = tf.exp(tf.sub(stopGradient(logp), oldLogp));
  const weight = tf.clipByValue(ratio, 1 - epsilonLow, 1 + epsilonHigh);
  return tf.neg(tf.mul(tf.mul(weight, signal), logp));
}

/**
 * A divergence as a term of the loss, with d = log π − log π_ref: k2 = d²/2 or k3 = e^−d + d − 1 (Schulman 2020). Their gradients
 * are not those of the KL divergence; `docs/estimators.md` says by how much.
 * @param logp [b, C]
 * @param refLogp [b, C]
 * @param oldLogp [b, C] when the term is multiplied by the importance ratio π / π_old, which then has a gradient too; else null
 * @returns [b, C]
 */
export function klLoss(
  estimator: Exclude<KlEstimator, 'k1'>,
  logp: tf.Tensor2D,
  refLogp: tf.Tensor2D,
  oldLogp: tf.Tensor2D | null,
): tf.Tensor2D {
  assertShapes('klLoss', logp, { refLogp, ...(oldLogp && { oldLogp }) });
  const difference = tf.sub(logp, refLogp);
  const term: tf.Tensor2D =
    estimator === 'k2'
      ? tf.mul(tf.square(difference), tf.scalar(0.5))
      : tf.add(tf.expm1(tf.neg(difference)), difference);
  return oldLogp === null ? term : tf.mul(tf.exp(tf.sub(logp, oldLogp)), term);
}

/**
 * ½ max((V − R)², (clip(V, V_old ± c) − R)²): a value that moved further than c in the right direction stops pulling (PPO).
 * @param values [b, C] V of the weights that learn
 * @param oldValues [b, C] V at the start of the step
 * @param returns [b, C]
 * @param clip c; null leaves ½ (V − R)²
 * @returns [b, C]
 */
export function valueLoss(
  values: tf.Tensor2D,
  oldValues: tf.Tensor2D,
  returns: tf.Tensor2D,
  clip: number | null,
): tf.Tensor2D {
  assertShapes('valueLoss', values, { oldValues, returns });
  const half = tf.scalar(0.5);
  const free: tf.Tensor2D = tf.mul(tf.square(tf.sub(values, returns)), half);
  if (clip === null) return free;
  const near = tf.add(oldValues, tf.clipByValue(tf.sub(values, oldValues), -clip, clip));
  return tf.maximum(free, tf.mul(tf.square(tf.sub(near, returns)), half));
}

/** min(ρ r̃, clip(ρ) r̃) */
function clippedGain(
  ratio: tf.Tensor,
  signal: tf.Tensor2D,
  { epsilonLow, epsilonHigh }: ClipRange,
): tf.Tensor2D {
  const clipped = tf.clipByValue(ratio, 1 - epsilonLow, 1 + epsilonHigh);
  return tf.minimum(tf.mul(ratio, signal), tf.mul(clipped, signal));
}

/** The value, without a gradient. */
export function stopGradient(x: tf.Tensor): tf.Tensor {
  return withGradient(
    [x],
    (value) => ({ value: tf.clone(value), saved: [] }),
    (dy) => [tf.zerosLike(dy)],
  );
}

function assertShapes(name: string, logp: tf.Tensor2D, others: Readonly<Record<string, tf.Tensor>>): void {
  if (logp.rank !== 2) throw new RangeError(`${name}: logp is [${logp.shape}], it must be [b, C]`);
  for (const [other, { shape }] of Object.entries(others))
    if (String(shape) !== String(logp.shape))
      throw new RangeError(`${name}: ${other} is [${shape}], logp [${logp.shape}]`);
}
