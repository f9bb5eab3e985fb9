/** @file What a list needs of a completion. */
import type { completion_rowFragment } from '../../graphql/generated/graphql.ts';
import { graphql } from '../../graphql/generated/index.ts';

export const completionRowFragment = graphql(`
  fragment completion_row on Completion {
    id
    step
    index
    evaluationSet
    greedy
    group
    promptText
    answer
    text
    tokenCount
    truncated
    reward
    rewards {
      name
      value
      used
      weight
      version
      error
    }
    advantage
    signal
    kl
    logp
    refLogp
    updatedLogp
    verdictCount
    verdictsHidden
    commentCount
    myVerdict {
      id
      value
    }
  }
`);

export type CompletionRow = completion_rowFragment;

/** By how much the update changed the completion's log-probability, in nats; null where either is not known. */
export function deltaLogp({ logp, updatedLogp }: Pick<CompletionRow, 'logp' | 'updatedLogp'>): number | null {
  return typeof logp === 'number' && typeof updatedLogp === 'number' ? updatedLogp - logp : null;
}

/** Completions of one prompt and step, in the order in which they were sampled. */
export interface CompletionGroup {
  readonly group: number;
  readonly completions: readonly CompletionRow[];
}

export function groupsOf(rows: readonly CompletionRow[]): CompletionGroup[] {
  const groups = new Map<number, CompletionRow[]>();
  for (const row of [...rows].sort((a, b) => a.group - b.group || a.index - b.index))
    groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  return [...groups].map(([group, completions]) => ({ group, completions }));
}

/** What was sampled: of an evaluation, all but the completion of the likeliest tokens. */
function samplesOf({ completions }: CompletionGroup): readonly CompletionRow[] {
  return completions.filter(({ greedy }) => greedy !== true);
}

export interface GroupFigures {
  /** Mean of the rewards of samples that could be computed; null when none could. */
  readonly mean: number | null;
  readonly nulls: number;
  /** All known rewards are equal: the group carries no signal under a baseline of its own. */
  readonly flat: boolean;
}

export function groupFigures(group: CompletionGroup): GroupFigures {
  const rewardsOf = (rows: readonly CompletionRow[]) =>
    rows.flatMap(({ reward }) => (typeof reward === 'number' ? [reward] : []));
  const nulls = group.completions.length - rewardsOf(group.completions).length;
  const known = rewardsOf(samplesOf(group));
  if (known.length === 0) return { mean: null, nulls, flat: true };
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return { mean, nulls, flat: known.length > 1 && known.every((value) => value === known[0]) };
}
