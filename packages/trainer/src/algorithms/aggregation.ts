/**
 * @file How token losses become one number: a weight for every token, computed over the whole batch on the host.
 *
 * The loss of a batch is Σ weight · token loss. Because the weights know the whole batch, it can be cut into micro-batches of
 * any size: the gradients add up to the same sum.
 */
import type { Aggregation } from '@nabla/domain';

export interface BatchShape {
  /** Tokens of each completion, its end-of-sequence token included. */
  readonly lengths: readonly number[];
  /** False for completions without a reward: they have no part in the loss nor in its normaliser. */
  readonly included: readonly boolean[];
  /** Of the rectangle, [B, width]: at least the longest completion. */
  readonly width: number;
  /** C, the most tokens a completion can have (maxNewTokens); the width when absent. */
  readonly bound?: number;
}

/**
 * Weights [B, width] of the token losses; 0 after a completion's end and for completions left out. With B' completions left in:
 *
 * - `sequence_sum`  1/B': the estimate of ∇J itself.
 * - `token_mean`    1/Σ|o_i| over the batch (DAPO, arXiv 2503.14476).
 * - `sequence_mean` 1/(B'·|o_i|) (GRPO, arXiv 2402.03300).
 * - `constant`      1/(B'·C) (Dr. GRPO, arXiv 2503.20783).
 *
 * @throws RangeError for a length outside [1, width], or differing lists.
 */
export function tokenWeights(
  kind: Aggregation,
  { lengths, included, width, bound = width }: BatchShape,
): Float32Array {
  if (lengths.length !== included.length)
    throw new RangeError(`tokenWeights: ${lengths.length} lengths, ${included.length} flags`);
  const kept = lengths.filter((_, index) => included[index]);
  const tokens = kept.reduce((sum, length) => sum + length, 0);
  const weights = new Float32Array(lengths.length * width);
  lengths.forEach((length, row) => {
    if (!Number.isInteger(length) || length < 1 || length > width)
      throw new RangeError(`tokenWeights: completion ${row} has ${length} tokens, not 1 to ${width}`);
    if (!included[row]) return;
    weights.fill(weight(kind, kept.length, tokens, length, bound), row * width, row * width + length);
  });
  return weights;
}

function weight(
  kind: Aggregation,
  completions: number,
  tokens: number,
  length: number,
  bound: number,
): number {
  switch (kind) {
    case 'sequence_sum':
      return 1 / completions;
    case 'token_mean':
      return 1 / tokens;
    case 'sequence_mean':
      return 1 / (completions * length);
    case 'constant':
      return 1 / (completions * bound);
  }
}
