'use client';
/** @file The first view of a run: is it learning, on what, what did it say. */
import type { RunConfig } from '@nabla/domain';
import Link from 'next/link';
import { memo, useMemo } from 'react';
import { Section } from '../../ui/PageHeader.tsx';
import { useUrlState } from '../../ui/useUrlState.ts';
import { useNamesSeen } from '../charts/ChartsProvider.tsx';
import { type LineSource, MetricChart } from '../charts/MetricChart.tsx';
import { paletteColor } from '../charts/palette.ts';
import { SingleMetricChart } from '../charts/SingleMetricChart.tsx';
import { StepView } from '../completions/StepView.tsx';
import { useCompletionSteps } from '../completions/useCompletionSteps.ts';
import { ConfigSummary } from './ConfigSummary.tsx';
import { Evaluation } from './Evaluation.tsx';
import { Headline } from './Headline.tsx';
import { metricGroups, rewardComponents } from './metricGroups.ts';
import styles from './run.module.css';
import { signalRule } from './runRule.ts';

const SMALL = [
  ['advantage/std', 'Signal size'],
  ['group/zero_std_fraction', 'Flat groups'],
  ['kl/ref_k1', 'KL to reference'],
  ['policy/entropy', 'Entropy'],
  ['policy/grad_norm', 'Gradient norm'],
  ['policy/delta_logp_mean', 'Push of the update'],
] as const;

const PREVIEW_GROUPS = 2;

export const Overview = memo(function Overview({
  runId,
  metricNames,
  status,
  stage,
  live,
  config,
  sets,
}: {
  readonly runId: string;
  readonly metricNames: readonly string[];
  readonly status: string;
  readonly stage: string | null;
  readonly live: boolean;
  readonly config: RunConfig | null;
  /** Names of the evaluation sets. */
  readonly sets: readonly string[];
}) {
  const url = useUrlState();
  const seen = useNamesSeen(runId);
  const names = useMemo(() => [...new Set([...metricNames, ...seen])], [metricNames, seen]);
  const completionSteps = useCompletionSteps(runId, live);
  const rule = useMemo(() => signalRule(config), [config]);
  const components = rewardComponents(names);
  const warmupSteps = config?.warmup?.steps ?? 0;
  const warmup = !names.includes('reward/mean') && names.includes('sft/loss');
  // With a single component of weight 1 its line would lie on the reward's own.
  const single = components.length === 1 && config?.rewards.length === 1 && config.rewards[0]?.weight === 1;
  const componentsKey = components.join(' ');
  const reward = useMemo(
    () => rewardLines(runId, single ? [] : componentsKey.split(' ').filter(Boolean)),
    [runId, single, componentsKey],
  );
  return (
    <>
      <Headline runId={runId} metricNames={names} status={status} stage={stage} warmupSteps={warmupSteps} />
      {warmup ? (
        <div className={styles.pair}>
          <SingleMetricChart runId={runId} name="sft/loss" title="Warm-up loss" height={240} />
          <SingleMetricChart
            runId={runId}
            name="sft/token_accuracy"
            title="Warm-up token accuracy"
            height={240}
            slot={2}
          />
        </div>
      ) : (
        <div className={styles.rewards}>
          <MetricChart title="Reward" sources={reward} height={260} />
          {warmupSteps > 0 && names.includes('reward/mean') && (
            <p className={styles.caption}>
              {warmupSteps === 1 ? 'Step 1 was' : `Steps 1–${warmupSteps.toLocaleString('en')} were`}{' '}
              supervised warm-up; the policy gradient begins at step {(warmupSteps + 1).toLocaleString('en')}.
            </p>
          )}
        </div>
      )}
      {!warmup && (
        <div className={styles.multiples}>
          {smallCharts(names).map(([name, title]) => (
            <SingleMetricChart key={name} runId={runId} name={name} title={title} height={120} />
          ))}
        </div>
      )}
      {sets.length > 0 && (
        <Section
          title="On held-out prompts"
          description="The same prompts every time, drawn apart from those of training."
          actions={
            <Link
              className={styles.more}
              href={url.href({ tab: 'completions', set: sets[0] ?? null, c: null, step: null })}
            >
              What it said there
            </Link>
          }
        >
          <Evaluation runId={runId} metricNames={names} sets={sets} config={config} />
        </Section>
      )}
      <Section
        title="On what"
        actions={
          <Link className={styles.more} href={url.href({ tab: 'config', step: null, c: null })}>
            Whole configuration
          </Link>
        }
      >
        <ConfigSummary config={config} />
      </Section>
      <Section
        title="What it says, and why each is pushed"
        description="Completions of one step, in groups that share a prompt. Open one for the arithmetic of its signal and its tokens."
        actions={
          <Link className={styles.more} href={url.href({ tab: 'completions', c: null })}>
            All groups and steps
          </Link>
        }
      >
        <StepView
          runId={runId}
          live={live}
          rule={rule}
          completionSteps={completionSteps}
          groups={PREVIEW_GROUPS}
        />
      </Section>
    </>
  );
});

/** The signs of a policy gradient at work; of a trainer that logs none of them, its own first metrics. */
function smallCharts(names: readonly string[]): readonly (readonly [name: string, title: string])[] {
  const known = SMALL.filter(([name]) => names.includes(name));
  if (known.length > 0) return known;
  const own = metricGroups(names).flatMap((group) => group.names);
  return own
    .filter((name) => name !== 'reward/mean')
    .slice(0, SMALL.length)
    .map((name) => [name, name]);
}

function rewardLines(runId: string, components: readonly string[]): LineSource[] {
  return [
    { runId, name: 'reward/mean', label: 'reward', color: paletteColor(0) },
    ...components.map((component, index): LineSource => ({
      runId,
      name: `reward/${component}/mean`,
      label: component,
      color: paletteColor(index + 1),
      dashed: true,
    })),
  ];
}
