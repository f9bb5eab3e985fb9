'use client';
/** @file Is it learning: one sentence, and the figures behind it. */
import type { ReactNode } from 'react';
import { cx } from '../../ui/cx.ts';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { useSeries } from '../charts/ChartsProvider.tsx';
import { formatDelta, formatMetric, unitOf } from '../charts/formatMetric.ts';
import { metricDefinition } from '@nabla/domain';
import styles from './run.module.css';
import { type Trend, trendOf } from './trend.ts';

/** Figures shown, in order; `better` says which way is good, where there is one. */
const FIGURES = [
  { name: 'group/pass_at_1', label: 'Exact answers', better: 'up' },
  { name: 'advantage/std', label: 'Signal size', better: null },
  { name: 'group/zero_std_fraction', label: 'Flat groups', better: null },
  { name: 'kl/ref_k1', label: 'KL to reference', better: null },
  { name: 'policy/entropy', label: 'Entropy', better: null },
  { name: 'policy/grad_norm', label: 'Gradient norm', better: null },
] as const;

export interface HeadlineProps {
  readonly runId: string;
  readonly metricNames: readonly string[];
  readonly status: string;
  readonly stage: string | null;
  readonly warmupSteps: number;
}

export function Headline({ runId, metricNames, status, stage, warmupSteps }: HeadlineProps) {
  const figures = FIGURES.filter(({ name }) => metricNames.includes(name));
  const states = useSeries(
    [
      { runId, name: 'reward/mean' },
      { runId, name: 'sft/loss' },
      ...figures.map(({ name }) => ({ runId, name })),
    ],
    true,
  );
  const trends = states.map((state) => trendOf(state.whole));
  const [reward, warmup, ...others] = trends;
  const loading = states.length === 0 || (states[0]?.status === 'loading' && metricNames.length > 0);
  const bucketed = states[0]?.whole.bucketed ?? false;
  const flat =
    states[2 + figures.findIndex(({ name }) => name === 'group/zero_std_fraction')]?.whole.last.at(-1) ??
    null;
  return (
    <section className={styles.headline} aria-label="Is it learning">
      <div className={styles.lead}>
        <span className={styles.leadLabel}>Reward, mean</span>
        {loading ? (
          <Skeleton width="11rem" height="2.25rem" />
        ) : (
          <span className={styles.leadFigures}>
            <span className={styles.leadValue}>{formatMetric('reward/mean', reward?.now)}</span>
            {reward && <Change metric="reward/mean" trend={reward} better="up" />}
          </span>
        )}
        {loading && <p className={styles.basis}>{'\u00a0'}</p>}
        {!loading && reward && <p className={styles.basis}>{basis(reward, bucketed)}</p>}
        <p className={styles.verdict}>
          {loading
            ? ' '
            : verdict({ reward: reward ?? null, warmup: warmup ?? null, flat, status, stage, warmupSteps })}
        </p>
      </div>
      <dl className={styles.figures}>
        {figures.map(({ name, label, better }, index) => (
          <div key={name} className={styles.figure}>
            <dt>
              <Tooltip content={metricDefinition(name)?.description ?? name}>
                <button type="button" className={styles.figureName}>
                  {label}
                </button>
              </Tooltip>
            </dt>
            <dd>
              <span className={styles.figureValue}>
                {loading ? '–' : formatMetric(name, others[index]?.now)}
              </span>
              {others[index] && <Change metric={name} trend={others[index]} better={better} />}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Change({
  metric,
  trend,
  better,
}: {
  readonly metric: string;
  readonly trend: Trend;
  readonly better: 'up' | 'down' | null;
}) {
  const tone =
    better === null || trend.direction === 'unclear'
      ? undefined
      : trend.direction === better
        ? styles.good
        : styles.bad;
  return (
    <span
      className={cx(styles.change, tone)}
      title={`Mean of the last ${trend.window} points against the first ${trend.window}`}
    >
      {formatDelta(unitOf(metric), trend.delta)}
    </span>
  );
}

/** What the figures of the row are, said once for all of them. */
function basis({ window }: Trend, bucketed: boolean): string {
  const last = window === 1 ? 'last step' : `mean of the last ${window} ${bucketed ? 'points' : 'steps'}`;
  return `${last}, and the change since the start`;
}

/** The answer in words, no stronger than the numbers. */
function verdict({
  reward,
  warmup,
  flat,
  status,
  stage,
  warmupSteps,
}: {
  reward: Trend | null;
  warmup: Trend | null;
  flat: number | null;
  status: string;
  stage: string | null;
  warmupSteps: number;
}): ReactNode {
  if (!reward) {
    if (stage === 'WARM_UP' || warmup)
      return `Warm-up: the loss on given answers ${warmup ? `went from ${formatMetric('sft/loss', warmup.start)} to ${formatMetric('sft/loss', warmup.now)}` : 'is being measured'}. Rewards begin at step ${warmupSteps + 1}.`;
    if (status === 'QUEUED') return 'Not started: it waits for a worker.';
    return 'No reward has been recorded.';
  }
  const over = status === 'FINISHED' || status === 'FAILED' || status === 'CANCELLED';
  const span = `from ${formatMetric('reward/mean', reward.start)} to ${formatMetric('reward/mean', reward.now)}`;
  const flatWarning =
    flat !== null && flat >= 0.9
      ? ` ${formatMetric('group/zero_std_fraction', flat)} of the groups are flat: nearly nothing pushes.`
      : '';
  if (reward.fallenFrom)
    return `${reward.direction === 'up' ? 'Better than at the start, but past its best' : 'It fell'}: from a best of ${formatMetric('reward/mean', reward.fallenFrom.value)} around step ${reward.fallenFrom.step.toLocaleString('en')} to ${formatMetric('reward/mean', reward.now)}.${flatWarning}`;
  if (reward.direction === 'up')
    return `${over ? 'It learned' : 'Learning'}: the reward rose ${span}.${flatWarning}`;
  if (reward.direction === 'down')
    return `${over ? 'It got worse' : 'Getting worse'}: the reward fell ${span}.${flatWarning}`;
  if (reward.window < 3) return `Too early to tell: ${reward.points} steps with rewards so far.`;
  return `No clear change: ${span}, within the scatter of its steps.${flatWarning}`;
}
