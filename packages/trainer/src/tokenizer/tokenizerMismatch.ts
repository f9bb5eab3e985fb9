/** @file Whether the weights of one run read and write the tokens of another. */
import type { RunConfig } from '@nabla/domain';

import { alphabetOf } from './openTokenizer.ts';

/** Why two tokenizers give other ids to the same text, in words; null when they do not. Those of Hugging Face models belong to their files. */
export function tokenizerMismatch(theirs: RunConfig, ours: RunConfig): string | null {
  const [before, now] = [theirs.tokenizer, ours.tokenizer];
  if (before.kind !== now.kind)
    return `its tokenizer is of kind ${before.kind}, the run's of kind ${now.kind}`;
  if (before.kind !== 'char' || now.kind !== 'char') return null;
  const [their, own] = [alphabetOf(before, theirs.task), alphabetOf(now, ours.task)];
  if (their === own) return null;
  return `its tokenizer's alphabet is ${JSON.stringify(their)}, the run's ${JSON.stringify(own)}: set tokenizer.alphabet to the former`;
}
