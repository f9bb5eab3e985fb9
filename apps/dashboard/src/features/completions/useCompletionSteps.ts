'use client';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../graphql/generated/index.ts';
import { useFeed } from '../../graphql/useFeed.ts';

const stepsQuery = graphql(`
  query CompletionSteps($runId: ID!, $last: Int!) {
    run(id: $runId) {
      id
      completionSteps(last: $last)
    }
  }
`);

const completionsAddedSubscription = graphql(`
  subscription CompletionsAdded($runId: ID!) {
    completionsAdded(runId: $runId) {
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

/** The steps of a run that one can look at, growing as the run goes on. */
export function useCompletionSteps(runId: string, live: boolean): CompletionSteps {
  const [{ data, error, fetching }, execute] = useQuery({
    query: stepsQuery,
    variables: { runId, last: LAST_STEPS },
    requestPolicy: 'cache-and-network',
  });
  const [added, setAdded] = useState<readonly number[]>([]);
  const seen = useRef(0);
  const [, render] = useState(0);
  useFeed(
    completionsAddedSubscription,
    { runId },
    ({ completionsAdded: { step } }) =>
      setAdded((present) => (present.includes(step) ? present : [...present.slice(-LAST_STEPS), step])),
    live,
  );
  const recorded = data?.run?.completionSteps;
  const steps = useMemo(
    () => [...new Set([...(recorded ?? []), ...added])].sort((a, b) => a - b),
    [recorded, added],
  );
  const markSeen = useCallback(() => {
    setAdded((present) => {
      seen.current = present.length;
      return present;
    });
    render((count) => count + 1);
  }, []);
  const retry = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  return {
    steps,
    newSteps: Math.max(0, added.length - seen.current),
    markSeen,
    loading: fetching && !data,
    error,
    retry,
  };
}
