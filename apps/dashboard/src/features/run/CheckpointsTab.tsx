'use client';
/** @file Saved states of a run: what each was worth, which stay, and what one can begin with them. */
import { bestCheckpoints, type CheckpointPolicy, keptCheckpoints, metricDefinition } from '@nabla/domain';
import { Download, GitFork } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useMemo } from 'react';
import { describeError } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { useConnection } from '../../graphql/useConnection.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { formatBytes } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table, TableScroll, Td, Th } from '../../ui/Table.tsx';
import { useSeries } from '../charts/ChartsProvider.tsx';
import { formatMetric } from '../charts/formatMetric.ts';
import { metricTitle } from '../charts/metricTitle.ts';
import { type SeriesColumns, lastStepUpTo, nearestIndex } from '../charts/seriesColumns.ts';
import { checkpointWords } from './configWords.ts';
import styles from './run.module.css';

const checkpointsQuery = graphql(`
  query RunCheckpoints($id: ID!, $after: String) {
    run(id: $id) {
      id
      checkpoints(first: 50, after: $after) {
        nodes {
          id
          step
          sha256
          bytes
          createdAt
          deletedAt
          metrics
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount
      }
    }
  }
`);

/** At most as many columns of evaluation: one or two figures of each of the first sets. */
const MOST_EVALUATIONS = 4;

/** @param pulse changes whenever a checkpoint may have been written: the list is then asked for again. */
export function CheckpointsTab({
  runId,
  slug,
  policy,
  pulse,
}: {
  readonly runId: string;
  readonly slug: string;
  readonly policy: CheckpointPolicy | null;
  readonly pulse: string;
}) {
  const viewer = useViewer();
  const list = useConnection(
    checkpointsQuery,
    (after) => ({ id: runId, after }),
    `${runId} ${pulse}`,
    (data) => data.run?.checkpoints,
  );
  const [reward] = useSeries([{ runId, name: 'reward/mean' }], true);
  const rows = useMemo(
    () => list.nodes.map((checkpoint) => ({ ...checkpoint, metrics: metricsOf(checkpoint.metrics) })),
    [list.nodes],
  );
  const evaluations = useMemo(
    () =>
      evaluationColumns(
        rows.map(({ metrics }) => metrics),
        policy?.bestMetric,
      ),
    [rows, policy?.bestMetric],
  );
  const measured = useSeries(
    evaluations.map((name) => ({ runId, name })),
    true,
  );
  if (list.error && rows.length === 0)
    return <ErrorState message={describeError(list.error)} onRetry={list.refetch} />;
  if (list.loading) return <SkeletonRows rows={4} label="Loading checkpoints" />;
  if (rows.length === 0)
    return (
      <EmptyState title="No checkpoint yet">
        {policy
          ? `One is written every ${policy.everySteps} steps, when the run is paused, and when you ask for one above. A run whose worker is lost goes on from the last one.`
          : 'The worker has written none.'}
      </EmptyState>
    );
  const present = rows.filter((row) => !row.deletedAt);
  // Without a place for the best, none is chosen.
  const best = policy === null || policy.keepBest === 0 ? undefined : bestCheckpoints(policy, present)[0];
  const kept = policy === null ? null : keptCheckpoints(policy, present);
  const bestColumn =
    policy !== null && (policy.bestMetric === 'reward/mean' || evaluations.includes(policy.bestMetric))
      ? policy.bestMetric
      : null;
  const bestBadge = policy !== null && (
    <Badge tone="good" title={`The ${policy.bestIs} ${policy.bestMetric} of those that are there`}>
      best
    </Badge>
  );
  const mayFork = viewer.can('forkRun');
  return (
    <>
      {policy && <p className={styles.caption}>Checkpoints: {checkpointWords({ checkpoint: policy })}.</p>}
      <TableScroll label="Checkpoints">
        <Table>
          <thead>
            <tr>
              <Th numeric>Step</Th>
              <Th numeric title={metricDefinition('reward/mean')?.description}>
                Reward
              </Th>
              {evaluations.map((name) => (
                <Th key={name} numeric title={`${name}: ${metricDefinition(name)?.description ?? ''}`}>
                  {metricTitle(name)}
                </Th>
              ))}
              <Th numeric>Size</Th>
              <Th>Written</Th>
              <Th>SHA-256</Th>
              <Th>File</Th>
              {mayFork && <Th>Fork</Th>}
            </tr>
          </thead>
          <tbody>
            {rows.map((checkpoint) => (
              <tr key={checkpoint.id}>
                <Td numeric>
                  {bestColumn === null && checkpoint === best && bestBadge}{' '}
                  {checkpoint.step.toLocaleString('en')}
                </Td>
                <Td numeric>
                  {bestColumn === 'reward/mean' && checkpoint === best && bestBadge}{' '}
                  {formatMetric(
                    'reward/mean',
                    numberOf(checkpoint.metrics['reward/mean']) ??
                      valueAtStep(reward?.whole, checkpoint.step),
                  )}
                </Td>
                {evaluations.map((name, index) => (
                  <Td key={name} numeric>
                    {bestColumn === name && checkpoint === best && bestBadge}{' '}
                    {formatMetric(name, numberOf(checkpoint.metrics[name]))}
                    {earlierThan(measured[index]?.whole, checkpoint.step)}
                  </Td>
                ))}
                <Td numeric muted>
                  {formatBytes(checkpoint.bytes)}
                </Td>
                <Td muted>
                  <RelativeTime at={checkpoint.createdAt} />
                </Td>
                <Td muted>
                  <span className={styles.hash}>
                    <code title={checkpoint.sha256}>{checkpoint.sha256.slice(0, 12)}</code>
                    <CopyButton
                      text={checkpoint.sha256}
                      label={`Copy the SHA-256 of step ${checkpoint.step}`}
                      iconOnly
                    />
                  </span>
                </Td>
                <Td>
                  {checkpoint.deletedAt ? (
                    <span title="The run’s retention let it go; the last of a run always stays">removed</span>
                  ) : (
                    <a
                      href={`/artifacts/${checkpoint.sha256}`}
                      download={`step-${checkpoint.step}.ckpt`}
                      title={
                        kept !== null && !kept.has(checkpoint.step)
                          ? 'Goes with the next checkpoint'
                          : undefined
                      }
                    >
                      <Download size={13} aria-hidden style={{ display: 'inline' }} /> Download
                      <span className="visually-hidden"> the checkpoint of step {checkpoint.step}</span>
                    </a>
                  )}
                </Td>
                {mayFork && (
                  <Td>
                    {!checkpoint.deletedAt && (
                      <Link
                        href={`/p/${slug}/new?fork=${runId}&step=${checkpoint.step}`}
                        aria-label={`Fork from here, step ${checkpoint.step}`}
                      >
                        <GitFork size={13} aria-hidden style={{ display: 'inline' }} /> Fork from here
                      </Link>
                    )}
                  </Td>
                )}
              </tr>
            ))}
          </tbody>
        </Table>
      </TableScroll>
      {list.hasNext && (
        <Button busy={list.fetching} onClick={list.loadMore}>
          Show more
        </Button>
      )}
    </>
  );
}

