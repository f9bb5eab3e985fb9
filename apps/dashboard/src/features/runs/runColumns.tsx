/** @file The columns that a table of runs can show. */
import { metricDefinition } from '@nabla/domain';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { formatDuration } from '../../ui/format.ts';
import { NumberText } from '../../ui/NumberText.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { Sparkline } from '../../ui/Sparkline.tsx';
import { StatusPill } from '../../ui/StatusPill.tsx';
import { Tag } from '../../ui/Badge.tsx';
import { metricTitle } from '../charts/metricTitle.ts';
import { RunProgress } from './RunProgress.tsx';
import { type RunRow, lastValue, runDuration } from './runRow.ts';
import type { RunSort } from './runsView.ts';
import styles from './RunsTable.module.css';

type SortField = RunSort['field'];
export interface RunColumn {
  readonly id: string;
  readonly title: string;
  /** Pixels. */
  readonly width: number;
  readonly numeric?: boolean;
  /** The order that a click on the head asks for. */
  readonly sort?: Exclude<SortField, 'METRIC_LAST'>;
  readonly metric?: string;
  readonly help?: string;
  cell(run: RunRow, now: number): ReactNode;
}

export const FIXED_COLUMNS: ReadonlyArray<RunColumn> = [
  {
    id: 'status',
    title: 'Status',
    width: 116,
    sort: 'STATUS',
    cell: (run) => <StatusPill status={run.status} pending={run.pendingCommand} />,
  },
  { id: 'progress', title: 'Step', width: 120, sort: 'STEP', cell: (run) => <RunProgress run={run} /> },
  {
    id: 'spark',
    title: 'Trend',
    width: 104,
    help: 'reward/mean over the steps so far',
    cell: (run) => <Sparkline values={run.sparkline} label={sparkLabel(run)} />,
  },
  {
    id: 'tags',
    title: 'Tags',
    width: 150,
    cell: (run) => (
      <span className={styles.tags}>
        {run.tags.map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
      </span>
    ),
  },
  {
    id: 'owner',
    title: 'Owner',
    width: 96,
    cell: (run) => <span className={styles.ellipsis}>{run.owner?.name ?? '–'}</span>,
  },
  {
    id: 'duration',
    title: 'Duration',
    width: 96,
    numeric: true,
    cell: (run, now) => formatDuration(runDuration(run, now)),
  },
  {
    id: 'created',
    title: 'Created',
    width: 92,
    numeric: true,
    sort: 'CREATED_AT',
    cell: (run) => <RelativeTime at={run.createdAt} />,
  },
  {
    id: 'updated',
    title: 'Updated',
    width: 92,
    numeric: true,
    sort: 'UPDATED_AT',
    cell: (run) => <RelativeTime at={run.updatedAt} />,
  },
  {
    id: 'worker',
    title: 'Worker',
    width: 130,
    cell: (run) => <span className={styles.ellipsis}>{run.worker?.name ?? '–'}</span>,
  },
  {
    id: 'forkedFrom',
    title: 'Forked from',
    width: 150,
    cell: (run) =>
      run.forkedFrom ? (
        <Link href={`/runs/${run.forkedFrom.run.id}`} prefetch={false} className={styles.ellipsis}>
          #{run.forkedFrom.run.number} at {run.forkedFrom.step.toLocaleString('en')}
        </Link>
      ) : (
        '–'
      ),
  },
  { id: 'backend', title: 'Backend', width: 90, cell: (run) => run.backend ?? '–' },
  {
    id: 'verdicts',
    title: 'Verdicts',
    width: 80,
    numeric: true,
    cell: (run) => run.verdictCount.toLocaleString('en'),
  },
];

/** The column of a metric's last value. */
export function metricColumn(metric: string): RunColumn {
  return {
    id: `m:${metric}`,
    title: metricTitle(metric),
    width: Math.min(200, Math.max(104, 42 + metricTitle(metric).length * 7)),
    numeric: true,
    metric,
    help: [metric, metricDefinition(metric)?.description].filter(Boolean).join(': '),
    cell: (run) => <NumberText value={lastValue(run, metric)} aligned />,
  };
}

/** The columns of these ids, unknown ones left out. */
export function runColumns(ids: ReadonlyArray<string>): ReadonlyArray<RunColumn> {
  return ids.flatMap((id) =>
    id.startsWith('m:') ? [metricColumn(id.slice(2))] : FIXED_COLUMNS.filter((column) => column.id === id),
  );
}

function sparkLabel(run: RunRow): string {
  const last = lastValue(run, 'reward/mean');
  return last === null ? 'No reward yet' : `Mean reward, now ${last.toPrecision(3)}`;
}
