'use client';
/** @file Several runs over one another: the same metrics, the settings that differ, the figures side by side. */
import { isTerminal, metricDefinition } from '@nabla/domain';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import type { compare_runFragment } from '../../graphql/generated/graphql.ts';
import { graphql, readFragment } from '../../graphql/generated/index.ts';
import { useFeed } from '../../graphql/useFeed.ts';
import { Switch } from '../../ui/Field.tsx';
import { Page, PageHeader, Section } from '../../ui/PageHeader.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Callout, EmptyState, ErrorState } from '../../ui/states.tsx';
import { useUrlState } from '../../ui/useUrlState.ts';
import { ChartsProvider } from '../charts/ChartsProvider.tsx';
import { ChartToolbar, useChartSettings } from '../charts/ChartToolbar.tsx';
import { MetricChart } from '../charts/MetricChart.tsx';
import { metricTitle } from '../charts/metricTitle.ts';
import { paletteColor, stableSlots } from '../charts/palette.ts';
import { Crumbs } from '../shell/Crumbs.tsx';
import styles from './compare.module.css';
import { ConfigTable } from './ConfigTable.tsx';
import { MetricPicker } from './MetricPicker.tsx';
import { RunLegend } from './RunLegend.tsx';
import { SummaryTable } from './SummaryTable.tsx';

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
    forkedFrom {
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
const DEFAULT_METRICS = [
  'reward/mean',
  'group/pass_at_1',
  'advantage/std',
  'kl/ref_k1',
  'policy/entropy',
  'policy/grad_norm',
];

/** A run as it is shown here: with the colour it keeps. */
export interface ComparedRun extends compare_runFragment {
  readonly slot: number;
  readonly label: string;
}

export function ComparePage() {
  const url = useUrlState();
  const settings = useChartSettings();
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
        <Compared runs={runs} settings={settings} />
      ) : null}
    </Page>
  );
}

function Compared({
  runs,
  settings,
}: {
  readonly runs: readonly ComparedRun[];
  readonly settings: ReturnType<typeof useChartSettings>;
}) {
  const url = useUrlState();
  const all = url.get('settings') === 'all';
  const chartRuns = useMemo(
    () => runs.map(({ id, step, status }) => ({ id, step, live: !isTerminal(status) })),
    [runs],
  );
  const names = useMemo(() => [...new Set(runs.flatMap((run) => run.metricNames))], [runs]);
  const chosen = (url.get('metrics') ?? '').split(',').filter(Boolean);
  const metrics = chosen.length > 0 ? chosen : DEFAULT_METRICS.filter((name) => names.includes(name));
  const columns = useMemo(
    () =>
      runs.map((run) => ({
        id: run.id,
        label: run.label,
        config: run.config,
        color: paletteColor(run.slot),
      })),
    [runs],
  );
  return (
    <ChartsProvider runs={chartRuns} settings={settings}>
      <div className={styles.tools}>
        <ChartToolbar settings={settings} />
        <MetricPicker
          names={names}
          chosen={metrics}
          onChange={(next) => url.set({ metrics: next.join(',') })}
        />
      </div>
      {names.length === 0 ? (
        <EmptyState title="No metrics yet">None of these runs has recorded a step.</EmptyState>
      ) : (
        <div className={styles.charts}>
          {metrics.map((name) => (
            <MetricChart
              key={name}
              title={metricTitle(name)}
              description={[name, metricDefinition(name)?.description].filter(Boolean).join(': ')}
              height={200}
              sources={runs
                .filter((run) => run.metricNames.includes(name))
                .map((run) => ({
                  runId: run.id,
                  name,
                  label: run.label,
                  color: paletteColor(run.slot),
                  dashed: run.slot >= 5,
                }))}
            />
          ))}
        </div>
      )}
      <Section
        title="Figures"
        description="The last value of each metric; the best reward and share of right answers in bold."
      >
        <SummaryTable runs={runs} metrics={metrics} />
      </Section>
      <Section
        title="Settings"
        actions={
          <Switch
            label="All settings"
            checked={all}
            onChange={(event) => url.set({ settings: event.target.checked ? 'all' : null })}
          />
        }
      >
        <ConfigTable columns={columns} all={all} />
      </Section>
    </ChartsProvider>
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
