'use client';
/** @file Several runs over one another: the same metrics, the settings that differ, the figures side by side. */
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import type { compare_runFragment } from '../../graphql/generated/graphql.ts';
import { graphql, readFragment } from '../../graphql/generated/index.ts';
import { useFeed } from '../../graphql/useFeed.ts';
import { Page, PageHeader } from '../../ui/PageHeader.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Callout, EmptyState, ErrorState } from '../../ui/states.tsx';
import { useStable } from '../../ui/useStable.ts';
import { useUrlState } from '../../ui/useUrlState.ts';
import { stableSlots } from '../charts/palette.ts';
import { Crumbs } from '../shell/Crumbs.tsx';
import { Compared } from './Compared.tsx';
import { forkAlignment } from './forkAlignment.ts';
import { RunLegend } from './RunLegend.tsx';

export const compareRunFragment = graphql(`
  fragment compare_run on Run {
    id
    number
    name
    status
    step
    totalSteps
    config
    metricNames
    tags
    durationMs
    createdAt
    backend
    lineage {
      step
      run {
        id
        number
      }
    }
    project {
      id
      slug
      name
    }
    metricSummaries {
      name
      last
      min
      max
      lastStep
    }
  }
`);

const compareQuery = graphql(`
  query CompareRuns($ids: [ID!]!, $first: Int!) {
    runs(first: $first, filter: { ids: $ids }) {
      nodes {
        id
        ...compare_run
      }
    }
  }
`);

const runUpdatedSubscription = graphql(`
  subscription CompareRunUpdated {
    runUpdated {
      id
      status
      step
      metricNames
      metricSummaries {
        name
        last
        min
        max
        lastStep
      }
    }
  }
`);

export const MAX_COMPARED = 10;

/** A run as it is shown here: with the colour it keeps. */
export interface ComparedRun extends compare_runFragment {
  readonly slot: number;
  readonly label: string;
}

export function ComparePage() {
  const url = useUrlState();
  const chosen = url.get('runs') ?? '';
  const wanted = useMemo(() => [...new Set(chosen.split(',').filter(Boolean))], [chosen]);
  const ids = useMemo(() => wanted.slice(0, MAX_COMPARED), [wanted]);
  const [{ data, error, fetching }, execute] = useQuery({
    query: compareQuery,
    variables: { ids, first: MAX_COMPARED },
    pause: ids.length === 0,
    requestPolicy: 'cache-and-network',
  });
  useFeed(runUpdatedSubscription, {}, undefined, ids.length > 0);
  const runs = useMemo(
    () => compared(ids, readFragment(compareRunFragment, data?.runs.nodes ?? [])),
    [ids, data],
  );
  const found = useMemo(() => forkAlignment(runs), [runs]);
  // Runs are renewed with every step of theirs, where they come from stays.
  const possible = useStable(found, found === null ? '' : JSON.stringify([found.axis, ...found.shifts]));
  // On unless switched off, as Weights & Biases draws forks: curves that begin together would set fresh weights beside trained ones.
  const alignment = url.get('align') === 'off' ? null : possible;
  const setRuns = (next: readonly string[]): void => url.set({ runs: next.join(',') });
  const missing = data ? ids.filter((id) => !runs.some((run) => run.id === id)) : [];
  const project = runs[0]?.project;

  return (
    <Page>
      <Crumbs
        items={[
          { label: 'Projects', href: '/projects' },
          ...(project ? [{ label: project.name, href: `/p/${project.slug}` }] : []),
          { label: 'Compare' },
        ]}
        project={project?.slug}
      />
      <PageHeader title="Compare runs" />
      <RunLegend
        runs={runs}
        shifts={alignment?.shifts ?? null}
        onRemove={(id) => setRuns(ids.filter((one) => one !== id))}
        onAdd={(id) => setRuns([...ids, id])}
        full={ids.length >= MAX_COMPARED}
        chosen={ids}
        project={project ?? null}
      />
      {wanted.length > MAX_COMPARED && (
        <Callout tone="warn">
          At most {MAX_COMPARED} runs can be told apart in one chart: the first {MAX_COMPARED} of{' '}
          {wanted.length} are shown.
        </Callout>
      )}
      {missing.length > 0 && !fetching && (
        <Callout tone="warn">
          {missing.length === 1 ? 'One run of the address does' : `${missing.length} runs of the address do`}{' '}
          not exist and {missing.length === 1 ? 'is' : 'are'} left out.
        </Callout>
      )}
      {error && runs.length === 0 ? (
        <ErrorState
          message={describeError(error)}
          onRetry={() => execute({ requestPolicy: 'network-only' })}
        />
      ) : ids.length === 0 ? (
        <EmptyState title="Choose runs to compare">
          Add runs above, or select some in a project’s list and choose Compare.
        </EmptyState>
      ) : runs.length === 0 && fetching ? (
        <SkeletonRows rows={10} label="Loading runs" />
      ) : runs.length > 0 ? (
        <Compared
          runs={runs}
          alignment={alignment}
          {...(possible && {
            onAlign: (aligned: boolean) => url.set({ align: aligned ? null : 'off', steps: null }),
          })}
        />
      ) : null}
    </Page>
  );
}

/** In the order of the address, each with its colour. */
function compared(ids: readonly string[], found: readonly compare_runFragment[]): ComparedRun[] {
  const slots = stableSlots(found);
  return ids.flatMap((id) => {
    const run = found.find((one) => one.id === id);
    return run ? [{ ...run, slot: slots.get(id) ?? 0, label: `#${run.number} ${run.name}` }] : [];
  });
}
