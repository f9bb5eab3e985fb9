'use client';
import { Download } from 'lucide-react';
import { describeError } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useConnection } from '../../graphql/useConnection.ts';
import { Button } from '../../ui/Button.tsx';
import { formatBytes } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table, TableScroll, Td, Th } from '../../ui/Table.tsx';
import { useSeries } from '../charts/ChartsProvider.tsx';
import { formatMetric } from '../charts/formatMetric.ts';
import { type SeriesColumns, nearestIndex } from '../charts/seriesColumns.ts';

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

/** Saved states of the run. `step` is asked for again when it changes: a new checkpoint comes with a step. */
export function CheckpointsTab({
  runId,
  everySteps,
  step,
}: {
  readonly runId: string;
  readonly everySteps: number | null;
  readonly step: number;
}) {
  const generation = everySteps ? Math.floor(step / everySteps) : 0;
  const list = useConnection(
    checkpointsQuery,
    (after) => ({ id: runId, after }),
    `${runId} ${generation}`,
    (data) => data.run?.checkpoints,
  );
  const [reward] = useSeries([{ runId, name: 'reward/mean' }], true);
  if (list.error && list.nodes.length === 0)
    return <ErrorState message={describeError(list.error)} onRetry={list.refetch} />;
  if (list.loading) return <SkeletonRows rows={4} label="Loading checkpoints" />;
  if (list.nodes.length === 0)
    return (
      <EmptyState title="No checkpoint yet">
        {everySteps
          ? `One is written every ${everySteps} steps, and when the run is paused. A run whose worker is lost goes on from the last one.`
          : 'The worker has written none.'}
      </EmptyState>
    );
  return (
    <>
      <TableScroll label="Checkpoints">
        <Table>
          <thead>
            <tr>
              <Th numeric>Step</Th>
              <Th numeric>Reward</Th>
              <Th numeric>Size</Th>
              <Th>Written</Th>
              <Th>SHA-256</Th>
              <Th>File</Th>
            </tr>
          </thead>
          <tbody>
            {list.nodes.map((checkpoint) => (
              <tr key={checkpoint.id}>
                <Td numeric>{checkpoint.step.toLocaleString('en')}</Td>
                <Td numeric>
                  {formatMetric(
                    'reward/mean',
                    metricOf(checkpoint.metrics, 'reward/mean') ??
                      valueAtStep(reward?.whole, checkpoint.step),
                  )}
                </Td>
                <Td numeric muted>
                  {formatBytes(checkpoint.bytes)}
                </Td>
                <Td muted>
                  <RelativeTime at={checkpoint.createdAt} />
                </Td>
                <Td muted>
                  <code title={checkpoint.sha256}>{checkpoint.sha256.slice(0, 12)}</code>
                </Td>
                <Td>
                  {checkpoint.deletedAt ? (
                    <span title="Older checkpoints are removed; the last of a run never is">removed</span>
                  ) : (
                    <a href={`/artifacts/${checkpoint.sha256}`} download={`step-${checkpoint.step}.ckpt`}>
                      <Download size={13} aria-hidden style={{ display: 'inline' }} /> Download
                      <span className="visually-hidden"> the checkpoint of step {checkpoint.step}</span>
                    </a>
                  )}
                </Td>
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

function metricOf(metrics: unknown, name: string): number | null {
  if (typeof metrics !== 'object' || metrics === null) return null;
  const value: unknown = Object.entries(metrics).find(([key]) => key === name)?.[1];
  return typeof value === 'number' ? value : null;
}

/** The series' value at exactly this step; null where the point is part of a bucket. */
function valueAtStep(columns: SeriesColumns | undefined, step: number): number | null {
  if (!columns || columns.bucketed) return null;
  const index = nearestIndex(columns.steps, step);
  return columns.steps[index] === step ? (columns.mean[index] ?? null) : null;
}
