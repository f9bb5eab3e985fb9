'use client';
import { Table, TableScroll, Td, Th } from '../../ui/Table.tsx';
import styles from './charts.module.css';
import { formatMetric } from './formatMetric.ts';
import type { ChartLine } from './plotData.ts';
import { nearestIndex } from './seriesColumns.ts';
import type { StepRange } from './seriesStore.ts';

const ROWS = 200;

/** The chart's values as a table: every step where there are few, evenly spread ones where there are many, the last always. */
export function ChartTable({
  lines,
  metric,
  title,
  axis,
  range,
}: {
  readonly lines: readonly ChartLine[];
  readonly metric: string;
  readonly title: string;
  /** What the steps are, where that is not plain. */
  readonly axis: string | null;
  readonly range: StepRange | null;
}) {
  const all = [...new Set(lines.flatMap((line) => line.columns.steps))]
    .sort((a, b) => a - b)
    .filter((step) => !range || (step >= range[0] && step <= range[1]));
  const shown =
    all.length <= ROWS
      ? all
      : Array.from(
          { length: ROWS },
          (_, index) => all[Math.round((index * (all.length - 1)) / (ROWS - 1))] ?? 0,
        );
  return (
    <TableScroll label={`${title}, values`} className={styles.tableScroll}>
      <Table>
        <caption className={styles.caption}>
          {shown.length < all.length
            ? `${shown.length} of ${all.length} points, evenly spread`
            : `${all.length} points`}
          {lines.some((line) => line.columns.bucketed) && '; each point is the mean of a bucket of steps'}
        </caption>
        <thead>
          <tr>
            <Th numeric title={axis ?? undefined}>
              {axis === null ? 'Step' : 'Aligned step'}
            </Th>
            {lines.map((line) => (
              <Th key={line.key} numeric>
                {line.label}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.toReversed().map((step) => (
            <tr key={step}>
              <Td numeric muted>
                {step.toLocaleString('en')}
              </Td>
              {lines.map((line) => (
                <Td key={line.key} numeric>
                  {formatMetric(metric, valueOf(line, step))}
                </Td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </TableScroll>
  );
}

function valueOf({ columns }: ChartLine, step: number): number | null {
  const index = nearestIndex(columns.steps, step);
  return columns.steps[index] === step ? (columns.mean[index] ?? null) : null;
}
