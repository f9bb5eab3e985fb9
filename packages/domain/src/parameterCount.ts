import type { ScratchModelConfig } from './config/model.ts';

/** Largest vocabulary of the built-in tokenizers (bytes, specials included): the bound used when the tokenizer is not known. */
export const LARGEST_BUILT_IN_VOCABULARY = 515;

/** Number of weights of a decoder from scratch. */
export function parameterCount(
  model: ScratchModelConfig,
  vocabulary: number = LARGEST_BUILT_IN_VOCABULARY,
): number {
  const headWidth = model.width / model.heads;
  const kvWidth = (model.kvHeads ?? model.heads) * headWidth;
  const attention = model.width * model.width * 2 + model.width * kvWidth * 2;
  const feedForward = 3 * model.width * model.feedForward;
  const perLayer = attention + feedForward + 2 * model.width;
  return model.layers * perLayer + vocabulary * model.width * (model.tieEmbeddings ? 1 : 2) + model.width;
}
