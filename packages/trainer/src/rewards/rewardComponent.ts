/** @file What a reward component is: a named, weighted, versioned function of one completion. */
import { createHash } from 'node:crypto';

import { canonicalJson } from '@nabla/domain';

export interface RewardInput {
  readonly prompt: string;
  /** Without the end-of-sequence token. */
  readonly completion: string;
  readonly answer: string | null;
  /** Tokens of the completion, its end-of-sequence token included. */
  readonly tokenCount: number;
}

export interface RewardComponent {
  readonly name: string;
  readonly weight: number;
  /** SHA-256 (hex) of code and settings: equal versions give equal rewards. */
  readonly version: string;
  /** A finite number, or null where the reward cannot be computed. What else it gives, and what it throws, counts as null. */
  score(input: RewardInput): unknown;
}

/** The version of a component: `code` is the text of a module, or the revision of a built-in one. */
export function rewardVersion(code: string, settings: unknown): string {
  return createHash('sha256').update(code).update('\0').update(canonicalJson(settings)).digest('hex');
}
