/** @file What every tokenizer offers. */

export interface Tokenizer {
  /** Number of token ids, specials included: V. */
  readonly vocabulary: number;
  /** Fills what is masked anyway; may never be sampled on purpose. */
  readonly padId: number;
  /** Begins every prompt; null where the model was trained without one (GPT-2, Qwen). */
  readonly bosId: number | null;
  /** A completion ends with the first of these that it writes. The first of the list is the one that answers are taught to end with. */
  readonly eosIds: readonly number[];
  /**
   * The ids of a text, no specials added.
   * @throws TrainerError UNKNOWN_CHARACTER naming the character and its position.
   */
  encode(text: string): number[];
  /** The text of ids. Specials show by name, so that a completion which writes one is not taken for the answer without it. */
  decode(ids: Iterable<number>): string;
  /** What each id shows as, specials by name ("<eos>"): for people, one string an id. */
  pieces(ids: Iterable<number>): string[];
}

/** The first ids of every built-in vocabulary. */
export const SPECIALS = { pad: 0, bos: 1, eos: 2 } as const;
export const SPECIAL_PIECES = ['<pad>', '<bos>', '<eos>'] as const;
