/**
 * @file The trainer as a library: `train` and `trainSteps`. docs/library.md explains them, docs/examples/grpo.ts is a whole script.
 * What stands below them is for those who build a loop of their own: an engine, and a run as a sequence of steps.
 */
export { train, trainSteps } from './library/train.ts';
export type {
  PromptInput,
  Reward,
  TrainConfig,
  TrainOptions,
  TrainServer,
  WeightedReward,
} from './library/trainOptions.ts';
export type { TrainResult } from './library/trainResult.ts';
export type { RewardInput } from './rewards/rewardComponent.ts';
export type { CompletionResult, CompletionTokens, StepResult } from './stepResult.ts';
export { TrainerError, type TrainerErrorCode, type TrainerErrorPlace } from './errors.ts';

export { openBackend, type Backend, type BackendKind } from './backend/backend.ts';
export { createSession, type Session, type SessionOptions } from './session.ts';
export {
  STATE_FORMAT_VERSION,
  type SessionCounters,
  type SessionState,
  type StateTensor,
} from './sessionState.ts';
