/**
 * @file The estimators that have a name, each nothing but a set of choices: which advantage, which token loss, which aggregation.
 * Any other mix is allowed too; `docs/estimators.md` prints what each one's expectation is against ∇J.
 */
import type { Advantage, Aggregation, Loss } from '@nabla/domain';

export interface Estimator {
  readonly advantage: Advantage;
  readonly loss: Loss;
  readonly aggregation: Aggregation;
}

/** r ∇log π: unbiased, of high variance (Williams 1992). */
export const reinforce: Estimator = { advantage: 'none', loss: 'reinforce', aggregation: 'sequence_sum' };

/** (r − mean of the batch) ∇log π: (B − 1)/B of ∇J, of lower variance. */
export const reinforceBaseline: Estimator = {
  advantage: 'batch_mean',
  loss: 'reinforce',
  aggregation: 'sequence_sum',
};

/** (r − mean of the others in the group) ∇log π: unbiased (arXiv 2402.14740). */
export const rloo: Estimator = { advantage: 'rloo', loss: 'reinforce', aggregation: 'sequence_sum' };

/** Group-normalised advantage, clipped ratio, mean over each completion's tokens (arXiv 2402.03300): biased. */
export const grpo: Estimator = { advantage: 'group_norm', loss: 'clip', aggregation: 'sequence_mean' };

/** Group mean without deviation, clipped ratio, constant normaliser (arXiv 2503.20783): proportional to ∇J at ρ = 1. */
export const drGrpo: Estimator = { advantage: 'group_mean', loss: 'clip', aggregation: 'constant' };

export const ESTIMATORS = {
  reinforce,
  reinforce_baseline: reinforceBaseline,
  rloo,
  grpo,
  dr_grpo: drGrpo,
} as const satisfies Record<string, Estimator>;
