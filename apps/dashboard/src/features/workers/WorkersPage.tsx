'use client';
import Link from 'next/link';
import { useSubscription } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import type { worker_rowFragment } from '../../graphql/generated/graphql.ts';
import { graphql, readFragment } from '../../graphql/generated/index.ts';
import { useConnection } from '../../graphql/useConnection.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Page, PageHeader } from '../../ui/PageHeader.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table, TableScroll, Td, Th } from '../../ui/Table.tsx';
import { Crumbs } from '../shell/Crumbs.tsx';
import styles from './WorkersPage.module.css';

export const workerRowFragment = graphql(`
  fragment worker_row on Worker {
    id
    name
    backend
    host
    version
    device
    startedAt
    lastSeenAt
    online
    runCount
    currentRun {
      id
      number
      name
      step
      totalSteps
      project {
        id
        name
      }
    }
  }
`);
const workersQuery = graphql(`
  query Workers($after: String) {
    workers(first: 50, after: $after) {
      nodes {
        id
        ...worker_row
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount
    }
  }
`);
const workerUpdatedSubscription = graphql(`
  subscription WorkerUpdated {
    workerUpdated {
      id
      ...worker_row
    }
  }
`);

/** The machines that execute runs. */
export function WorkersPage() {
  const list = useConnection(
    workersQuery,
    (after) => ({ after }),
    'workers',
    (data) => data.workers,
  );
  const known = new Set(list.nodes.map((node) => node.id));
  useSubscription({ query: workerUpdatedSubscription }, (_previous, data) => {
    // A worker that was not there before: the list is read again. The others change in place.
    if (!known.has(data.workerUpdated.id)) list.refetch();
    return data;
  });
  const workers = list.nodes
    .map((node) => readFragment(workerRowFragment, node))
    .toSorted((a, b) => Number(b.online) - Number(a.online));
  const online = workers.filter((worker) => worker.online).length;
  return (
    <Page>
      <Crumbs items={[{ label: 'Workers' }]} />
      <PageHeader title="Workers" meta={workers.length > 0 ? `${online} online` : undefined} />
      {list.error && workers.length === 0 && (
        <ErrorState message={describeError(list.error)} onRetry={list.refetch} />
      )}
      {list.loading && <SkeletonRows rows={3} label="Loading workers" />}
      {!list.loading && !list.error && workers.length === 0 && (
        <EmptyState title="No worker has come yet">
          <code>npm start</code> starts one on this machine. On another machine, make an API key under{' '}
          <Link href="/settings/keys">Settings → API keys</Link> and start a worker with it and this server’s
          address; it needs nothing else.
        </EmptyState>
      )}
      {workers.length > 0 && (
        <TableScroll label="Workers">
          <Table>
            <thead>
              <tr>
                <Th>Worker</Th>
                <Th>State</Th>
                <Th>Works on</Th>
                <Th>Backend</Th>
                <Th>Device</Th>
                <Th>Version</Th>
                <Th numeric>Runs</Th>
                <Th numeric>Started</Th>
                <Th numeric>Last seen</Th>
              </tr>
            </thead>
            <tbody>
              {workers.map((worker) => (
                <WorkerRow key={worker.id} worker={worker} />
              ))}
            </tbody>
          </Table>
        </TableScroll>
      )}
      {list.hasNext && (
        <Button busy={list.fetching} onClick={list.loadMore}>
          Show more
        </Button>
      )}
    </Page>
  );
}

function WorkerRow({ worker }: { readonly worker: worker_rowFragment }) {
  return (
    <tr>
      <Td>
        <div className={styles.name}>{worker.name}</div>
        <div className={styles.host}>{worker.host}</div>
      </Td>
      <Td>
        <Badge tone={worker.online ? (worker.currentRun ? 'accent' : 'good') : 'neutral'}>
          {worker.online ? (worker.currentRun ? 'Busy' : 'Idle') : 'Offline'}
        </Badge>
      </Td>
      <Td>
        {worker.currentRun ? (
          <>
            <Link
              href={`/runs/${worker.currentRun.id}`}
            >{`#${worker.currentRun.number} ${worker.currentRun.name}`}</Link>
            <div className={styles.host}>
              {worker.currentRun.project.name} · step {worker.currentRun.step.toLocaleString('en')} /{' '}
              {worker.currentRun.totalSteps.toLocaleString('en')}
            </div>
          </>
        ) : (
          '–'
        )}
      </Td>
      <Td>{worker.backend}</Td>
      <Td className={styles.device}>{worker.device}</Td>
      <Td muted>{worker.version}</Td>
      <Td numeric>{worker.runCount.toLocaleString('en')}</Td>
      <Td numeric muted>
        <RelativeTime at={worker.startedAt} />
      </Td>
      <Td numeric muted>
        <RelativeTime at={worker.lastSeenAt} />
      </Td>
    </tr>
  );
}
