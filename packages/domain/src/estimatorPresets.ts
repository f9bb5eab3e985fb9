/** @file The estimators that have a name. A preset is only a set of choices; what somebody writes beside it wins. */
import type { z } from 'zod';

import type { policyGradientSchema } from './config/policyGradient.ts';

export type EstimatorChoices = Partial<Omit<z.input<typeof policyGradientSchema>, 'steps'>>;

export const ESTIMATOR_PRESETS = {
  /** r ∇log π (Williams 1992). */
  reinforce: { advantage: 'none', loss: 'reinforce', aggregation: 'sequence_sum' },
  /** (r − mean of the batch) ∇log π. */
  reinforce_baseline: { advantage: 'batch_mean', loss: 'reinforce', aggregation: 'sequence_sum' },
  /** Leave one out (arXiv 2402.14740). */
  rloo: { advantage: 'rloo', loss: 'reinforce', aggregation: 'sequence_sum' },
  /** arXiv 2402.03300, with its k3 in the loss. */
  grpo: {
    advantage: 'group_norm',
    loss: 'clip',
    aggregation: 'sequence_mean',
    kl: { beta: 0.04, estimator: 'k3', placement: 'loss' },
  },
  /** arXiv 2503.20783. */
  dr_grpo: { advantage: 'group_mean', loss: 'clip', aggregation: 'constant' },
  /** arXiv 2503.14476. Its overlong penalty is a reward component: kind overlong. */
  dapo: {
    advantage: 'group_norm',
    loss: 'clip',
    aggregation: 'token_mean',
    epsilonLow: 0.2,
    epsilonHigh: 0.28,
    dynamicSampling: {},
  },
  /** arXiv 2507.18071: one ratio per completion, and its narrow clip range. */
  gspo: {
    advantage: 'group_norm',
    loss: 'gspo',
    aggregation: 'sequence_mean',
    epsilonLow: 3e-4,
    epsilonHigh: 4e-4,
  },
  /** MiniMax-M1, arXiv 2506.13585: no lower clip. */
  cispo: {
    advantage: 'group_norm',
    loss: 'cispo',
    aggregation: 'token_mean',
    epsilonLow: 1,
    epsilonHigh: 2,
  },
  /** arXiv 1707.06347. */
  ppo: {
    groupSize: 1,
    advantage: 'gae',
    loss: 'clip',
    aggregation: 'token_mean',
    innerEpochs: 2,
    kl: { beta: 0.05, placement: 'reward_to_go' },
  },
  /** arXiv 2501.03262. */
  reinforce_plus_plus: {
    groupSize: 1,
    advantage: 'batch_norm',
    loss: 'clip',
    aggregation: 'token_mean',
    kl: { beta: 0.01, placement: 'reward_to_go' },
  },
} as const satisfies Record<string, EstimatorChoices>;

export type EstimatorPreset = keyof typeof ESTIMATOR_PRESETS;
export const ESTIMATOR_PRESET_NAMES: readonly string[] = Object.keys(ESTIMATOR_PRESETS);
