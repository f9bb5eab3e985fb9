/** @file What a trainer records, as the API hands it over: validated, decoded, within bounds. */
import type { LogLevel, RunStage } from '../generated/enums.ts';
import type { RawPoints } from '../metrics/points.ts';

export type RewardEntry = {
  name: string;
  value: number | null;
  /** The value after clipping and normalising; null: not told. */
  used: number | null;
  weight: number;
  version: string;
  error: string | null;
};

/** Packed little-endian arrays with one element per token: Int32 ids, Float32 log-probabilities in nats. */
export type TokensEntry = {
  tokenIds: Uint8Array;
  pieces: readonly string[];
  logp: Uint8Array;
  refLogp: Uint8Array | null;
  updatedLogp: Uint8Array | null;
};

export type CompletionEntry = {
  index: number;
  /** The evaluation set it was sampled for; null: trained on. */
  evaluationSet: string | null;
  group: number;
  promptText: string;
  answer: string | null;
  text: string;
  tokenCount: number;
  truncated: boolean;
  reward: number | null;
  rewards: readonly RewardEntry[];
  advantage: number | null;
  signal: number | null;
  kl: number | null;
  logp: number | null;
  refLogp: number | null;
  updatedLogp: number | null;
  /** Null: not sent; stored tokens of the same completion stay. */
  tokens: TokensEntry | null;
};

export type LogEntry = { time: Date; level: LogLevel; message: string; step: number | null };

/** One step, or a part of one: parts share the step and differ in sequence. */
export type StepRecordEntry = {
  sequence: number;
  step: number;
  stage: RunStage | null;
  /** The worker's clock. */
  time: Date;
  metrics: readonly (RawPoints & { name: string })[];
  completions: readonly CompletionEntry[];
  logs: readonly LogEntry[];
};
