/** @file What the worker and its training process say to each other. Both run the same code of the same version. */
import type { PromptRecord, RunConfig, RunStage } from '@nabla/domain';

import type { SavedCheckpoint } from '../checkpoint/checkpointStore.ts';
import type { StepResult } from '../stepResult.ts';

/** All that a training process needs to execute a run. */
export interface TrainingJob {
  readonly config: RunConfig;
  /** Of the prompt set or file, where the task has one. */
  readonly prompts?: readonly PromptRecord[];
  /** Pairs of the supervised stage, where the configuration names a file. */
  readonly warmupPrompts?: readonly PromptRecord[];
  /** Of evaluation sets that do not generate theirs, by the set's name. */
  readonly evaluationPrompts?: Readonly<Record<string, readonly PromptRecord[]>>;
  readonly rewardsDir?: string;
  /** Where downloaded models are kept. */
  readonly modelsDir?: string;
  readonly checkpointFolder: string;
  /** Checkpoint file of another run whose weights this one begins with, as long as it has no checkpoint of its own. */
  readonly fork?: string;
  /** Checkpoint file that holds the reference policy, where the configuration names one. */
  readonly reference?: string;
}

export interface EngineInfo {
  readonly backend: 'native' | 'wasm';
  readonly device: string;
  /** One line for people: which engine, and what it costs. */
  readonly description: string;
  readonly version: string;
}

export interface TrainingFailure {
  /** Of a `TrainerError` or a checkpoint's error; INTERNAL for a fault of ours. */
  readonly code: string;
  readonly message: string;
  readonly step: number | null;
  /** Prompt that it is about, from 0. */
  readonly promptIndex: number | null;
}

export type ToTraining =
  | { readonly type: 'start'; readonly job: TrainingJob }
  /** One more step may be made: the results of an earlier one are safe. */
  | { readonly type: 'go' }
  /** Make a checkpoint after the step under way. */
  | { readonly type: 'checkpoint' }
  /** End after the step under way; with a checkpoint if the run is to go on later. */
  | { readonly type: 'stop'; readonly checkpoint: boolean };

export type FromTraining =
  | { readonly type: 'ready'; readonly engine: EngineInfo }
  | { readonly type: 'started'; readonly step: number; readonly totalSteps: number; readonly stage: RunStage }
  | { readonly type: 'step'; readonly result: StepResult }
  | { readonly type: 'checkpoint'; readonly checkpoint: SavedCheckpoint }
  | { readonly type: 'log'; readonly level: 'INFO' | 'WARN' | 'ERROR'; readonly message: string }
  /** Why training does not go on at the moment; null when it does again. */
  | { readonly type: 'waiting'; readonly reason: string | null }
  | { readonly type: 'finished'; readonly step: number; readonly weightsHash: string }
  | { readonly type: 'stopped'; readonly step: number }
  /** An error that nobody caught, for instance from a timer of a reward module; the process ends with it. */
  | { readonly type: 'uncaught'; readonly message: string }
  | ({ readonly type: 'failed' } & TrainingFailure);

/** Steps that may be under way or not yet safe: one is computed while the one before is written to disk. */
export const STEPS_IN_FLIGHT = 2;

/** The boundary where a message gets its type back; anything else on the channel (a debugger's, for instance) is passed over. */
export function isToTraining(value: unknown): value is ToTraining {
  return hasType(value);
}

/** The same in the other direction. */
export function isFromTraining(value: unknown): value is FromTraining {
  return hasType(value);
}

function hasType(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
