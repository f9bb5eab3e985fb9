'use client';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../graphql/generated/index.ts';
import { useFeed } from '../../graphql/useFeed.ts';

const stepsQuery = graphql(`
  query CompletionSteps($runId: ID!, $last: Int!, $set: String) {
    run(id: $runId) {
      id
      completionSteps(last: $last, evaluationSet: $set)
    }
  }
`);

const completionsAddedSubscription = graphql(`
  subscription CompletionsAdded($runId: ID!, $set: String) {
    completionsAdded(runId: $runId, evaluationSet: $set) {
      runId
      step
    }
  }
`);

/** Steps offered by the scrubber; older ones are reached by their number in the address. */
const LAST_STEPS = 5000;

export interface CompletionSteps {
  /** Steps with recorded completions, ascending. */
  readonly steps: readonly number[];
  /** Steps recorded since `markSeen` was called last (or since the page was opened). */
  readonly newSteps: number;
  readonly markSeen: () => void;
  readonly loading: boolean;
  readonly error: Error | undefined;
  readonly retry: () => void;
}

/**
 * The steps of a run that one can look at, growing as the run goes on.
 * @param set of this evaluation set; null: of training.
 */
export function useCompletionSteps(runId: string, live: boolean, set: string | null = null): CompletionSteps {
  const [{ data: answered, error, operation }, execute] = useQuery({
    query: stepsQuery,
    variables: { runId, last: LAST_STEPS, set },
    requestPolicy: 'cache-and-network',
  });
  // While another set is asked for, the steps of the one before are still there: they are none of its own.
  const data =
    operation?.variables.runId === runId && (operation.variables.set ?? null) === set ? answered : undefined;
  const [addedTo, setAddedTo] = useState<{ readonly set: string | null; readonly steps: readonly number[] }>({
    set,
    steps: [],
  });
  // Another set has other steps.
  if (addedTo.set !== set) setAddedTo({ set, steps: [] });
  const added = addedTo.steps;
  const seen = useRef(0);
  const [, render] = useState(0);
  useFeed(
    completionsAddedSubscription,
    { runId, set },
    ({ completionsAdded: { step } }) =>
      setAddedTo((present) =>
        present.steps.includes(step)
          ? present
          : { ...present, steps: [...present.steps.slice(-LAST_STEPS), step] },
      ),
    live,
  );
  const recorded = data?.run?.completionSteps;
  const steps = useMemo(
    () => [...new Set([...(recorded ?? []), ...added])].sort((a, b) => a - b),
    [recorded, added],
  );
  const markSeen = useCallback(() => {
    setAddedTo((present) => {
      seen.current = present.steps.length;
      return present;
    });
    render((count) => count + 1);
  }, []);
  const retry = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  return {
    steps,
    newSteps: Math.max(0, added.length - seen.current),
    markSeen,
    loading: !data && !error,
    error,
    retry,
  };
}
