'use client';
import { Plus } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { useQuery, useSubscription } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import { graphql, readFragment } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { useConnection } from '../../graphql/useConnection.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { useMediaQuery } from '../../ui/useMediaQuery.ts';
import { useUrlState } from '../../ui/useUrlState.ts';
import { Crumbs } from '../shell/Crumbs.tsx';
import { BulkBar } from './BulkBar.tsx';
import { RunsFilters } from './RunsFilters.tsx';
import { RunsList } from './RunsList.tsx';
import styles from './RunsPage.module.css';
import { RunsTable } from './RunsTable.tsx';
import { runRowFragment, runUpdatedSubscription } from './runRow.ts';
import {
  type RunsView,
  isFiltered,
  metricColumns,
  parseRunsView,
  runFilter,
  runOrder,
  viewPatch,
} from './runsView.ts';

const projectQuery = graphql(`
  query RunsProject($slug: String!) {
    project(slug: $slug) {
      id
      name
      slug
      description
      runCount
      tags
    }
    members {
      user {
        id
        name
      }
    }
  }
`);

const runsQuery = graphql(`
  query RunsOfProject(
    $slug: String!
    $after: String
    $filter: RunFilter
    $orderBy: RunOrder
    $metrics: [String!]
  ) {
    project(slug: $slug) {
      id
      runs(first: 50, after: $after, filter: $filter, orderBy: $orderBy) {
        nodes {
          id
          ...run_row
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

/** How soon the list is read again after an update that may change its order or members, and its small charts. */
const REFRESH_MS = 4000;

/** The runs of one project: the table people keep open. */
export function RunsPage({ slug }: { readonly slug: string }) {
  const viewer = useViewer();
  const url = useUrlState();
  const narrow = useMediaQuery('(max-width: 640px)');
  const view = parseRunsView(url.get);
  const change = (patch: Partial<RunsView>): void => url.set(viewPatch(patch));
  const [header, retryHeader] = useQuery({ query: projectQuery, variables: { slug } });
  const project = header.data?.project;

  const variables = {
    slug,
    filter: runFilter(view),
    orderBy: runOrder(view),
    metrics: [...new Set(['reward/mean', ...metricColumns(view)])],
  };
  const list = useConnection(
    runsQuery,
    (after) => ({ ...variables, after }),
    JSON.stringify(variables),
    (data) => data.project?.runs,
    true,
  );
  const rows = useMemo(() => list.nodes.map((node) => readFragment(runRowFragment, node)), [list.nodes]);
  useLiveRuns(project?.id, variables.metrics, rows.length, list.refetch);

  if (header.error && !header.data)
    return (
      <ErrorState
        heading="h1"
        message={describeError(header.error)}
        onRetry={() => retryHeader({ requestPolicy: 'network-only' })}
      />
    );
  if (header.data && !project)
    return (
      <EmptyState
        heading="h1"
        title={`There is no project “${slug}”`}
        action={<ButtonLink href="/projects">To the projects</ButtonLink>}
      >
        It may have been renamed, or the address is mistyped.
      </EmptyState>
    );

  const mayCreate = viewer.can('createRun');
  const newRun = mayCreate ? (
    <ButtonLink href={`/p/${slug}/new`} variant="primary" icon={<Plus size={14} aria-hidden />}>
      New run
    </ButtonLink>
  ) : undefined;
  const nothingYet = project !== undefined && project !== null && project.runCount === 0 && !isFiltered(view);

  return (
    <div className={styles.page}>
      <Crumbs
        items={[{ label: 'Projects', href: '/projects' }, { label: project?.name ?? slug }]}
        project={slug}
      />
      <PageHeader title={project?.name ?? slug} meta={project?.description || undefined} actions={newRun} />
      {nothingYet && !list.loading && rows.length === 0 ? (
        <EmptyState title="No run yet" action={newRun}>
          A run is one training of a policy: a task, rewards, an estimator. Start from a preset or from your
          own prompts; a worker picks it up by itself.
          {!mayCreate && ' Your role may look and judge; a researcher can launch runs.'}
        </EmptyState>
      ) : (
        <>
          <RunsFilters
            view={view}
            onChange={change}
            rows={rows}
            tags={project?.tags ?? []}
            members={header.data?.members ?? []}
            total={list.totalCount}
          />
          {list.error && rows.length === 0 && (
            <ErrorState message={describeError(list.error)} onRetry={list.refetch} />
          )}
          {list.loading && <SkeletonRows rows={8} label="Loading runs" />}
          {!list.loading && !list.error && rows.length === 0 && (
            <EmptyState
              title="No run meets these conditions"
              action={
                <Button
                  onClick={() =>
                    change({ text: '', statuses: [], tags: [], owners: [], metrics: [], archived: 'no' })
                  }
                >
                  Show all runs
                </Button>
              }
            >
              {view.archived === 'only'
                ? 'Nothing is archived here.'
                : 'Loosen a filter, or look among the archived runs too.'}
            </EmptyState>
          )}
          {rows.length > 0 &&
            (narrow ? (
              <RunsList
                rows={rows}
                view={view}
                onChange={change}
                hasMore={list.hasNext}
                loadMore={list.loadMore}
                fetching={list.fetching}
              />
            ) : (
              <RunsTable
                rows={rows}
                total={list.totalCount ?? rows.length}
                view={view}
                onChange={change}
                hasMore={list.hasNext}
                loadMore={list.loadMore}
              />
            ))}
          <BulkBar rows={rows} selection={view.selection} onClear={() => change({ selection: [] })} />
        </>
      )}
    </div>
  );
}

/** Rows change in place as messages come; order, members and small charts are read again soon after. */
function useLiveRuns(
  projectId: string | undefined,
  metrics: string[],
  rowCount: number,
  refetch: () => void,
): void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef({ refetch, rowCount });
  latest.current = { refetch, rowCount };
  useSubscription(
    {
      query: runUpdatedSubscription,
      variables: { projectId: projectId ?? null, metrics },
      pause: projectId === undefined,
    },
    (_previous, data) => {
      timer.current ??= setTimeout(
        () => {
          timer.current = undefined;
          latest.current.refetch();
          // A long list is many pages: it is read again less often.
        },
        REFRESH_MS * Math.max(1, Math.ceil(latest.current.rowCount / 100)),
      );
      return data;
    },
  );
  useEffect(() => () => clearTimeout(timer.current), []);
}