/** Says of which step a figure is that was measured before the checkpoint; nothing where it was measured at it. */
function earlierThan(columns: SeriesColumns | undefined, step: number): ReactNode {
  const at = lastStepUpTo(columns, step);
  if (at === null || at === step) return null;
  return (
    <span
      className={styles.measuredAt}
      title="The last evaluation before this checkpoint: a figure of other weights"
    >
      {' '}
      at step {at.toLocaleString('en')}
    </span>
  );
}

/** Figures of evaluation that checkpoints carry: what they are chosen by first, then each set's accuracy or reward. */
function evaluationColumns(
  all: readonly Readonly<Record<string, unknown>>[],
  bestMetric: string | undefined,
): string[] {
  const names = new Set(all.flatMap((metrics) => Object.keys(metrics)));
  const telling = [...names].filter((name) => /^eval\/[^/]+\/(accuracy|reward_mean|pass_at_\d+)$/.test(name));
  const chosen =
    bestMetric !== undefined && bestMetric !== 'reward/mean' && names.has(bestMetric) ? [bestMetric] : [];
  return [...new Set([...chosen, ...telling.sort()])].slice(0, MOST_EVALUATIONS);
}

function metricsOf(metrics: unknown): Readonly<Record<string, unknown>> {
  return typeof metrics === 'object' && metrics !== null ? Object.fromEntries(Object.entries(metrics)) : {};
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** The series' value at exactly this step; null where the point is part of a bucket. */
function valueAtStep(columns: SeriesColumns | undefined, step: number): number | null {
  if (!columns || columns.bucketed) return null;
  const index = nearestIndex(columns.steps, step);
  return columns.steps[index] === step ? (columns.mean[index] ?? null) : null;
}
