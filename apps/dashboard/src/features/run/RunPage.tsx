'use client';
/** @file A run: its head, and one of its views, all live. */
import { isTerminal } from '@nabla/domain';
import Link from 'next/link';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import type { run_headerFragment } from '../../graphql/generated/graphql.ts';
import { graphql, readFragment } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { useFeed } from '../../graphql/useFeed.ts';
import { useLastKnown } from '../../graphql/useLastKnown.ts';
import { Page } from '../../ui/PageHeader.tsx';
import { Skeleton, SkeletonRows } from '../../ui/Skeleton.tsx';
import { Callout, EmptyState, ErrorState } from '../../ui/states.tsx';
import { TabLinks } from '../../ui/Tabs.tsx';
import { useStable } from '../../ui/useStable.ts';
import { useUrlState } from '../../ui/useUrlState.ts';
import { ChartsProvider } from '../charts/ChartsProvider.tsx';
import { ChartToolbar, useChartSettings } from '../charts/ChartToolbar.tsx';
import { Comments } from '../comments/Comments.tsx';
import { COMPLETION_PARAMETERS } from '../completions/completionFilter.ts';
import { CompletionsTab } from '../completions/CompletionsTab.tsx';
import { Crumbs } from '../shell/Crumbs.tsx';
import { ChartsTab } from './ChartsTab.tsx';
import { CheckpointsTab } from './CheckpointsTab.tsx';
import { ConfigTab } from './ConfigTab.tsx';
import { LogsTab } from './LogsTab.tsx';
import { evaluationSetNames } from './evaluationMetrics.ts';
import { rewardComponents } from './metricGroups.ts';
import { Overview } from './Overview.tsx';
import styles from './run.module.css';
import { RunHeader, runHeaderFragment } from './RunHeader.tsx';
import { readConfig, signalRule } from './runRule.ts';

const runQuery = graphql(`
  query RunPage($id: ID!) {
    run(id: $id) {
      id
      metricNames
      evaluationSets
      config
      ...run_header
    }
  }
`);

const runUpdatedSubscription = graphql(`
  subscription RunPageUpdated($id: ID!) {
    runUpdated(runId: $id) {
      id
      metricNames
      ...run_header
    }
  }
`);

const TABS = ['overview', 'charts', 'completions', 'config', 'checkpoints', 'logs', 'comments'] as const;
type Tab = (typeof TABS)[number];
const WORDS: Readonly<Record<Tab, string>> = {
  overview: 'Overview',
  charts: 'Charts',
  completions: 'Completions',
  config: 'Config',
  checkpoints: 'Checkpoints',
  logs: 'Logs',
  comments: 'Comments',
};

export function RunPage({ id }: { readonly id: string }) {
  const [{ data, error, fetching }, execute] = useQuery({
    query: runQuery,
    variables: { id },
    requestPolicy: 'cache-and-network',
  });
  const feedError = useFeed(runUpdatedSubscription, { id });
  // What is there stays readable when it cannot be asked for again: only an answer without an error says that there is no run.
  const run = useLastKnown(data?.run ?? undefined, id, error === undefined && data !== undefined);
  const header = readFragment(runHeaderFragment, run);

  if (run && header)
    return (
      <LoadedRun
        run={header}
        metricNames={run.metricNames}
        evaluated={run.evaluationSets}
        config={run.config}
        feedError={feedError}
      />
    );
  return (
    <Page>
      <Crumbs items={[{ label: 'Run' }]} />
      {error ? (
        <ErrorState
          heading="h1"
          message={describeError(error)}
          onRetry={() => execute({ requestPolicy: 'network-only' })}
        />
      ) : fetching || !data ? (
        <>
          <div className={styles.header} role="status">
            <span className="visually-hidden">Loading the run</span>
            <Skeleton width="18rem" height="1.625rem" />
            <Skeleton width="28rem" height="1rem" />
            <Skeleton height="4px" />
          </div>
          <SkeletonRows rows={8} />
        </>
      ) : (
        <EmptyState
          title="There is no such run"
          heading="h1"
          action={<Link href="/projects">All projects</Link>}
        >
          It may have been in another workspace, or the address is not complete.
        </EmptyState>
      )}
    </Page>
  );
}

