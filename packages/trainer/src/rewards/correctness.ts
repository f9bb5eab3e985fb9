/** @file What counts as a right completion: for accuracy and pass@k. */
import type { RewardConfig, TaskConfig } from '@nabla/domain';

import { exactAnswer, hasGroup } from './builtInRewards.ts';
import type { CompletionScore } from './scoreCompletions.ts';

export type Correctness = (
  score: CompletionScore,
  prompt: { readonly text: string; readonly answer: string | null },
  completion: string,
) => boolean | null;

/**
 * Right is what the run's first component that compares with the answer (exact_match, numeric, math, countdown, regex with a group)
 * values 1. Without one, right is the exact answer. Null where the component is null, or no answer is known.
 */
export function correctness(rewards: readonly RewardConfig[], task: TaskConfig): Correctness {
  const verifier = rewards.findIndex(isVerifier);
  if (verifier < 0) return (_, prompt, completion) => exactAnswer(task, prompt, completion);
  return ({ components }) => {
    const value = components[verifier]?.value ?? null;
    return value === null ? null : value === 1;
  };
}

function isVerifier(config: RewardConfig): boolean {
  switch (config.kind) {
    case 'exact_match':
    case 'numeric':
    case 'math':
    case 'countdown':
      return true;
    case 'regex':
      return hasGroup(config.pattern);
    default:
      return false;
  }
}
