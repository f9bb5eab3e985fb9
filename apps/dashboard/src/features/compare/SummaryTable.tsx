import { metricDefinition } from '@nabla/domain';
import Link from 'next/link';
import { cx } from '../../ui/cx.ts';
import { formatDuration } from '../../ui/format.ts';
import { StatusPill } from '../../ui/StatusPill.tsx';
import { Table, TableScroll, Td, Th } from '../../ui/Table.tsx';
import { formatMetric } from '../charts/formatMetric.ts';
import { metricTitle } from '../charts/metricTitle.ts';
import { paletteColor } from '../charts/palette.ts';
import type { ComparedRun } from './ComparePage.tsx';
import styles from './compare.module.css';

/** One line per run: where it stands and the last value of each metric. */
export function SummaryTable({
  runs,
  metrics,
}: {
  readonly runs: readonly ComparedRun[];
  readonly metrics: readonly string[];
}) {
  const lastOf = (run: ComparedRun, name: string): number | null =>
    run.metricSummaries.find((summary) => summary.name === name)?.last ?? null;
  const highest = new Map(
    metrics.map((name) => [
      name,
      Math.max(...runs.map((run) => lastOf(run, name) ?? Number.NEGATIVE_INFINITY)),
    ]),
  );
  return (
    <TableScroll label="Figures of the runs">
      <Table>
        <thead>
          <tr>
            <Th>Run</Th>
            <Th>Status</Th>
            <Th numeric>Step</Th>
            <Th numeric>Time</Th>
            {metrics.map((name) => (
              <Th
                key={name}
                numeric
                title={[name, metricDefinition(name)?.description].filter(Boolean).join(': ')}
              >
                {metricTitle(name)}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <Th scope="row" className={styles.rowName}>
                <span className={styles.columnName}>
                  <span
                    className={styles.dot}
                    style={{ background: `var(${paletteColor(run.slot)})` }}
                    aria-hidden
                  />
                  <Link href={`/runs/${run.id}`} className={styles.columnText} title={run.label}>
                    {run.label}
                  </Link>
                </span>
                <ForkOf run={run} />
              </Th>
              <Td>
                <StatusPill status={run.status} bare />
              </Td>
              <Td numeric>{run.step.toLocaleString('en')}</Td>
              <Td numeric muted>
                {formatDuration(run.durationMs)}
              </Td>
              {metrics.map((name) => {
                const last = lastOf(run, name);
                return (
                  <Td
                    key={name}
                    numeric
                    className={cx(
                      runs.length > 1 &&
                        moreIsBetter(name) &&
                        last !== null &&
                        last === highest.get(name) &&
                        // Of several that are equal none stands out.
                        runs.filter((other) => lastOf(other, name) === last).length === 1 &&
                        styles.highest,
                    )}
                  >
                    {formatMetric(name, last)}
                  </Td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </Table>
    </TableScroll>
  );
}

function ForkOf({ run: { lineage } }: { readonly run: ComparedRun }) {
  const [origin] = lineage;
  return (
    origin && (
      <span className={styles.fork}>
        fork of <Link href={`/runs/${origin.run.id}`}>#{origin.run.number}</Link> at{' '}
        {origin.step.toLocaleString('en')}
      </span>
    )
  );
}

/** Of rewards and of right answers a higher value is better; of the other metrics no value is. */
function moreIsBetter(name: string): boolean {
  return (
    /^reward\/(.+\/)?mean$/.test(name) ||
    name.startsWith('group/pass_at_') ||
    /^eval\/[^/]+\/(accuracy|reward_mean|pass_at_\d+)$/.test(name)
  );
}
