/** @file Forks on one axis with the runs they come from: a fork counts its own steps from 1, its weights do not begin there. */
import type { StepAlignment } from '../charts/ChartsProvider.tsx';

/** A run and the checkpoints that led to it, nearest first. */
export interface Descendant {
  readonly id: string;
  readonly number: number;
  readonly lineage: readonly {
    readonly step: number;
    readonly run: { readonly id: string; readonly number: number };
  }[];
}

/**
 * Moves each run by the steps that its weights had behind them, counted from the nearest run that all compared relatives come from
 * (it need not be compared itself). Runs without a relative among the compared stay where they are.
 * @returns null when nothing is to be moved.
 */
export function forkAlignment(runs: readonly Descendant[]): StepAlignment | null {
  const families = new Map<string, Ancestor[][]>();
  for (const run of runs) {
    const line = ancestors(run);
    const root = line.at(-1)?.id ?? run.id;
    families.set(root, [...(families.get(root) ?? []), line]);
  }
  const shifts = new Map<string, number>();
  const origins: number[] = [];
  for (const lines of families.values()) {
    const origin = lines[0]?.find(({ id }) => lines.every((line) => line.some((one) => one.id === id)));
    if (origin === undefined) continue;
    origins.push(origin.number);
    for (const line of lines) {
      const by = line.find(({ id }) => id === origin.id)?.behind ?? 0;
      if (by > 0 && line[0]) shifts.set(line[0].id, by);
    }
  }
  if (shifts.size === 0) return null;
  return {
    shifts,
    axis:
      origins.length === 1
        ? `Steps of #${origins[0]}; forks go on from where they left it`
        : 'Steps; forks go on from where they left their origin',
  };
}

interface Ancestor {
  readonly id: string;
  readonly number: number;
  /** Steps of this run and those after it that the weights had seen when the descendant began. */
  readonly behind: number;
}

/** The run itself, its parent, and so on to the first. */
function ancestors({ id, number, lineage }: Descendant): Ancestor[] {
  let behind = 0;
  return [
    { id, number, behind },
    ...lineage.map(({ step, run }) => {
      behind += step;
      return { ...run, behind };
    }),
  ];
}
