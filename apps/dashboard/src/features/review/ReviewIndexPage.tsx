'use client';
/** @file Where a reviewer begins: runs that have something to judge. */
import Link from 'next/link';
import { describeError } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useConnection } from '../../graphql/useConnection.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { formatCount } from '../../ui/format.ts';
import { Page, PageHeader } from '../../ui/PageHeader.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { StatusPill } from '../../ui/StatusPill.tsx';
import { Crumbs } from '../shell/Crumbs.tsx';
import styles from './review.module.css';

const runsQuery = graphql(`
  query ReviewRuns($after: String) {
    runs(
      first: 40
      after: $after
      filter: { archived: false }
      orderBy: { field: UPDATED_AT, direction: DESC }
    ) {
      nodes {
        id
        number
        name
        status
        step
        updatedAt
        verdictCount
        completionSteps(last: 1)
        project {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export function ReviewIndexPage() {
  const list = useConnection(
    runsQuery,
    (after) => ({ after }),
    'runs',
    (data) => data.runs,
  );
  const runs = list.nodes.filter((run) => run.completionSteps.length > 0);
  return (
    <Page narrow>
      <Crumbs items={[{ label: 'Review' }]} />
      <PageHeader title="Review" meta="Runs whose completions can be judged, the latest first." />
      {list.error && list.nodes.length === 0 ? (
        <ErrorState message={describeError(list.error)} onRetry={list.refetch} />
      ) : list.loading ? (
        <SkeletonRows rows={5} label="Loading runs" />
      ) : runs.length === 0 ? (
        <EmptyState
          title="Nothing to judge yet"
          action={<ButtonLink href="/projects">All projects</ButtonLink>}
        >
          Completions come with the first policy-gradient step of a run.
        </EmptyState>
      ) : (
        <ul className={styles.runs}>
          {runs.map((run) => (
            <li key={run.id}>
              <Link href={`/review/${run.id}`} className={styles.run}>
                <span className={styles.runName}>
                  <span className={styles.runNumber}>#{run.number}</span> {run.name}
                </span>
                <span className={styles.runMeta}>
                  <span>{run.project.name}</span>
                  <StatusPill status={run.status} bare />
                  <span>{formatCount(run.verdictCount)} verdicts</span>
                  <RelativeTime at={run.updatedAt} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {list.hasNext && (
        <Button busy={list.fetching} onClick={list.loadMore}>
          Show more
        </Button>
      )}
    </Page>
  );
}
