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
}: {
  readonly runId: string;
  readonly live: boolean;
  readonly rule: SignalRule | null;
  readonly components: readonly string[];
}) {
  const url = useUrlState();
  const view: View = url.get('view') === 'list' ? 'list' : 'step';
  const completionSteps = useCompletionSteps(runId, live);
  return (
    <div className={styles.tab}>
      <h2 className="visually-hidden">Completions</h2>
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
      {view === 'step' ? (
        <StepView runId={runId} live={live} rule={rule} completionSteps={completionSteps} />
      ) : (
        <CompletionList runId={runId} rule={rule} components={components} completionSteps={completionSteps} />
      )}
    </div>
  );
}
