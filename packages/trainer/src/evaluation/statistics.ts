/** @file Estimates from samples of several prompts. Pure. */
import { mean, standardDeviation } from '../algorithms/advantages.ts';

/**
 * Probability that at least one of k samples is right, given that c of n were: 1 − C(n−c, k) / C(n, k), which is unbiased
 * (Chen et al., arXiv 2107.03374); (1 − (1 − c/n)^k would be too low.) As a product, so that nothing overflows.
 * @throws RangeError unless 0 ≤ c ≤ n and 1 ≤ k ≤ n.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (!(c >= 0 && c <= n && k >= 1 && k <= n)) throw new RangeError(`passAtK: ${c} of ${n} right, k = ${k}`);
  if (n - c < k) return 1;
  let missed = 1;
  for (let i = n - c + 1; i <= n; i++) missed *= 1 - k / i;
  return 1 - missed;
}

export interface Interval {
  readonly mean: number;
  /** Half the width of the 95 % confidence interval; null for one prompt, which says nothing of the others. */
  readonly halfWidth: number | null;
}

/**
 * Mean over prompts of the mean over each prompt's values, and how far the mean over all such prompts may be from it: Student's t
 * over the prompts' means, because samples of one prompt are alike. Null values and prompts without others stay out.
 */
export function clusteredMean(prompts: readonly (readonly (number | null)[])[]): Interval | null {
  const means = prompts.flatMap((values) => {
    const present = values.filter((value) => value !== null);
    return present.length === 0 ? [] : [mean(present)];
  });
  if (means.length === 0) return null;
  return {
    mean: mean(means),
    halfWidth:
      means.length < 2
        ? null
        : (studentT975(means.length - 1) * standardDeviation(means)) / Math.sqrt(means.length),
  };
}

/** Quantile 0.975 of Student's t: tabled to 9 degrees of freedom, from there Fisher's expansion around the normal's, good to 1e-4. */
export function studentT975(degrees: number): number {
  const tabled = TABLE[degrees - 1];
  if (tabled !== undefined) return tabled;
  const z = 1.959963984540054;
  const v = degrees;
  return (
    z +
    (z ** 3 + z) / (4 * v) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * v ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * v ** 3)
  );
}

const TABLE = [12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216];