function LoadedRun({
  run,
  metricNames: currentNames,
  evaluated,
  config: stored,
  feedError,
}: {
  readonly run: run_headerFragment;
  readonly metricNames: readonly string[];
  /** Evaluation sets with completions when the page was opened. */
  readonly evaluated: readonly string[];
  readonly config: unknown;
  readonly feedError: Error | undefined;
}) {
  const url = useUrlState();
  const viewer = useViewer();
  const tab = TABS.find((one) => one === url.get('tab')) ?? 'overview';
  const settings = useChartSettings();
  // A step changes the run, seldom its names: the same list for the same names keeps the charts from being rendered with it.
  const metricNames = useStable(currentNames, currentNames.join(' '));
  const config = useMemo(() => readConfig(stored), [stored]);
  const rule = useMemo(() => signalRule(config), [config]);
  const sets = useMemo(
    () => evaluationSetNames(config, metricNames, evaluated),
    [config, metricNames, evaluated],
  );
  const live = !isTerminal(run.status);
  const warmupSteps = config?.warmup?.steps ?? 0;
  const marks = useMemo(
    () => (warmupSteps > 0 ? [{ step: warmupSteps + 0.5, label: 'policy gradient begins' }] : []),
    [warmupSteps],
  );
  const runs = useMemo(() => [{ id: run.id, step: run.step, live }], [run.id, run.step, live]);
  const charted = tab === 'overview' || tab === 'charts';
  const forkPath = run.checkpoints.nodes.length > 0 ? `/p/${run.project.slug}/new?fork=${run.id}` : null;
  // What belongs to one view does not follow into another.
  const left = {
    ...Object.fromEntries(COMPLETION_PARAMETERS.map((name) => [name, null])),
    ...{ step: null, c: null, view: null, metric: null, level: null },
  };
  return (
    <ChartsProvider runs={runs} settings={settings} marks={marks}>
      <Page>
        <Crumbs
          items={[
            { label: 'Projects', href: '/projects' },
            { label: run.project.name, href: `/p/${run.project.slug}` },
            { label: `#${run.number} ${run.name}` },
          ]}
          project={run.project.slug}
        />
        <RunHeader run={run} />
        {feedError && live && (
          <Callout tone="warn" title="This page is not updated by itself">
            {describeError(feedError)} Load it again to see what is new.
          </Callout>
        )}
        <TabLinks
          label="Views of the run"
          current={tab}
          items={TABS.map((one) => ({
            id: one,
            label: WORDS[one],
            href: url.href({ ...left, tab: one === 'overview' ? null : one }),
          }))}
        />
        {charted && metricNames.length > 0 && <ChartToolbar settings={settings} />}
        {tab === 'overview' && (
          <Overview
            runId={run.id}
            metricNames={metricNames}
            status={run.status}
            stage={run.stage ?? null}
            live={live}
            config={config}
            sets={sets}
          />
        )}
        {tab === 'charts' && <ChartsTab runId={run.id} metricNames={metricNames} live={live} />}
        {tab === 'completions' && (
          <CompletionsTab
            runId={run.id}
            live={live}
            rule={rule}
            components={config?.rewards.map(({ name }) => name) ?? rewardComponents(metricNames)}
            sets={sets}
            forkPath={viewer.can('forkRun') ? forkPath : null}
          />
        )}
        {tab === 'config' && <ConfigTab runId={run.id} />}
        {tab === 'checkpoints' && (
          <CheckpointsTab
            runId={run.id}
            slug={run.project.slug}
            live={live}
            policy={config?.checkpoint ?? null}
            pulse={run.checkpoints.nodes.map(({ id, createdAt }) => `${id} ${createdAt}`).join()}
          />
        )}
        {tab === 'logs' && (
          <LogsTab runId={run.id} live={live} pulse={`${run.updatedAt} ${run.step} ${run.status}`} />
        )}
        {tab === 'comments' && <Comments kind="run" subjectId={run.id} />}
      </Page>
    </ChartsProvider>
  );
}
