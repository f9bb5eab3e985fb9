'use client';
import { SegmentedControl } from '../../ui/Tabs.tsx';
import { useUrlState } from '../../ui/useUrlState.ts';
import { CompletionList } from './CompletionList.tsx';
import styles from './completions.module.css';
import type { SignalRule } from './signalArithmetic.ts';
import { StepView } from './StepView.tsx';
import { useCompletionSteps } from './useCompletionSteps.ts';

type View = 'step' | 'list';

/** What the policy said: step by step in groups, or as one list that can be searched and sorted. */
export function CompletionsTab({
  runId,
  live,
  rule,
  components,
  sets,
  forkPath,
}: {
  readonly runId: string;
  readonly live: boolean;
  readonly rule: SignalRule | null;
  readonly components: readonly string[];
  /** Names of the evaluation sets. */
  readonly sets: readonly string[];
  /** Where a fork is made, without the step; null where it cannot be. */
  readonly forkPath: string | null;
}) {
  const url = useUrlState();
  const view: View = url.get('view') === 'list' ? 'list' : 'step';
  const named = url.get('set');
  const set = named === '' ? null : named;
  const completionSteps = useCompletionSteps(runId, live, set);
  return (
    <div className={styles.tab}>
      <h2 className="visually-hidden">Completions</h2>
      <div className={styles.switches}>
        {(sets.length > 0 || set !== null) && (
          <SegmentedControl<string>
            label="Prompts"
            size="sm"
            value={set ?? ''}
            onChange={(chosen) => url.set({ set: chosen === '' ? null : chosen, step: null, c: null })}
            options={[
              { value: '', label: 'Training' },
              ...[...new Set([...sets, ...(set === null ? [] : [set])])].map((name) => ({
                value: name,
                label: name,
              })),
            ]}
          />
        )}
        <SegmentedControl<View>
          label="Arrangement"
          size="sm"
          value={view}
          onChange={(chosen) => url.set({ view: chosen === 'step' ? null : chosen, c: null })}
          options={[
            { value: 'step', label: 'By step' },
            { value: 'list', label: 'All, filtered' },
          ]}
        />
      </div>
      {view === 'step' ? (
        <StepView
          key={set}
          runId={runId}
          live={live}
          rule={rule}
          completionSteps={completionSteps}
          evaluationSet={set}
          forkPath={forkPath}
        />
      ) : (
        <CompletionList runId={runId} rule={rule} components={components} completionSteps={completionSteps} />
      )}
    </div>
  );
}
