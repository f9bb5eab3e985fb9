/** @file What a run left behind, as far as a repetition is held against it: in files, or on a server. */
import type { RunConfig } from '@nabla/domain';

import type { SessionState } from '../sessionState.ts';
import type { CompletionResult, StepResult } from '../stepResult.ts';
import type { BroughtPrompts } from '../worker/bringPrompts.ts';

/** A completion as it was recorded. */
export interface RecordedCompletion extends Pick<
  CompletionResult,
  | 'index'
  | 'evaluationSet'
  | 'promptText'
  | 'text'
  | 'tokenCount'
  | 'reward'
  | 'advantage'
  | 'signal'
  | 'kl'
  | 'refLogp'
  | 'updatedLogp'
> {
  readonly logp: number | null;
  readonly rewards: readonly { readonly name: string; readonly value: number | null }[];
  /** Null where they were not recorded, or not asked for. */
  readonly tokens: Pick<
    NonNullable<CompletionResult['tokens']>,
    'tokenIds' | 'pieces' | 'logp' | 'refLogp' | 'updatedLogp'
  > | null;
}

export interface RecordedStep {
  readonly step: number;
  readonly metrics: ReadonlyMap<string, number>;
  /** Empty where none were recorded. */
  readonly completions: readonly RecordedCompletion[];
}

export interface RunRecord {
  readonly config: RunConfig;
  /** The backend that computed it; null where nobody wrote it down. */
  readonly backend: 'native' | 'wasm' | null;
  /** Last step that is recorded. */
  readonly lastStep: number;
  readonly brought: BroughtPrompts;
  /** The latest checkpoint before a step that can be read; null: the run is repeated from its beginning. */
  before(step: number): Promise<SessionState | null>;
  /** The checkpoint after a step; null when there is none (any more). */
  after(step: number): Promise<SessionState | null>;
  /** What the run began with, if it is a fork. */
  fork(): Promise<SessionState | undefined>;
  /** Its reference policy, where the configuration names a checkpoint. */
  reference(): Promise<SessionState | undefined>;
  /** The steps of a range, both ends included, in their order; those that are not recorded are left out. */
  steps(first: number, last: number): AsyncIterable<RecordedStep>;
  /** Frees what was downloaded. */
  close(): Promise<void>;
}

/** What a repeated step would have been recorded as. */
export function recordOf({ step, metrics, completions }: StepResult): RecordedStep {
  return { step, metrics, completions };
}
