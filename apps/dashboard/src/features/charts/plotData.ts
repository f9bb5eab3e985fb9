/** @file From lines to the aligned columns that uPlot draws. */
import uPlot from './uPlot.ts';
import type { Column, SeriesColumns } from './seriesColumns.ts';
import { smooth } from './smooth.ts';

/** The name of a design token, for instance "--series-1". */
export type Token = `--${string}`;

/** One line of a chart. */
export interface ChartLine {
  readonly key: string;
  readonly label: string;
  readonly color: Token;
  readonly dashed?: boolean;
  readonly columns: SeriesColumns;
}

/** What one drawn column is for. */
export type PlotRole = 'value' | 'raw' | 'max' | 'min';
export interface PlotColumn {
  readonly line: number;
  readonly role: PlotRole;
}
export interface PlotData {
  readonly aligned: uPlot.AlignedData;
  /** The aligned columns after the steps, in drawing order. */
  readonly columns: readonly PlotColumn[];
  /** Values that a logarithmic axis cannot show (zero or below). */
  readonly hiddenByLog: number;
}

/**
 * Joins the lines over the union of their steps. A step that a line does not have is undefined (the line goes on), a value that
 * is null is a gap. Lines of buckets bring their band; smoothed lines bring their raw values.
 */
export function plotData(
  lines: readonly ChartLine[],
  options: { readonly smoothing: number; readonly log: boolean },
): PlotData {
  const columns: PlotColumn[] = [];
  const tables: uPlot.AlignedData[] = [];
  let hiddenByLog = 0;
  const drawable = (column: Column, counted: boolean): (number | null)[] =>
    column.map((value) => {
      if (value === null || !Number.isFinite(value)) return null;
      if (!options.log || value > 0) return value;
      if (counted) hiddenByLog += 1;
      return null;
    });

  lines.forEach(({ columns: series }, line) => {
    const parts: (readonly [PlotRole, Column])[] = [];
    if (series.bucketed) parts.push(['max', series.max], ['min', series.min]);
    if (options.smoothing > 0)
      parts.push(['raw', series.mean], ['value', smooth(series.mean, options.smoothing)]);
    else parts.push(['value', series.mean]);
    for (const [role] of parts) columns.push({ line, role });
    tables.push([[...series.steps], ...parts.map(([role, column]) => drawable(column, role === 'value'))]);
  });
  return { aligned: tables.length > 0 ? uPlot.join(tables) : [[]], columns, hiddenByLog };
}

/** Indices of values without a neighbour to draw a line to: they are shown as points. Steps a line does not have are no neighbours. */
export function isolatedPoints(values: readonly (number | null | undefined)[]): number[] {
  const known: number[] = [];
  for (let i = 0; i < values.length; i += 1) if (values[i] !== undefined) known.push(i);
  const valueAt = (position: number) => {
    const index = known[position];
    return index === undefined ? null : (values[index] ?? null);
  };
  return known.filter(
    (_, position) =>
      valueAt(position) !== null && valueAt(position - 1) === null && valueAt(position + 1) === null,
  );
}
