/** @file The steps a page shows, as they stand in its address: "100-200", "100-" (to the end), "-200" (from the beginning). */
import type { StepRange } from './seriesStore.ts';

/** Stands for "to the end, whatever that will be": the largest step the API's Int can name. */
export const OPEN_END = 2 ** 31 - 1;

/** Null for a text that names no range, or all steps. */
export function readRange(text: string | null): StepRange | null {
  const match = /^(\d{0,10})-(\d{0,10})$/.exec(text ?? '');
  if (!match) return null;
  const from = Number(match[1] ?? '');
  const to = match[2] ? Math.min(Number(match[2]), OPEN_END) : OPEN_END;
  return from < to && !(from === 0 && to === OPEN_END) ? [from, to] : null;
}

export function writeRange([from, to]: StepRange): string {
  return `${from === 0 ? '' : from}-${to === OPEN_END ? '' : to}`;
}

/** The axis of a chart for a range: open ends follow the data. `first` and `last` are the chart's own steps. */
export function shownSteps(range: StepRange | null, first: number, last: number): StepRange {
  if (!range) return [first, last];
  const from = range[0] === 0 ? first : range[0];
  return [from, range[1] === OPEN_END ? Math.max(last, from) : range[1]];
}
