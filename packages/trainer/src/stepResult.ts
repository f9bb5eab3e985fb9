/** @file What one step of a run gives to whoever records it. */
import type { RunStage } from '@nabla/domain';

import type { ComponentScore } from './rewards/scoreCompletions.ts';

export interface StepResult {
  /** From 1, through all stages without a gap. */
  readonly step: number;
  readonly stage: RunStage;
  /** By the names of the metric catalogue; only finite numbers. */
  readonly metrics: Map<string, number>;
  /** Of the policy gradient on steps whose completions are recorded, then those of evaluations; else empty. */
  readonly completions: readonly CompletionResult[];
}

export interface CompletionResult {
  /** Within the step, from 0; those of evaluations follow those of training. */
  readonly index: number;
  /** Name of the evaluation set it was drawn for; null for one that was trained on. */
  readonly evaluationSet: string | null;
  /** Which prompt of the step it answers, from 0. */
  readonly group: number;
  readonly promptText: string;
  readonly answer: string | null;
  /** Without its end-of-sequence token. */
  readonly text: string;
  /** With it. */
  readonly tokenCount: number;
  readonly truncated: boolean;
  /** Σ weight · value; null where a component is null. */
  readonly reward: number | null;
  readonly rewards: readonly ComponentScore[];
  readonly advantage: number | null;
  readonly signal: number | null;
  /** k1 against the reference under the policy that sampled, in nats. */
  readonly kl: number | null;
  /** Sums over tokens, in nats: of the policy that sampled (its whole distribution, also where sampling truncates it), of the reference, after the update. */
  readonly logp: number;
  readonly refLogp: number | null;
  readonly updatedLogp: number | null;
  /** Null when the configuration records no tokens. */
  readonly tokens: CompletionTokens | null;
}

/** Columns of `tokenCount` entries. */
export interface CompletionTokens {
  readonly tokenIds: Int32Array;
  readonly pieces: readonly string[];
  readonly logp: Float32Array;
  readonly refLogp: Float32Array | null;
  readonly updatedLogp: Float32Array | null;
}
