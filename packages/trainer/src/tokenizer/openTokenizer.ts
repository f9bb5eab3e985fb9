import type { TaskConfig, TokenizerConfig } from '@nabla/domain';

import { taskAlphabet } from '../tasks/builtInTask.ts';
import { byteTokenizer } from './byteTokenizer.ts';
import { charTokenizer, DEFAULT_ALPHABET } from './charTokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';

/** The tokenizer of a run. A char tokenizer without an alphabet takes the built-in task's, else printable ASCII and newline. */
export function openTokenizer(config: TokenizerConfig, task: TaskConfig): Tokenizer {
  switch (config.kind) {
    case 'byte':
      return byteTokenizer();
    case 'char':
      return charTokenizer(config.alphabet ?? taskAlphabet(task) ?? DEFAULT_ALPHABET);
  }
}
