'use client';
/** @file Saved states of a run: what each was worth, which stay, and what one can begin with them. */
import { bestCheckpoints, type CheckpointPolicy, keptCheckpoints, metricDefinition } from '@nabla/domain';
import { useMemo } from 'react';
import { describeError } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { useConnection } from '../../graphql/useConnection.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table, TableScroll, Th } from '../../ui/Table.tsx';
import { useSeries } from '../charts/ChartsProvider.tsx';
import { metricTitle } from '../charts/metricTitle.ts';
import { type SeriesColumns, lastStepUpTo, nearestIndex } from '../charts/seriesColumns.ts';
import { CheckpointRow } from './CheckpointRow.tsx';
import styles from './checkpoints.module.css';
import { checkpointWords } from './configWords.ts';

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
  live,
  policy,
  pulse,
}: {
  readonly runId: string;
  readonly slug: string;
  readonly live: boolean;
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
      <EmptyState title={live ? 'No checkpoint yet' : 'No checkpoints'}>
        {live && policy
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
        <Table className={styles.table}>
          <thead>
            <tr>
              <Th numeric className={styles.step}>
                Step
              </Th>
              {mayFork && <Th>Fork</Th>}
              <Th numeric title={metricDefinition('reward/mean')?.description}>
                Reward
              </Th>
              {evaluations.map((name) => (
                <Th key={name} numeric title={`${name}: ${metricDefinition(name)?.description ?? ''}`}>
                  {metricTitle(name)}
                </Th>
              ))}
              <Th numeric>Size</Th>
              <Th className={styles.written}>Written</Th>
              <Th>SHA-256</Th>
              <Th>File</Th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <CheckpointRow
                key={row.id}
                checkpoint={row}
                forkPath={mayFork ? `/p/${slug}/new?fork=${runId}&step=${row.step}` : null}
                figures={[
                  {
                    name: 'reward/mean',
                    title: 'Reward',
                    value: numberOf(row.metrics['reward/mean']) ?? valueAtStep(reward?.whole, row.step),
                    measuredAt: null,
                  },
                  ...evaluations.map((name, index) => ({
                    name,
                    title: metricTitle(name),
                    value: numberOf(row.metrics[name]),
                    measuredAt: earlierThan(measured[index]?.whole, row.step),
                  })),
                ]}
                best={row === best ? { of: bestColumn, badge: bestBadge } : null}
                goesNext={kept !== null && !kept.has(row.step)}
              />
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

/** The step of a figure that was measured before the checkpoint; null where it was measured at it. */
function earlierThan(columns: SeriesColumns | undefined, step: number): number | null {
  const at = lastStepUpTo(columns, step);
  return at === step ? null : at;
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
