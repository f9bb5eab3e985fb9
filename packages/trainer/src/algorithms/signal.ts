/**
 * @file The learning signal of every token: r̃ = A − β · KL, stopped (plain numbers carry no gradient).
 *
 * Sign: a penalty subtracts, β ≥ 0. Popular texts print A + β · KL; with that sign the policy would be pushed away from the
 * reference.
 */
import type { KlPlacement } from '@nabla/domain';

import { tokenK1, type TokenGrid } from './klEstimates.ts';

/** The part of the penalty that goes into the signal; placements in the loss are none of it. */
export interface SignalPenalty {
  readonly placement: Exclude<KlPlacement, 'loss' | 'ratio_loss'>;
  readonly beta: number;
  /** [B, C] under the policy that the gradient is taken of, and under the reference. */
  readonly logp: Float32Array;
  readonly refLogp: Float32Array;
}

/**
 * Signals [B, C] of tokens that have an advantage each; 0 after a completion's end and where it has no reward.
 *
 * - `signal`: minus β times Σ k1 of the whole completion. The expected gradient is exactly ∇(J − β KL).
 * - `reward_to_go`: minus β times Σ k1 from this token on. The same expectation, because what came before a token is a
 *   baseline for it; lower variance.
 * - `token`: minus β times k1 of the token alone. Biased: what a token does to later divergence is not counted.
 *
 * @param advantages [B, C]
 * @param included false for completions without a reward
 * @throws RangeError for a negative β, or arrays of another size.
 */
export function tokenSignals(
  { lengths, width }: TokenGrid,
  included: readonly boolean[],
  advantages: Float64Array,
  penalty: SignalPenalty | null,
): Float64Array {
  if (advantages.length !== lengths.length * width || included.length !== lengths.length)
    throw new RangeError(
      `tokenSignals: ${advantages.length} advantages for ${lengths.length} × ${width} tokens`,
    );
  const penalties = penalty && tokenPenalties({ lengths, width }, penalty);
  const signals = new Float64Array(advantages.length);
  lengths.forEach((length, row) => {
    if (!included[row]) return;
    for (let token = row * width; token < row * width + length; token++)
      signals[token] = (advantages[token] ?? NaN) - (penalties?.[token] ?? 0);
  });
  return signals;
}

/** β · k1 as its placement counts it, [B, C]. @throws RangeError for a negative β */
export function tokenPenalties(grid: TokenGrid, penalty: SignalPenalty): Float64Array {
  const { beta, placement } = penalty;
  if (!(beta >= 0))
    throw new RangeError(`signal: beta is ${beta}, it must not be negative: a penalty subtracts`);
  const penalties = tokenK1(grid, penalty.logp, penalty.refLogp).map((k1) => beta * k1);
  if (placement === 'token') return penalties;
  grid.lengths.forEach((length, row) => {
    const start = row * grid.width;
    let toGo = 0;
    for (let token = start + length - 1; token >= start; token--) {
      toGo += penalties[token] ?? NaN;
      penalties[token] = toGo;
    }
    if (placement === 'signal') penalties.fill(toGo, start, start + length);
  });
  return penalties;
}

/** One number per completion at each of its tokens, [B, C]; null becomes 0. */
export function perToken({ lengths, width }: TokenGrid, values: readonly (number | null)[]): Float64Array {
  const tokens = new Float64Array(lengths.length * width);
  lengths.forEach((length, row) => tokens.fill(values[row] ?? 0, row * width, row * width + length));
  return tokens;
}

/** Mean over each completion's tokens; null where it has no reward. For people: what trains is the signal of each token. */
export function perCompletion(
  { lengths, width }: TokenGrid,
  included: readonly boolean[],
  tokens: Float64Array,
): (number | null)[] {
  return lengths.map((length, row) => {
    if (!included[row]) return null;
    const first = tokens[row * width] ?? NaN;
    let beyond = 0;
    // Shifted by the first, so that equal numbers have that number as their mean, to the last bit.
    for (let token = row * width; token < row * width + length; token++)
      beyond += (tokens[token] ?? NaN) - first;
    return first + beyond / length;
  });
}
