'use client';
/** @file What the runs compared come to: their curves, their figures, their settings. */
import { isTerminal, metricDefinition } from '@nabla/domain';
import { useMemo } from 'react';
import { Switch } from '../../ui/Field.tsx';
import { Section } from '../../ui/PageHeader.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { useUrlState } from '../../ui/useUrlState.ts';
import { ChartsProvider, type StepAlignment } from '../charts/ChartsProvider.tsx';
import { ChartToolbar, useChartSettings } from '../charts/ChartToolbar.tsx';
import { MetricChart } from '../charts/MetricChart.tsx';
import { metricTitle } from '../charts/metricTitle.ts';
import { paletteColor } from '../charts/palette.ts';
import styles from './compare.module.css';
import type { ComparedRun } from './ComparePage.tsx';
import { ConfigTable } from './ConfigTable.tsx';
import { MetricPicker } from './MetricPicker.tsx';
import { SummaryTable } from './SummaryTable.tsx';

const DEFAULT_METRICS = [
  'reward/mean',
  'group/pass_at_1',
  'advantage/std',
  'kl/ref_k1',
  'policy/entropy',
  'policy/grad_norm',
];

export function Compared({
  runs,
  alignment,
  onAlign,
}: {
  readonly runs: readonly ComparedRun[];
  /** In force now; null: every run by its own steps. */
  readonly alignment: StepAlignment | null;
  /** Absent where no fork stands beside a relative. */
  readonly onAlign?: (aligned: boolean) => void;
}) {
  const settings = useChartSettings();
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
    <ChartsProvider runs={chartRuns} settings={settings} alignment={alignment}>
      <div className={styles.tools}>
        <ChartToolbar settings={settings} />
        <span className={styles.choices}>
          {onAlign && (
            <Switch
              label="Align forks"
              title="Forks go on from the step they began with, as their weights do"
              checked={alignment !== null}
              onChange={(event) => onAlign(event.target.checked)}
            />
          )}
          <MetricPicker
            names={names}
            chosen={metrics}
            onChange={(next) => url.set({ metrics: next.join(',') })}
          />
        </span>
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
