/** @file A run's metrics in the order in which a person asks for them, in groups by their prefix. */
import { METRICS } from '@nabla/domain';

export interface MetricGroup {
  /** The part of the names before the first slash; "other" for names without one. */
  readonly prefix: string;
  readonly names: readonly string[];
}

const RANK = new Map<string, number>(METRICS.map((metric, index) => [metric.name, index]));

/** Groups names by prefix. Known metrics come in the catalogue's order, others after them by name. */
export function metricGroups(names: readonly string[], search = ''): MetricGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = [...new Set(names)]
    .filter((name) => words.every((word) => name.toLowerCase().includes(word)))
    .sort(byRank);
  const groups = new Map<string, string[]>();
  for (const name of wanted) {
    const prefix = name.includes('/') ? name.slice(0, name.indexOf('/')) : 'other';
    groups.set(prefix, [...(groups.get(prefix) ?? []), name]);
  }
  return [...groups].map(([prefix, members]) => ({ prefix, names: members }));
}

/** Reward components that a run logs, by their metrics' names. */
export function rewardComponents(names: readonly string[]): string[] {
  return names.flatMap((name) => /^reward\/([^/]+)\/mean$/.exec(name)?.[1] ?? []).sort();
}

function byRank(a: string, b: string): number {
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

/** Component metrics stand right behind the reward's own. */
function rank(name: string): number {
  const known = RANK.get(name);
  if (known !== undefined) return known;
  return name.startsWith('reward/') ? (RANK.get('reward/std') ?? 0) + 0.5 : METRICS.length;
}
