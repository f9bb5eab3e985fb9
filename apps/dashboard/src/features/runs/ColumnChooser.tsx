'use client';
import { METRICS } from '@nabla/domain';
import { ChevronDown, ChevronUp } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Checkbox, Input } from '../../ui/Field.tsx';
import styles from './ColumnChooser.module.css';
import { FIXED_COLUMNS, runColumns } from './runColumns.tsx';
import { DEFAULT_COLUMNS } from './runsView.ts';

/** Which columns the table has, in which order. */
export function ColumnChooser({
  columns,
  metricNames,
  onChange,
}: {
  readonly columns: ReadonlyArray<string>;
  /** Names of metrics that runs of the list have. */
  readonly metricNames: ReadonlyArray<string>;
  readonly onChange: (columns: ReadonlyArray<string>) => void;
}) {
  const [search, setSearch] = useState('');
  const shown = runColumns(columns);
  const offered = [
    ...FIXED_COLUMNS.map((column) => ({ id: column.id, title: column.title })),
    ...[...new Set([...METRICS.map((metric) => metric.name as string), ...metricNames])].map((name) => ({
      id: `m:${name}`,
      title: name,
    })),
  ].filter(
    (column) =>
      !columns.includes(column.id) && column.title.toLowerCase().includes(search.trim().toLowerCase()),
  );
  const move = (index: number, step: number): void => {
    const next = [...columns];
    const [moved] = next.splice(index, 1);
    if (moved === undefined) return;
    next.splice(index + step, 0, moved);
    onChange(next);
  };
  return (
    <div className={styles.chooser}>
      <div className={styles.title}>
        Columns
        <Button size="sm" variant="ghost" onClick={() => onChange(DEFAULT_COLUMNS)}>
          Reset
        </Button>
      </div>
      <ul>
        {shown.map((column, index) => (
          <li key={column.id} className={styles.item}>
            <Checkbox
              label={column.title}
              checked
              onChange={() => onChange(columns.filter((id) => id !== column.id))}
              className={styles.name}
            />
            <IconButton
              label={`Move ${column.title} left`}
              size="sm"
              disabled={index === 0}
              onClick={() => move(columns.indexOf(column.id), -1)}
            >
              <ChevronUp size={14} aria-hidden />
            </IconButton>
            <IconButton
              label={`Move ${column.title} right`}
              size="sm"
              disabled={index === shown.length - 1}
              onClick={() => move(columns.indexOf(column.id), 1)}
            >
              <ChevronDown size={14} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      <Input
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        placeholder="Find a metric or column"
        aria-label="Find a metric or column"
      />
      <ul className={styles.offered}>
        {offered.map((column) => (
          <li key={column.id}>
            <Checkbox
              label={column.title}
              checked={false}
              onChange={() => onChange([...columns, column.id])}
            />
          </li>
        ))}
        {offered.length === 0 && <li className={styles.none}>Nothing else is called that.</li>}
      </ul>
    </div>
  );
}
