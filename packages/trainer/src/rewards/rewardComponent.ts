/** @file What a reward component is: a named, weighted, versioned function of the completions of a step. */
import { createHash } from 'node:crypto';

import { canonicalJson, type RewardConfig } from '@nabla/domain';

export interface RewardInput {
  readonly prompt: string;
  /** Without the end-of-sequence token. */
  readonly completion: string;
  readonly answer: string | null;
  /** Tokens of the completion, its end-of-sequence token included. */
  readonly tokenCount: number;
}

/** What a component says of one completion. */
export interface RewardAnswer {
  /** A finite number, or null where the reward cannot be computed. Anything else counts as null. */
  readonly value: unknown;
  /** Why there is no value; null or absent where there is one, or where nothing is known. */
  readonly error?: string | null;
  /** Version that gave this answer, where it is not the component's own: an endpoint may change under a run. */
  readonly version?: string;
}

/** How the values of a component enter the sum. */
export type RewardShaping = Pick<RewardConfig, 'name' | 'weight' | 'clip' | 'normalise'>;

export interface RewardComponent extends RewardShaping {
  /** SHA-256 (hex) of code and settings: equal versions give equal values. Weight, clip and normalise are not in it: values are stored as given. */
  readonly version: string;
  /**
   * One answer per completion, in their order. Failures that concern single completions are answers; it rejects only where the run
   * cannot go on.
   * @throws TrainerError REWARD_MODULE, REWARD_ENDPOINT
   */
  score(inputs: readonly RewardInput[]): Promise<readonly RewardAnswer[]>;
  /**
   * The same for completions that come one after another, while others are still being drawn. Where a component has it, it answers
   * for each completion alone and waits for something outside this thread. One at a time, and not beside `score`.
   * @param expected how many will be added in all
   */
  begin?(expected: number): Scoring;
  /** Ends threads and connections, and what is being scored. */
  dispose?(): Promise<void>;
}

/** Completions of one step being scored as they come. Ends with `finish` or `abandon`. */
export interface Scoring {
  /** Whether answers are under way. */
  readonly isBusy: boolean;
  /** Takes completions and returns at once; they are asked about in this order. */
  add(inputs: readonly RewardInput[]): void;
  /**
   * No more will come. One answer per completion, in the order they were added; it rejects as `score` does, for what went wrong
   * earlier too.
   */
  finish(): Promise<readonly RewardAnswer[]>;
  /** Nobody wants the answers any more: breaks off what is under way, and waits until it has ended. A `finish` that waits rejects. */
  abandon(): Promise<void>;
}

/** The version of a component: `code` is the text of a module, or a hash of the sources of a built-in one. */
export function rewardVersion(code: string, settings: unknown): string {
  return createHash('sha256').update(code).update('\0').update(canonicalJson(settings)).digest('hex');
}

const MAX_ERROR_CHARS = 500;

/** What was thrown, in a sentence of bounded length. */
export function reasonOf(error: unknown): string {
  return bounded(error instanceof Error ? `${error.name}: ${error.message}` : `threw ${String(error)}`);
}

/** A reason as it is stored. */
export function bounded(reason: string): string {
  return reason.slice(0, MAX_ERROR_CHARS);
}
