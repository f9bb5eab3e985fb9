'use client';
/** @file How the policy does on held-out prompts: each set's last figures, and how they went. */
import { metricDefinition, type RunConfig } from '@nabla/domain';
import { memo, useMemo } from 'react';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { useSeries } from '../charts/ChartsProvider.tsx';
import { formatDelta, formatMetric, unitOf } from '../charts/formatMetric.ts';
import { type LineSource, MetricChart } from '../charts/MetricChart.tsx';
import { evaluationTitle, metricTitle } from '../charts/metricTitle.ts';
import { paletteColor } from '../charts/palette.ts';
import type { SeriesColumns } from '../charts/seriesColumns.ts';
import { setMetrics } from './evaluationMetrics.ts';
import styles from './evaluation.module.css';

export const Evaluation = memo(function Evaluation({
  runId,
  metricNames,
  sets,
  config,
}: {
  readonly runId: string;
  readonly metricNames: readonly string[];
  readonly sets: readonly string[];
  readonly config: RunConfig | null;
}) {
  return (
    <div className={styles.sets}>
      {sets.map((set) => (
        <EvaluationSet key={set} runId={runId} metricNames={metricNames} set={set} config={config} />
      ))}
    </div>
  );
});

function EvaluationSet({
  runId,
  metricNames,
  set,
  config,
}: {
  readonly runId: string;
  readonly metricNames: readonly string[];
  readonly set: string;
  readonly config: RunConfig | null;
}) {
  const key = metricNames.filter((name) => name.startsWith(`eval/${set}/`)).join(' ');
  const metrics = useMemo(() => setMetrics(set, key.split(' ')), [set, key]);
  const { shares, reward, rewardInterval, others } = metrics;
  const shown = [...shares, ...(reward === null ? [] : [reward]), ...others];
  const states = useSeries(
    [...shown, ...(rewardInterval === null ? [] : [rewardInterval])].map((name) => ({ runId, name })),
    true,
  );
  const interval = rewardInterval === null ? null : lastOf(states[shown.length]?.whole);
  const shareLines = useMemo(
    () =>
      shares.map((name, index): LineSource => ({
        runId,
        name,
        label: evaluationTitle(name.split('/').at(-1) ?? '') ?? name,
        color: paletteColor(index),
        dashed: index > 0,
      })),
    [runId, shares],
  );
  const rewardLines = useMemo(
    () =>
      reward === null
        ? []
        : [{ runId, name: reward, label: 'reward', color: paletteColor(0) } satisfies LineSource],
    [runId, reward],
  );
  const about = config?.evaluation?.sets.find(({ name }) => name === set);
  return (
    <section className={styles.set} aria-label={`Evaluation set ${set}`}>
      <header className={styles.head}>
        <h3 className={styles.name}>{set}</h3>
        {about && (
          <span className={styles.about}>
            {about.prompts.toLocaleString('en')} prompts
            {about.samples > 1 && `, ${about.samples} samples each`}
          </span>
        )}
        <StepText columns={states[0]?.whole} />
      </header>
      {shown.length === 0 ? (
        <p className={styles.about}>
          Not evaluated yet
          {config?.evaluation && `: it is every ${config.evaluation.everySteps.toLocaleString('en')} steps`}.
        </p>
      ) : (
        <>
          <dl className={styles.figures}>
            {shown.map((name, index) => (
              <div key={name} className={styles.figure}>
                <dt>
                  <Tooltip
                    content={`${name}: ${metricDefinition(name)?.description ?? 'logged by the trainer'}`}
                  >
                    <button type="button" className={styles.figureName}>
                      {evaluationTitle(name.split('/').at(-1) ?? '') ?? metricTitle(name)}
                    </button>
                  </Tooltip>
                </dt>
                <dd>
                  <span className={styles.value}>
                    {formatMetric(name, lastOf(states[index]?.whole))}
                    {name === reward && interval !== null && (
                      <span className={styles.interval} title="95 % confidence interval over prompts">
                        {' '}
                        ± {formatMetric(name, interval)}
                      </span>
                    )}
                  </span>
                  <Change name={name} columns={states[index]?.whole} />
                </dd>
              </div>
            ))}
          </dl>
          <div className={styles.charts}>
            {shareLines.length > 0 && (
              <MetricChart
                title={`${set}: right answers`}
                sources={shareLines}
                height={150}
                description="Share of prompts answered right: by the greedy completion (accuracy), and by at least one of k samples (pass@k, unbiased)."
              />
            )}
            {rewardLines.length > 0 && (
              <MetricChart title={`${set}: reward`} sources={rewardLines} height={150} />
            )}
          </div>
        </>
      )}
    </section>
  );
}

/** Against the first evaluation. */
function Change({ name, columns }: { readonly name: string; readonly columns: SeriesColumns | undefined }) {
  const first = columns?.mean.find((value) => value !== null) ?? null;
  const last = lastOf(columns);
  if (first === null || last === null || (columns?.steps.length ?? 0) < 2) return null;
  return (
    <span className={styles.change} title="Since the first evaluation">
      {formatDelta(unitOf(name), last - first)}
    </span>
  );
}

function StepText({ columns }: { readonly columns: SeriesColumns | undefined }) {
  const step = columns?.steps.at(-1);
  return step === undefined ? null : (
    <span className={styles.about}>last at step {step.toLocaleString('en')}</span>
  );
}

function lastOf(columns: SeriesColumns | undefined): number | null {
  return columns?.last.at(-1) ?? null;
}
