/**
 * @file Advantages: how much better a completion was than a baseline. Pure functions of the rewards of one step. The advantage
 * that is one number per token, generalised advantage estimation, is in `gae.ts`.
 *
 * Rewards stand group after group: completion i belongs to group ⌊i / G⌋. A null reward stays out of every mean and has a null
 * advantage; n counts the others. A group with fewer than two of them has nothing to compare: its advantages are 0.
 */
import type { Advantage } from '@nabla/domain';

export type Rewards = readonly (number | null)[];

/** Advantages that are one number per completion. */
export type CompletionAdvantage = Exclude<Advantage, 'gae'>;

/** Added to a standard deviation, so that a nearly flat group or batch is not blown up (GRPO, arXiv 2402.03300). */
export const NORM_EPSILON = 1e-4;

/**
 * The advantages of B completions.
 * @param groupSize G; B must be a multiple of it.
 * @param baseline b of constant and ema; must not depend on these rewards. The others do not look at it.
 * @throws RangeError for a wrong shape, or a baseline that is no number.
 */
export function advantages(
  kind: CompletionAdvantage,
  rewards: Rewards,
  groupSize: number,
  baseline = 0,
): (number | null)[] {
  assertGroups(rewards, groupSize);
  switch (kind) {
    case 'none':
      return none(rewards);
    case 'constant':
    case 'ema':
      return minusBaseline(rewards, baseline);
    case 'batch_mean':
      return batchMean(rewards);
    case 'batch_norm':
      return batchNorm(rewards);
    case 'rloo':
      return rloo(rewards, groupSize);
    case 'group_mean':
      return groupMean(rewards, groupSize);
    case 'group_norm':
      return groupNorm(rewards, groupSize);
  }
}

/** A_i = r_i. Unbiased, of the highest variance (REINFORCE, Williams 1992). */
export function none(rewards: Rewards): (number | null)[] {
  return [...rewards];
}

/** A_i = r_i − b, b from a setting (constant) or from earlier steps (ema): unbiased, because b does not depend on the completion. */
export function minusBaseline(rewards: Rewards, baseline: number): (number | null)[] {
  if (!Number.isFinite(baseline)) throw new RangeError(`advantages: the baseline is ${baseline}`);
  return rewards.map((reward) => (reward === null ? null : reward - baseline));
}

/** The moving baseline after a step: b ← decay·b + (1 − decay)·mean reward; b stays where no reward is known. */
export function nextEma(baseline: number, rewards: Rewards, decay: number): number {
  const values = present(rewards);
  return values.length === 0 ? baseline : decay * baseline + (1 - decay) * mean(values);
}

/** A_i = r_i − mean of the batch. The mean holds r_i itself: the expected gradient is (n−1)/n of ∇J. */
export function batchMean(rewards: Rewards): (number | null)[] {
  const baseline = mean(present(rewards));
  return rewards.map((reward) => (reward === null ? null : reward - baseline));
}

/**
 * A_i = (r_i − mean) / (std + 1e-4) over the batch, std with n − 1 (REINFORCE++, arXiv 2501.03262). Biased: steps of low spread
 * weigh more than in ∇J. Differs: the paper normalises the reward less the KL penalty; here the penalty is subtracted after.
 */
export function batchNorm(rewards: Rewards): (number | null)[] {
  const values = present(rewards);
  const center = mean(values);
  const deviation = standardDeviation(values) + NORM_EPSILON;
  return rewards.map((reward) => (reward === null ? null : (reward - center) / deviation));
}

/** A_i = r_i − mean_{j≠i} r_j over the group: leave one out, unbiased (RLOO, arXiv 2402.14740). */
export function rloo(rewards: Rewards, groupSize: number): (number | null)[] {
  // r_i − (S − r_i)/(n − 1) = n/(n − 1) · (r_i − S/n)
  return perGroup(rewards, groupSize, (group) => {
    const baseline = mean(group);
    return (reward) => (group.length / (group.length - 1)) * (reward - baseline);
  });
}

/** A_i = r_i − mean of the group: (n−1)/n of RLOO's (Dr. GRPO, arXiv 2503.20783). */
export function groupMean(rewards: Rewards, groupSize: number): (number | null)[] {
  return perGroup(rewards, groupSize, (group) => {
    const baseline = mean(group);
    return (reward) => reward - baseline;
  });
}

/** A_i = (r_i − mean) / (std + 1e-4) of the group, std with n − 1 (GRPO, arXiv 2402.03300). Biased: flat groups weigh more than in ∇J. */
export function groupNorm(rewards: Rewards, groupSize: number): (number | null)[] {
  return perGroup(rewards, groupSize, (group) => {
    const baseline = mean(group);
    const deviation = standardDeviation(group) + NORM_EPSILON;
    return (reward) => (reward - baseline) / deviation;
  });
}

/** Share of groups that carry no signal: fewer than two rewards, or all equal. */
export function flatGroupFraction(rewards: Rewards, groupSize: number): number {
  const groups = assertGroups(rewards, groupSize);
  return groups.filter(isFlat).length / groups.length;
}

/** Whether a group carries no signal under a group baseline. */
export function isFlat(group: Rewards): boolean {
  return new Set(present(group)).size < 2;
}

/** The mean; 0 of nothing. Shifted by the first value, so that the mean of equal numbers is that number to the last bit. */
export function mean(values: readonly number[]): number {
  const [first = 0] = values;
  return values.length === 0
    ? 0
    : first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
}

/** With n − 1; 0 of fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

function perGroup(
  rewards: Rewards,
  groupSize: number,
  rule: (group: readonly number[]) => (reward: number) => number,
): (number | null)[] {
  return assertGroups(rewards, groupSize).flatMap((group) => {
    const values = present(group);
    const advantage = values.length < 2 ? () => 0 : rule(values);
    return group.map((reward) => (reward === null ? null : advantage(reward)));
  });
}

function present(rewards: Rewards): number[] {
  return rewards.filter((reward) => reward !== null);
}

function assertGroups(rewards: Rewards, groupSize: number): Rewards[] {
  if (
    !Number.isInteger(groupSize) ||
    groupSize < 1 ||
    rewards.length === 0 ||
    rewards.length % groupSize !== 0
  )
    throw new RangeError(
      `advantages: ${rewards.length} rewards are no whole number of groups of ${groupSize}`,
    );
  return Array.from({ length: rewards.length / groupSize }, (_, index) =>
    rewards.slice(index * groupSize, (index + 1) * groupSize),
  );
}
