/**
 * @file The loss of a batch: Σ w·ℓ − Σ w_H·H + Σ w_KL·kl + Σ w_V·v over completion tokens. All weights come from the host, where
 * they were made over the whole mini-batch (`miniBatches.ts`): the terms of a part of the rows add up to the same sum.
 */
import type { PolicyGradientConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { klLoss, tokenLosses, valueLoss } from './losses.ts';

/** Numbers per completion token that a loss may need, [b, C] each. */
export const TOKEN_COLUMNS = [
  /** log π of the policy that sampled. */
  'oldLogp',
  /** Learning signal r̃. */
  'signal',
  /** Weight of the token's loss. */
  'tokenWeights',
  /** 1/|o|, 0 after the end. */
  'meanWeights',
  /** Weight of the token's entropy in the objective. */
  'entropyWeights',
  /** log π_ref. */
  'refLogp',
  /** Weight of the token's divergence in the loss: β times that of its loss. */
  'klWeights',
  /** What the value head should have said, and what it said before the step. */
  'returns',
  'oldValues',
  /** Weight of the token's value loss. */
  'valueWeights',
] as const;
export type TokenColumn = (typeof TOKEN_COLUMNS)[number];

export type PolicyLossSettings = Pick<
  PolicyGradientConfig,
  'loss' | 'epsilonLow' | 'epsilonHigh' | 'dualClip' | 'advantage' | 'gae' | 'entropyBonus' | 'kl'
>;

/** What the learned weights say about the completion tokens, [b, C] each. */
export interface TokenScores {
  readonly logp: tf.Tensor2D;
  /** Of the next-token distribution, nats. */
  readonly entropy: tf.Tensor2D;
  /** Of the value head; null without one. */
  readonly values: tf.Tensor2D | null;
}

/** The columns that these settings need, in the order of `TOKEN_COLUMNS`. */
export function columnsOf(settings: PolicyLossSettings): TokenColumn[] {
  const wanted: Readonly<Record<TokenColumn, boolean>> = {
    oldLogp: settings.loss !== 'reinforce' || klPlace(settings) === 'ratio_loss',
    signal: true,
    tokenWeights: true,
    meanWeights: settings.loss === 'gspo',
    entropyWeights: settings.entropyBonus > 0,
    refLogp: klPlace(settings) !== null,
    klWeights: klPlace(settings) !== null,
    returns: settings.advantage === 'gae',
    oldValues: settings.advantage === 'gae' && settings.gae.valueClip !== null,
    valueWeights: settings.advantage === 'gae',
  };
  return TOKEN_COLUMNS.filter((name) => wanted[name]);
}

/** Where in the loss a divergence stands; null when it stands in the signal, or nowhere. */
export function klPlace({ kl }: Pick<PolicyGradientConfig, 'kl'>): 'loss' | 'ratio_loss' | null {
  return kl.beta > 0 && (kl.placement === 'loss' || kl.placement === 'ratio_loss') ? kl.placement : null;
}

/**
 * @param column gives the columns that `columnsOf` names
 * @returns a scalar
 */
export function policyLoss(
  settings: PolicyLossSettings,
  { logp, entropy, values }: TokenScores,
  column: (name: TokenColumn) => tf.Tensor2D,
): tf.Tensor {
  const weighted = (weights: TokenColumn, terms: tf.Tensor2D) => tf.sum(tf.mul(column(weights), terms));
  const losses = tokenLosses(settings, {
    logp,
    oldLogp: settings.loss === 'reinforce' ? logp : column('oldLogp'),
    signal: column('signal'),
    meanWeights: settings.loss === 'gspo' ? column('meanWeights') : null,
  });
  let loss = weighted('tokenWeights', losses);
  if (settings.entropyBonus > 0) loss = tf.sub(loss, weighted('entropyWeights', entropy));
  const place = klPlace(settings);
  if (place !== null) {
    if (settings.kl.estimator === 'k1') throw new RangeError('policyLoss: k1 has no place in the loss');
    // Where nothing is weighted anything may stand, and its exponential overflow: 0 · ∞ would be no number.
    const counted = tf.cast(tf.notEqual(column('klWeights'), tf.scalar(0)), 'float32');
    const masked = (x: tf.Tensor2D): tf.Tensor2D => tf.mul(x, counted);
    const old = place === 'ratio_loss' ? masked(column('oldLogp')) : null;
    const terms = klLoss(settings.kl.estimator, masked(logp), masked(column('refLogp')), old);
    loss = tf.add(loss, weighted('klWeights', terms));
  }
  if (settings.advantage === 'gae') {
    if (values === null) throw new RangeError('policyLoss: gae needs the values of a value head');
    const { valueClip } = settings.gae;
    // Without a clip nothing looks at the old values: any tensor of the shape will do.
    const oldValues = valueClip === null ? column('returns') : column('oldValues');
    loss = tf.add(loss, weighted('valueWeights', valueLoss(values, oldValues, column('returns'), valueClip)));
  }
  return loss;
}
