/** @file From rewards to the learning signal of every token: advantage, less the KL penalty where its place is the signal. */
import type { PolicyGradientConfig } from '@nabla/domain';

import { advantages, nextEma } from '../algorithms/advantages.ts';
import { gae, normaliseTokens } from '../algorithms/gae.ts';
import { k1, nextBeta } from '../algorithms/klEstimates.ts';
import {
  perCompletion,
  perToken,
  tokenPenalties,
  tokenSignals,
  type SignalPenalty,
} from '../algorithms/signal.ts';
import { TrainerError } from '../errors.ts';
import type { Scalars } from '../sessionState.ts';

export interface SignalInput {
  readonly lengths: readonly number[];
  /** C */
  readonly width: number;
  /** [B] null where none is known. */
  readonly rewards: readonly (number | null)[];
  /** [B, C] log π of the policy that sampled. */
  readonly oldLogp: Float32Array;
  /** [B, C]; null where it was not computed, which with beta above 0 it must be. */
  readonly refLogp: Float32Array | null;
  /** [B, C] of the value head; gae only. */
  readonly values: Float32Array | null;
  readonly scalars: Scalars;
}

export interface LearningSignal {
  /** [B, C] r̃ of each token; 0 where there is none. */
  readonly tokens: Float32Array;
  /** [B]: means over tokens, the same number at each unless it is made per token. */
  readonly advantages: readonly (number | null)[];
  readonly signals: readonly (number | null)[];
  /** [B] k1 against the reference; null where it was not computed. */
  readonly refK1: readonly number[] | null;
  /** [B, C] what the value head learns; gae only. */
  readonly returns: Float32Array | null;
}

/** β of this step: that of the configuration until control has moved it. */
export function betaOf({ kl }: Pick<PolicyGradientConfig, 'kl'>, scalars: Scalars): number {
  return kl.adaptive === null ? kl.beta : (scalars.klBeta ?? kl.beta);
}

/** b of this step: it begins with the configuration's. */
export function baselineOf(
  config: Pick<PolicyGradientConfig, 'advantage' | 'baseline'>,
  scalars: Scalars,
): number {
  return config.advantage === 'ema' ? (scalars.emaBaseline ?? config.baseline) : config.baseline;
}

/** What this step leaves to the next. @param refK1 null where it was not computed */
export function nextScalars(
  config: Pick<PolicyGradientConfig, 'advantage' | 'baseline' | 'baselineDecay' | 'kl'>,
  scalars: Scalars,
  rewards: readonly (number | null)[],
  refK1: readonly number[] | null,
): Scalars {
  const next: Record<string, number> = { ...scalars };
  if (config.advantage === 'ema')
    next.emaBaseline = nextEma(baselineOf(config, scalars), rewards, config.baselineDecay);
  const { adaptive } = config.kl;
  if (adaptive !== null && refK1 !== null && refK1.length > 0) {
    const divergence = refK1.reduce((sum, value) => sum + value, 0) / refK1.length;
    next.klBeta = nextBeta(betaOf(config, scalars), adaptive, divergence, refK1.length);
  }
  return next;
}

/** @throws TrainerError NOT_FINITE naming completion and step. */
export function learningSignal(
  config: PolicyGradientConfig,
  input: SignalInput,
  step: number,
): LearningSignal {
  const { lengths, width, rewards, oldLogp, refLogp } = input;
  const grid = { lengths, width };
  const included = rewards.map((reward) => reward !== null);
  const penalty = penaltyOf(config, input);

  const { advantage, returns, left } = advantageOf(config, input, penalty);
  const tokens = tokenSignals(grid, included, advantage, left);
  assertFinite(tokens, width, step);
  return {
    tokens: Float32Array.from(tokens),
    advantages: perCompletion(grid, included, advantage),
    signals: perCompletion(grid, included, tokens),
    refK1: refLogp && k1(grid, oldLogp, refLogp),
    returns,
  };
}

interface AdvantageResult {
  /** [B, C] */
  readonly advantage: Float64Array;
  readonly returns: Float32Array | null;
  /** What of the penalty the advantage does not hold already. */
  readonly left: SignalPenalty | null;
}

function advantageOf(
  config: PolicyGradientConfig,
  { lengths, width, rewards, values, scalars }: SignalInput,
  penalty: SignalPenalty | null,
): AdvantageResult {
  const grid = { lengths, width };
  if (config.advantage !== 'gae') {
    const baseline = baselineOf(config, scalars);
    const perRow = advantages(config.advantage, rewards, config.groupSize, baseline);
    return { advantage: perToken(grid, perRow), returns: null, left: penalty };
  }
  if (values === null) throw new RangeError('learningSignal: gae needs the values of a value head');
  // Reward-to-go is what gae makes of rewards: the penalty is a negative reward of each token (InstructGPT, 2203.02155).
  const asReward = penalty?.placement === 'reward_to_go';
  const { gamma, lambda, normalise } = config.gae;
  const estimate = gae({
    ...grid,
    rewards,
    values,
    penalties:
      penalty && asReward
        ? Float32Array.from(tokenPenalties(grid, { ...penalty, placement: 'token' }))
        : null,
    gamma,
    lambda,
  });
  const included = rewards.map((reward) => reward !== null);
  return {
    advantage: normalise ? normaliseTokens(grid, included, estimate.advantages) : estimate.advantages,
    returns: estimate.returns,
    left: asReward ? null : penalty,
  };
}

function penaltyOf(
  config: PolicyGradientConfig,
  { oldLogp, refLogp, scalars }: SignalInput,
): SignalPenalty | null {
  const { kl } = config;
  if (kl.beta === 0 || kl.placement === 'loss' || kl.placement === 'ratio_loss') return null;
  if (refLogp === null) throw new RangeError('learningSignal: the reference was not scored');
  return { placement: kl.placement, beta: betaOf(config, scalars), logp: oldLogp, refLogp };
}

function assertFinite(tokens: Float64Array, width: number, step: number): void {
  const broken = tokens.findIndex((value) => !Number.isFinite(Math.fround(value)));
  if (broken < 0) return;
  const value = tokens[broken];
  const cause = Number.isNaN(value)
    ? 'a log-probability or value is no number, so that the weights are not sound (lower the learning rate or set a gradClip), or rewards are too large to be compared (scale them down)'
    : 'beyond float32: scale the rewards down';
  throw new TrainerError(
    'NOT_FINITE',
    `the learning signal of completion ${Math.floor(broken / width)} of step ${step} is ${value}, ${cause}`,
    { step },
  );
}
