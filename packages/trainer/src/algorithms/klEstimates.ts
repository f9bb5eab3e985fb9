/** @file Sampled estimates of a KL divergence from the log-probabilities of completions. Pure functions on [B, C] arrays. */
import type { KlConfig } from '@nabla/domain';

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

/** log π − log π_ref of every token, [B, C]; 0 after the end. */
export function tokenK1(grid: TokenGrid, logp: Float32Array, refLogp: Float32Array): Float64Array {
  assertSizes(grid, logp, refLogp);
  const tokens = new Float64Array(logp.length);
  grid.lengths.forEach((length, row) => {
    for (let token = row * grid.width; token < row * grid.width + length; token++)
      tokens[token] = (logp[token] ?? NaN) - (refLogp[token] ?? NaN);
  });
  return tokens;
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

/**
 * β after a step, by proportional control (arXiv 1909.08593, section 2.2): β ← β · (1 + e · n / horizon), e the relative error of
 * the measured KL, cut to ±0.2; n / horizon counts as 1 at most, so that one step changes β by a fifth at most.
 * @param divergence mean k1 per completion of the step, nats
 * @param completions n, completions of the step
 */
export function nextBeta(
  beta: number,
  { target, horizon }: NonNullable<KlConfig['adaptive']>,
  divergence: number,
  completions: number,
): number {
  const error = Math.min(0.2, Math.max(-0.2, divergence / target - 1));
  return beta * (1 + error * Math.min(1, completions / horizon));
}

function sumPerCompletion(
  grid: TokenGrid,
  a: Float32Array,
  b: Float32Array,
  term: (difference: number) => number,
): number[] {
  assertSizes(grid, a, b);
  return grid.lengths.map((length, row) => {
    let sum = 0;
    for (let index = row * grid.width; index < row * grid.width + length; index++)
      sum += term((a[index] ?? NaN) - (b[index] ?? NaN));
    return sum;
  });
}

function assertSizes(grid: TokenGrid, a: Float32Array, b: Float32Array): void {
  const expected = grid.lengths.length * grid.width;
  if (a.length !== expected || b.length !== expected)
    throw new RangeError(
      `log-probabilities of ${a.length} and ${b.length} tokens for ${grid.lengths.length} completions of width ${grid.width}`,
    );
}
