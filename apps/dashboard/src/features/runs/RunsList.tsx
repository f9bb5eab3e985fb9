'use client';
import Link from 'next/link';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { Checkbox } from '../../ui/Field.tsx';
import { formatDuration } from '../../ui/format.ts';
import { NumberText } from '../../ui/NumberText.tsx';
import { RelativeTime, useNow } from '../../ui/RelativeTime.tsx';
import { Sparkline } from '../../ui/Sparkline.tsx';
import { StatusPill } from '../../ui/StatusPill.tsx';
import { ForkMark } from './ForkMark.tsx';
import { RunProgress } from './RunProgress.tsx';
import { type RunRow, lastValue, runDuration } from './runRow.ts';
import styles from './RunsList.module.css';
import { type RunsView, metricColumns } from './runsView.ts';

/** The same runs on a narrow screen: one below the other. */
export function RunsList({
  rows,
  view,
  onChange,
  hasMore,
  loadMore,
  fetching,
}: {
  readonly rows: ReadonlyArray<RunRow>;
  readonly view: RunsView;
  readonly onChange: (patch: Partial<RunsView>) => void;
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  readonly fetching: boolean;
}) {
  const now = useNow();
  const metrics = metricColumns(view);
  const toggle = (id: string): void =>
    onChange({
      selection: view.selection.includes(id)
        ? view.selection.filter((one) => one !== id)
        : [...view.selection, id],
    });
  return (
    <>
      <ul className={styles.list} aria-label="Runs">
        {rows.map((run) => (
          <li key={run.id} className={cx(styles.item, view.selection.includes(run.id) && styles.selected)}>
            <div className={styles.top}>
              <Checkbox
                label={`Select ${run.name}`}
                hideLabel
                checked={view.selection.includes(run.id)}
                onChange={() => toggle(run.id)}
              />
              <Link href={`/runs/${run.id}`} prefetch={false} className={styles.name} title={run.name}>
                {run.name}
              </Link>
              <StatusPill status={run.status} pending={run.pendingCommand} />
            </div>
            <div className={styles.middle}>
              <RunProgress run={run} />
              <Sparkline values={run.sparkline} label="Mean reward over the steps" width={104} />
            </div>
            {run.forkedFrom && (
              <div className={styles.origin}>
                <ForkMark run={run} />
              </div>
            )}
            <dl className={styles.figures}>
              {metrics.map((metric) => (
                <div key={metric}>
                  <dt>{metric}</dt>
                  <dd>
                    <NumberText value={lastValue(run, metric)} />
                  </dd>
                </div>
              ))}
              <div>
                <dt>duration</dt>
                <dd>{formatDuration(runDuration(run, now))}</dd>
              </div>
              <div>
                <dt>created</dt>
                <dd>
                  <RelativeTime at={run.createdAt} />
                </dd>
              </div>
            </dl>
          </li>
        ))}
      </ul>
      {hasMore && (
        <Button busy={fetching} onClick={loadMore}>
          Show more
        </Button>
      )}
    </>
  );
}
