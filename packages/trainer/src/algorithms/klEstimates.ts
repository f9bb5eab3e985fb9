/** @file Sampled estimates of a KL divergence from the log-probabilities of completions. Pure functions on [B, C] arrays. */

/** Log-probabilities row after row, [B, C]; only the first `lengths[i]` of row i count. */
export interface TokenGrid {
  readonly lengths: readonly number[];
  /** C. */
  readonly width: number;
}

/**
 * k1 per completion: Σ_t (log π − log π_ref), in nats. Its mean over completions sampled from π is unbiased for KL[π ‖ π_ref]
 * and may be negative (Schulman, "Approximating KL divergence", 2020).
 */
export function k1(grid: TokenGrid, logp: Float32Array, refLogp: Float32Array): number[] {
  return sumPerCompletion(grid, logp, refLogp, (difference) => difference);
}

/** k3 per completion: Σ_t (e^−d + d − 1), d = log π − log π_ref: the same per-token expectation, never negative. */
export function k3(grid: TokenGrid, logp: Float32Array, refLogp: Float32Array): number[] {
  // expm1 keeps the digits where d is small, which is where it is read.
  return sumPerCompletion(grid, logp, refLogp, (difference) => Math.expm1(-difference) + difference);
}

/** Σ_t logp per completion. */
export function sequenceLogp(grid: TokenGrid, logp: Float32Array): number[] {
  return sumPerCompletion(grid, logp, new Float32Array(logp.length), (difference) => difference);
}

function sumPerCompletion(
  grid: TokenGrid,
  a: Float32Array,
  b: Float32Array,
  term: (difference: number) => number,
): number[] {
  const expected = grid.lengths.length * grid.width;
  if (a.length !== expected || b.length !== expected)
    throw new RangeError(
      `log-probabilities of ${a.length} and ${b.length} tokens for ${grid.lengths.length} completions of width ${grid.width}`,
    );
  return grid.lengths.map((length, row) => {
    let sum = 0;
    for (let index = row * grid.width; index < row * grid.width + length; index++)
      sum += term((a[index] ?? NaN) - (b[index] ?? NaN));
    return sum;
  });
}
