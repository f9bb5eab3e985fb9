'use client';
import { useSyncExternalStore } from 'react';
import { cx } from '../../ui/cx.ts';
import { useCharts } from './ChartsProvider.tsx';
import styles from './charts.module.css';
import { formatMetric } from './formatMetric.ts';
import type { ChartLine } from './plotData.ts';
import { nearestIndex } from './seriesColumns.ts';

/** Each line's value at the pointer, or its last one. `inline`: the value alone, beside the title. */
export function ChartLegend({
  lines,
  metric,
  inline = false,
  onPoint,
}: {
  readonly lines: readonly ChartLine[];
  readonly metric: string;
  readonly inline?: boolean;
  readonly onPoint: (key: string | null) => void;
}) {
  const { cursor } = useCharts();
  const step = useSyncExternalStore(cursor.subscribe, cursor.get, () => null);
  if (inline) {
    const line = lines[0];
    const read = line && valueAt(line, step);
    return (
      <span className={styles.reading}>
        <span className={styles.value}>{formatMetric(metric, read?.value)}</span>
        {step !== null && <span className={styles.atStep}>step {read?.step.toLocaleString('en')}</span>}
      </span>
    );
  }
  return (
    <ul className={styles.legend}>
      {lines.map((line) => {
        const read = valueAt(line, step);
        return (
          <li
            key={line.key}
            className={styles.entry}
            onPointerEnter={() => onPoint(line.key)}
            onPointerLeave={() => onPoint(null)}
          >
            <svg width="14" height="8" className={styles.swatch} aria-hidden>
              <line
                x1="1"
                y1="4"
                x2="13"
                y2="4"
                stroke={`var(${line.color})`}
                strokeWidth="2"
                strokeDasharray={line.dashed ? '4 2' : undefined}
              />
            </svg>
            <span className={styles.label} title={line.label}>
              {line.label}
            </span>
            <span className={cx(styles.value, read?.value === null && styles.absent)}>
              {formatMetric(metric, read?.value)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Nothing is read beyond a line's own steps: a run that ended at step 100 has no value at step 200. */
function valueAt({ columns }: ChartLine, step: number | null): { value: number | null; step: number } | null {
  const { steps } = columns;
  const last = steps.at(-1);
  const first = steps[0];
  if (first === undefined || last === undefined) return null;
  if (step === null) return { value: columns.last.at(-1) ?? null, step: last };
  const reach = Math.max(1, (last - first) / steps.length);
  if (step < first - reach || step > last + reach) return { value: null, step };
  const index = nearestIndex(steps, step);
  return { value: columns.mean[index] ?? null, step: steps[index] ?? step };
}
