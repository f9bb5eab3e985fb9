/** @file One metric of one run as columns of equal length: the only shape in which points travel through the charts. */

export type Column = readonly (number | null)[];

/** Raw points have min = max = mean = last. Steps ascend strictly. */
export interface SeriesColumns {
  readonly steps: readonly number[];
  readonly min: Column;
  readonly max: Column;
  readonly mean: Column;
  readonly last: Column;
  /** True when a step stands for a bucket of several points. */
  readonly bucketed: boolean;
}

export const EMPTY_COLUMNS: SeriesColumns = {
  steps: [],
  min: [],
  max: [],
  mean: [],
  last: [],
  bucketed: false,
};

/** Adds points that arrived later. Steps may come twice (the later wins) and out of order. Never changes its arguments. */
export function appendColumns(base: SeriesColumns, added: SeriesColumns): SeriesColumns {
  if (added.steps.length === 0) return base;
  if (base.steps.length === 0) return isAscending(added.steps) ? added : mergeColumns(EMPTY_COLUMNS, added);
  const lastStep = base.steps[base.steps.length - 1] ?? -Infinity;
  if ((added.steps[0] ?? -Infinity) <= lastStep || !isAscending(added.steps))
    return mergeColumns(base, added);
  return {
    steps: base.steps.concat(added.steps),
    min: base.min.concat(added.min),
    max: base.max.concat(added.max),
    mean: base.mean.concat(added.mean),
    last: base.last.concat(added.last),
    bucketed: base.bucketed || added.bucketed,
  };
}

/** Points with from ≤ step ≤ to. */
export function sliceColumns(columns: SeriesColumns, from: number, to: number): SeriesColumns {
  const start = lowerBound(columns.steps, from);
  const end = lowerBound(columns.steps, to + 1);
  return {
    steps: columns.steps.slice(start, end),
    min: columns.min.slice(start, end),
    max: columns.max.slice(start, end),
    mean: columns.mean.slice(start, end),
    last: columns.last.slice(start, end),
    bucketed: columns.bucketed,
  };
}

/** The same points `by` steps later. */
export function shiftColumns(columns: SeriesColumns, by: number): SeriesColumns {
  return by === 0 ? columns : { ...columns, steps: columns.steps.map((step) => step + by) };
}

/** Index of the point nearest to a step; -1 when there are none. Ties go to the earlier step. */
export function nearestIndex(steps: readonly number[], step: number): number {
  if (steps.length === 0) return -1;
  const right = lowerBound(steps, step);
  if (right === 0) return 0;
  if (right === steps.length) return steps.length - 1;
  return step - (steps[right - 1] ?? 0) <= (steps[right] ?? 0) - step ? right - 1 : right;
}

/** The step of the last point up to a step; null without one, or where points are joined in buckets and it is not known. */
export function lastStepUpTo(columns: SeriesColumns | undefined, step: number): number | null {
  if (!columns || columns.bucketed) return null;
  return columns.steps[lowerBound(columns.steps, step + 1) - 1] ?? null;
}

/** First index whose step is not below `step` (binary search over ascending steps). */
export function lowerBound(steps: readonly number[], step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((steps[middle] ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface SeriesFigures {
  readonly first: number;
  readonly firstStep: number;
  readonly last: number;
  readonly lastStep: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** First, last, lowest and highest finite value; null when there is none. */
export function figuresOf(columns: SeriesColumns): SeriesFigures | null {
  const present = columns.steps
    .map((_, index) => index)
    .filter((index) => typeof columns.mean[index] === 'number');
  const first = present[0];
  const last = present.at(-1);
  if (first === undefined || last === undefined) return null;
  const at = (column: Column, index: number) => column[index] ?? columns.mean[index] ?? Number.NaN;
  return {
    first: at(columns.mean, first),
    firstStep: columns.steps[first] ?? 0,
    last: at(columns.last, last),
    lastStep: columns.steps[last] ?? 0,
    min: present.reduce((low, index) => Math.min(low, at(columns.min, index)), Number.POSITIVE_INFINITY),
    max: present.reduce((high, index) => Math.max(high, at(columns.max, index)), Number.NEGATIVE_INFINITY),
    count: present.length,
  };
}

function isAscending(steps: readonly number[]): boolean {
  for (let i = 1; i < steps.length; i += 1) if ((steps[i] ?? 0) <= (steps[i - 1] ?? 0)) return false;
  return true;
}

function mergeColumns(base: SeriesColumns, added: SeriesColumns): SeriesColumns {
  // Source of each step: [columns, index]; what was added overwrites what was there.
  const source = new Map<number, readonly [SeriesColumns, number]>();
  base.steps.forEach((step, index) => source.set(step, [base, index]));
  added.steps.forEach((step, index) => source.set(step, [added, index]));
  const steps = [...source.keys()].sort((a, b) => a - b);
  const column = (pick: (columns: SeriesColumns) => Column): Column =>
    steps.map((step) => {
      const at = source.get(step);
      return at ? (pick(at[0])[at[1]] ?? null) : null;
    });
  return {
    steps,
    min: column((columns) => columns.min),
    max: column((columns) => columns.max),
    mean: column((columns) => columns.mean),
    last: column((columns) => columns.last),
    bucketed: base.bucketed || added.bucketed,
  };
}
