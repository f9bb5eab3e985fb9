'use client';
import { Search } from 'lucide-react';
import { memo, useMemo } from 'react';
import { Input } from '../../ui/Field.tsx';
import { Section } from '../../ui/PageHeader.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { useUrlState } from '../../ui/useUrlState.ts';
import { useNamesSeen } from '../charts/ChartsProvider.tsx';
import { metricTitle } from '../charts/metricTitle.ts';
import { SingleMetricChart } from '../charts/SingleMetricChart.tsx';
import { metricGroups } from './metricGroups.ts';
import styles from './run.module.css';

/** Every metric the run has logged. */
export const ChartsTab = memo(function ChartsTab({
  runId,
  metricNames,
  live,
}: {
  readonly runId: string;
  readonly metricNames: readonly string[];
  readonly live: boolean;
}) {
  const url = useUrlState();
  const seen = useNamesSeen(runId);
  const search = url.get('metric') ?? '';
  const groups = useMemo(() => metricGroups([...metricNames, ...seen], search), [metricNames, seen, search]);
  if (metricNames.length === 0 && seen.length === 0)
    return (
      <EmptyState title={live ? 'No metrics yet' : 'No metrics'}>
        {live ? 'They appear with the first step the worker records.' : 'This run recorded no step.'}
      </EmptyState>
    );
  return (
    <>
      <span className={styles.search}>
        <Search size={14} aria-hidden className={styles.searchIcon} />
        <Input
          inputSize="sm"
          type="search"
          aria-label="Search metrics"
          placeholder="Search metrics"
          value={search}
          onChange={(event) => url.set({ metric: event.target.value })}
        />
      </span>
      {groups.length === 0 && <EmptyState title={`No metric fits “${search}”`} />}
      {groups.map(({ prefix, names }) => (
        <Section key={prefix} title={prefix}>
          <div className={styles.multiples}>
            {names.map((name) => (
              <SingleMetricChart
                key={name}
                runId={runId}
                name={name}
                title={metricTitle(name)}
                height={140}
              />
            ))}
          </div>
        </Section>
      ))}
    </>
  );
});
