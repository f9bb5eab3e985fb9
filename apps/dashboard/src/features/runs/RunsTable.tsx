'use client';
import { type ColumnDef, getCoreRowModel, useReactTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Badge } from '../../ui/Badge.tsx';
import { cx } from '../../ui/cx.ts';
import { Checkbox } from '../../ui/Field.tsx';
import { useNow } from '../../ui/RelativeTime.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { useHotkeys } from '../../ui/useHotkeys.ts';
import { ForkMark } from './ForkMark.tsx';
import styles from './RunsTable.module.css';
import { type RunColumn, runColumns } from './runColumns.tsx';
import type { RunRow } from './runRow.ts';
import { type RunSort, type RunsView, parseRunsView } from './runsView.ts';

const ROW_PX = 40;
const HEAD_PX = 32;
const NAME_PX = 210;
const SELECT_PX = 36;

interface Props {
  readonly rows: ReadonlyArray<RunRow>;
  /** Runs that meet the filter, those not loaded yet included. */
  readonly total: number;
  readonly view: RunsView;
  readonly onChange: (patch: Partial<RunsView>) => void;
  readonly hasMore: boolean;
  readonly loadMore: () => void;
}

/** The table: only the rows in view are in the page. j and k move, x selects, Enter opens. */
export function RunsTable({ rows, total, view, onChange, hasMore, loadMore }: Props) {
  const region = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(-1);
  const columnIds = view.columns.join('\n');
  const columns = useMemo(() => runColumns(columnIds.split('\n')), [columnIds]);
  const table = useTable(rows, columns, view, onChange);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => region.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
    scrollPaddingStart: HEAD_PX,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && lastIndex >= rows.length - 15) loadMore();
  }, [hasMore, lastIndex, rows.length, loadMore]);

  const moveTo = (index: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    virtualizer.scrollToIndex(next);
    // The row may enter the page only now.
    requestAnimationFrame(() =>
      region.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`)?.focus(),
    );
  };
  useHotkeys({
    j: () => moveTo(active + 1),
    k: () => moveTo(active - 1),
    x: () => table.getRowModel().rows[active]?.toggleSelected(),
    Enter: () => moveTo(active),
  });

  const selected = view.selection.length;
  const template = [SELECT_PX, `minmax(${NAME_PX}px, 1fr)`, ...columns.map((column) => column.width)]
    .map((width) => (typeof width === 'number' ? `${width}px` : width))
    .join(' ');
  const minWidth = SELECT_PX + NAME_PX + columns.reduce((sum, column) => sum + column.width, 0);
  return (
    <div ref={region} className={styles.region} role="region" aria-label="Runs" tabIndex={0}>
      <div
        role="table"
        aria-label="Runs"
        aria-rowcount={total + 1}
        className={styles.table}
        style={{ minWidth }}
      >
        <div role="rowgroup" className={styles.head}>
          <div role="row" aria-rowindex={1} className={styles.row} style={{ gridTemplateColumns: template }}>
            <div role="columnheader" className={styles.select}>
              <Checkbox
                label="Select all loaded runs"
                hideLabel
                checked={selected > 0 && table.getIsAllRowsSelected()}
                indeterminate={selected > 0 && !table.getIsAllRowsSelected()}
                onChange={() =>
                  onChange({ selection: selected > 0 ? [] : rows.slice(0, 100).map((row) => row.id) })
                }
              />
            </div>
            <Head
              title="Run"
              sort={{ field: 'NAME', descending: false }}
              present={view.sort}
              onChange={onChange}
            />
            {columns.map((column) => (
              <Head
                key={column.id}
                title={column.title}
                help={column.help}
                numeric={column.numeric}
                sort={columnSort(column)}
                present={view.sort}
                onChange={onChange}
              />
            ))}
          </div>
        </div>
        <div role="rowgroup" className={styles.body} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = table.getRowModel().rows[item.index];
            if (!row) return null;
            return (
              <Row
                key={row.id}
                run={row.original}
                columns={columns}
                index={item.index}
                top={item.start}
                template={template}
                active={item.index === active}
                selected={row.getIsSelected()}
                onSelect={() => row.toggleSelected()}
                onFocus={() => setActive(item.index)}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Row({
  run,
  columns,
  index,
  top,
  template,
  active,
  selected,
  onSelect,
  onFocus,
}: {
  readonly run: RunRow;
  readonly columns: ReadonlyArray<RunColumn>;
  readonly index: number;
  readonly top: number;
  readonly template: string;
  readonly active: boolean;
  readonly selected: boolean;
  readonly onSelect: () => void;
  readonly onFocus: () => void;
}) {
  const now = useNow();
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-index={index}
      className={cx(styles.row, styles.bodyRow, selected && styles.selected, active && styles.active)}
      style={{ gridTemplateColumns: template, transform: `translateY(${top}px)`, height: ROW_PX }}
      onFocus={onFocus}
    >
      <div role="cell" className={styles.select}>
        <Checkbox label={`Select ${run.name}`} hideLabel checked={selected} onChange={onSelect} />
      </div>
      <div role="rowheader" className={styles.cell}>
        <Link href={`/runs/${run.id}`} prefetch={false} className={styles.name}>
          <span className={styles.number}>{run.number}</span>
          <span className={styles.ellipsis} title={run.name}>
            {run.name}
          </span>
        </Link>
        <ForkMark run={run} brief />
        {run.archived && <Badge>archived</Badge>}
        {run.statusReason !== null && run.status !== 'FINISHED' && (
          <Tooltip content={run.statusReason}>
            <button type="button" className={styles.reason} aria-label={`Reason: ${run.statusReason}`}>
              !
            </button>
          </Tooltip>
        )}
      </div>
      {columns.map((column) => (
        <div key={column.id} role="cell" className={cx(styles.cell, column.numeric && styles.numeric)}>
          {column.cell(run, now)}
        </div>
      ))}
    </div>
  );
}

function Head({
  title,
  help,
  numeric,
  sort,
  present,
  onChange,
}: {
  readonly title: string;
  readonly help?: string | undefined;
  readonly numeric?: boolean | undefined;
  readonly sort: RunSort | null;
  readonly present: RunSort;
  readonly onChange: (patch: Partial<RunsView>) => void;
}) {
  const sorted = sort !== null && sameColumn(sort, present);
  const text = sort ? (
    <button
      type="button"
      className={styles.sort}
      onClick={() => onChange({ sort: sorted ? { ...present, descending: !present.descending } : sort })}
    >
      <span className={styles.ellipsis}>{title}</span>
      {sorted &&
        (present.descending ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden />)}
    </button>
  ) : (
    <span className={styles.ellipsis} tabIndex={help === undefined ? undefined : 0}>
      {title}
    </span>
  );
  return (
    <div
      role="columnheader"
      aria-sort={sorted ? (present.descending ? 'descending' : 'ascending') : sort ? 'none' : undefined}
      className={cx(styles.cell, styles.headCell, numeric && styles.numeric)}
    >
      {help === undefined || help === '' ? text : <Tooltip content={help}>{text}</Tooltip>}
    </div>
  );
}

/** Rows are ordered and filtered by the API; TanStack keeps the model of columns and selection. */
function useTable(
  rows: ReadonlyArray<RunRow>,
  columns: ReadonlyArray<RunColumn>,
  view: RunsView,
  onChange: Props['onChange'],
) {
  const definitions = useMemo<ColumnDef<RunRow>[]>(
    () => columns.map((column) => ({ id: column.id, header: column.title })),
    [columns],
  );
  const data = useMemo(() => [...rows], [rows]);
  const rowSelection = Object.fromEntries(view.selection.map((id) => [id, true]));
  return useReactTable({
    data,
    columns: definitions,
    getRowId: (run) => run.id,
    getCoreRowModel: getCoreRowModel(),
    manualSorting: true,
    manualFiltering: true,
    state: { rowSelection },
    onRowSelectionChange: (update) => {
      // From the address itself: two keys in quick succession must both count.
      const { selection } = parseRunsView((name) => new URLSearchParams(window.location.search).get(name));
      const present = Object.fromEntries(selection.map((id) => [id, true]));
      const next = typeof update === 'function' ? update(present) : update;
      onChange({ selection: Object.keys(next).filter((id) => next[id] === true) });
    },
  });
}

function columnSort(column: RunColumn): RunSort | null {
  if (column.metric !== undefined) return { field: 'METRIC_LAST', metric: column.metric, descending: true };
  return column.sort ? { field: column.sort, descending: column.sort !== 'STATUS' } : null;
}

function sameColumn(a: RunSort, b: RunSort): boolean {
  if (a.field !== b.field) return false;
  return a.field !== 'METRIC_LAST' || b.field !== 'METRIC_LAST' || a.metric === b.metric;
}
