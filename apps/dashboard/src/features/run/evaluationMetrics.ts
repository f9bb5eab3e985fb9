/** @file Which evaluation sets a run has, and which of its metrics tell about them. */
import type { RunConfig } from '@nabla/domain';

/** Names of the sets: in the configuration's order, then those that only metrics or completions name. */
export function evaluationSetNames(
  config: RunConfig | null,
  metricNames: readonly string[],
  evaluated: readonly string[],
): string[] {
  const configured = config?.evaluation?.sets.map(({ name }) => name) ?? [];
  const measured = metricNames.flatMap((name) => /^eval\/([^/]+)\/./.exec(name)?.[1] ?? []);
  return [...new Set([...configured, ...measured, ...evaluated])];
}

export interface SetMetrics {
  /** Shares of right answers: the greedy one first, then pass@k by k. */
  readonly shares: readonly string[];
  readonly reward: string | null;
  /** Half the width of the reward's confidence interval. */
  readonly rewardInterval: string | null;
  /** The set's other metrics. */
  readonly others: readonly string[];
}

export function setMetrics(set: string, metricNames: readonly string[]): SetMetrics {
  const prefix = `eval/${set}/`;
  const own = [...new Set(metricNames.filter((name) => name.startsWith(prefix)))];
  const find = (statistic: string): string | null => own.find((name) => name === prefix + statistic) ?? null;
  const kOf = (name: string): number => Number(/^pass_at_(\d+)$/.exec(name.slice(prefix.length))?.[1] ?? 0);
  const accuracy = find('accuracy');
  const shares = [
    ...(accuracy === null ? [] : [accuracy]),
    ...own.filter((name) => kOf(name) > 0).sort((a, b) => kOf(a) - kOf(b)),
  ];
  const reward = find('reward_mean');
  const rewardInterval = find('reward_ci95');
  const told = [...shares, reward, rewardInterval];
  return { shares, reward, rewardInterval, others: own.filter((name) => !told.includes(name)).sort() };
}
