/** @file The evaluations of a run: when they come, how many there are, and how their completions are drawn. */
import type { RunConfig } from '@nabla/domain';
import { totalSteps } from '@nabla/domain';

import type { Backend } from '../backend/backend.ts';
import type { PolicyModel } from '../model/policyModel.ts';
import type { RewardComponent } from '../rewards/rewardComponent.ts';
import { evaluationUsesXla } from '../stageXla.ts';
import { decodingOf, drawingsOf } from './drawings.ts';
import type { EvaluationSet } from './evaluationSets.ts';
import { createEvaluator, type Evaluator } from './evaluator.ts';

export interface RunEvaluatorParts {
  readonly config: RunConfig;
  readonly backend: Backend;
  readonly model: PolicyModel;
  readonly sets: readonly EvaluationSet[];
  /** In the order of the configuration. Stay the caller's. */
  readonly rewards: readonly RewardComponent[];
  /** Told whether XLA compiles the decoding. */
  readonly log?: ((message: string) => void) | undefined;
  readonly warn?: ((message: string) => void) | undefined;
}

/** Every so many steps of the run, and after its last. */
export function isEvaluationDue(
  { evaluation }: Pick<RunConfig, 'evaluation'>,
  step: number,
  totalSteps: number,
): boolean {
  return evaluation !== undefined && (step % evaluation.everySteps === 0 || step === totalSteps);
}

/** Of a whole run: so many steps are due. */
export function evaluationsOf(config: RunConfig): number {
  return config.evaluation === undefined ? 0 : Math.ceil(totalSteps(config) / config.evaluation.everySteps);
}

/** What fits in training fits here. */
export function createRunEvaluator(parts: RunEvaluatorParts): Evaluator {
  const { config, model, sets, rewards, backend, warn } = parts;
  const { promptsPerStep, groupSize, maxNewTokens } = config.policyGradient;
  const bounds = { model, maxNewTokens, rowsAtATime: promptsPerStep * groupSize };
  return createEvaluator({
    ...bounds,
    backend,
    sets,
    rewards,
    rewardConfigs: config.rewards,
    seed: config.seed,
    recordTokens: config.record.tokens,
    xla: evaluationUsesXla({
      ...parts,
      drawing: decodingOf(drawingsOf(sets, bounds, true), maxNewTokens),
      evaluations: evaluationsOf(config),
    }),
    warn,
  });
}
