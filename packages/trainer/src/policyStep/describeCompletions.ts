/** @file What is told of each completion of a recorded step. */
import type { RunConfig } from '@nabla/domain';

import { sequenceLogp } from '../algorithms/klEstimates.ts';
import type { CompletionResult } from '../stepResult.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Collected } from './collect.ts';
import type { LearningSignal } from './learningSignal.ts';

export interface Told {
  readonly config: Pick<RunConfig, 'policyGradient' | 'record'>;
  readonly tokenizer: Tokenizer;
  readonly collected: Collected;
  readonly learned: LearningSignal;
  /** [B, C]: under the policy that sampled, under the reference, after the update. */
  readonly oldLogp: Float32Array;
  readonly refLogp: Float32Array | null;
  readonly updatedLogp: Float32Array | null;
}

export function describeCompletions(told: Told): CompletionResult[] {
  const { config, tokenizer, collected, learned, oldLogp, refLogp, updatedLogp } = told;
  const { completions, scores, prompts, texts } = collected;
  const sums = (logp: Float32Array | null) => logp && sequenceLogp(completions, logp);
  const [old, ref, updated] = [sequenceLogp(completions, oldLogp), sums(refLogp), sums(updatedLogp)];
  return texts.map((text, index) => {
    const group = Math.floor(index / config.policyGradient.groupSize);
    const tokenCount = completions.lengths[index] ?? 0;
    const [start, end] = [index * completions.width, index * completions.width + tokenCount];
    const ids = completions.ids.slice(start, end);
    return {
      index,
      evaluationSet: null,
      group,
      promptText: prompts[group]?.text ?? '',
      answer: prompts[group]?.answer ?? null,
      text,
      tokenCount,
      truncated: completions.truncated[index] ?? false,
      reward: scores[index]?.reward ?? null,
      rewards: scores[index]?.components ?? [],
      advantage: learned.advantages[index] ?? null,
      signal: learned.signals[index] ?? null,
      kl: learned.refK1?.[index] ?? null,
      logp: old[index] ?? 0,
      refLogp: ref?.[index] ?? null,
      updatedLogp: updated?.[index] ?? null,
      tokens: config.record.tokens
        ? {
            tokenIds: ids,
            pieces: tokenizer.pieces(ids),
            logp: oldLogp.slice(start, end),
            refLogp: refLogp && refLogp.slice(start, end),
            updatedLogp: updatedLogp && updatedLogp.slice(start, end),
          }
        : null,
    };
  });
}
