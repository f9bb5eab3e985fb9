import type { TaskConfig, TokenizerConfig } from '@nabla/domain';

import { TrainerError } from '../errors.ts';
import { taskAlphabet } from '../tasks/builtInTask.ts';
import { byteTokenizer } from './byteTokenizer.ts';
import { charTokenizer, DEFAULT_ALPHABET } from './charTokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * The tokenizer of a model trained from scratch.
 * @throws TrainerError MODEL for `kind: model`: that one comes with a model's files (`openHuggingFaceTokenizer`).
 */
export function openTokenizer(config: TokenizerConfig, task: TaskConfig): Tokenizer {
  switch (config.kind) {
    case 'byte':
      return byteTokenizer();
    case 'char':
      return charTokenizer(alphabetOf(config, task));
    case 'model':
      throw new TrainerError(
        'MODEL',
        'tokenizer.kind model is that of a Hugging Face directory: a model from scratch has none, use char or byte',
      );
  }
}

/** The characters of a char tokenizer: without an alphabet of its own the built-in task's, else printable ASCII and newline. */
export function alphabetOf(config: Extract<TokenizerConfig, { kind: 'char' }>, task: TaskConfig): string {
  return config.alphabet ?? taskAlphabet(task) ?? DEFAULT_ALPHABET;
}
