/** @file Generalised advantage estimation over completion tokens (arXiv 1506.02438; in PPO for language: 1707.06347, 2203.02155). */
import { mean, standardDeviation, NORM_EPSILON } from './advantages.ts';
import type { TokenGrid } from './klEstimates.ts';

export interface GaeInput extends TokenGrid {
  /** Reward of each completion, given at its last token; null where there is none. */
  readonly rewards: readonly (number | null)[];
  /** [B, C] V(s_t), the value before token t; after the end it is taken as 0, for truncated completions too. */
  readonly values: Float32Array;
  /** [B, C] subtracted from the reward of each token (β·k1 of the token); null for none. */
  readonly penalties: Float32Array | null;
  readonly gamma: number;
  readonly lambda: number;
}

export interface GaeResult {
  /** [B, C]; 0 after the end and where there is no reward. */
  readonly advantages: Float64Array;
  /** [B, C] A_t + V(s_t), what the value head learns. */
  readonly returns: Float32Array;
}

/**
 * A_t = Σ_l (γλ)^l δ_{t+l} with δ_t = r_t + γ V(s_{t+1}) − V(s_t). With γ = λ = 1 it is the reward from t on less V(s_t): unbiased
 * whatever V is. With λ < 1 it is unbiased for a true V, else biased towards what V believes.
 * @throws RangeError for arrays of another size than B · C.
 */
export function gae({ lengths, width, rewards, values, penalties, gamma, lambda }: GaeInput): GaeResult {
  const size = lengths.length * width;
  if (values.length !== size || rewards.length !== lengths.length || (penalties ?? values).length !== size)
    throw new RangeError(
      `gae: ${values.length} values and ${rewards.length} rewards for ${lengths.length} completions of width ${width}`,
    );
  const advantages = new Float64Array(size);
  const returns = new Float32Array(size);
  lengths.forEach((length, row) => {
    const reward = rewards[row] ?? null;
    if (reward === null) return;
    let [advantage, next] = [0, 0];
    for (let t = length - 1; t >= 0; t--) {
      const token = row * width + t;
      const value = values[token] ?? NaN;
      const earned = (t === length - 1 ? reward : 0) - (penalties?.[token] ?? 0);
      advantage = earned + gamma * next - value + gamma * lambda * advantage;
      advantages[token] = advantage;
      returns[token] = advantage + value;
      next = value;
    }
  });
  return { advantages, returns };
}

/** Token advantages with mean 0 and deviation 1 over the step's rewarded completions. Biased, like every division by a spread. */
export function normaliseTokens(
  { lengths, width }: TokenGrid,
  included: readonly boolean[],
  advantages: Float64Array,
): Float64Array {
  const kept = lengths.flatMap((length, row) =>
    included[row] ? Array.from(advantages.subarray(row * width, row * width + length)) : [],
  );
  const [center, deviation] = [mean(kept), standardDeviation(kept) + NORM_EPSILON];
  const normal = new Float64Array(advantages.length);
  lengths.forEach((length, row) => {
    if (!included[row]) return;
    for (let token = row * width; token < row * width + length; token++)
      normal[token] = ((advantages[token] ?? NaN) - center) / deviation;
  });
  return normal;
}
