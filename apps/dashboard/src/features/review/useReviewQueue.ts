'use client';
/** @file The review queue against the API: fetches the next one ahead of time, saves verdicts, rolls back refused ones. */
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { useClient, useMutation, useQuery } from 'urql';
import { describeError, refusals } from '../../graphql/errors.ts';
import type { CompletionFilter, VerdictValue } from '../../graphql/generated/graphql.ts';
import { graphql, readFragment } from '../../graphql/generated/index.ts';
import { useToast } from '../../ui/Toast.tsx';
import { useStable } from '../../ui/useStable.ts';
import { type QueueState, START, reduceQueue, shownIds } from './reviewQueue.ts';
import { giveVerdictMutation, verdictsFragment } from './verdicts.ts';

const nextQuery = graphql(`
  query NextToReview($runId: ID!, $filter: CompletionFilter, $excludeIds: [ID!]) {
    nextToReview(runId: $runId, filter: $filter, excludeIds: $excludeIds) {
      id
      ...completion_row
      ...review_verdicts
    }
  }
`);

const progressQuery = graphql(`
  query ReviewProgress($runId: ID!, $filter: CompletionFilter) {
    reviewProgress(runId: $runId, filter: $filter) {
      judgedByMe
      total
      reviewers
    }
  }
`);

/** Ids sent with a request for the next one: beyond this the oldest are left out (the API excludes judged ones by itself). */
const MAX_EXCLUDED = 200;

export interface Review {
  readonly state: QueueState;
  readonly error: string | null;
  readonly progress: {
    readonly judgedByMe: number;
    readonly total: number;
    readonly reviewers: number;
  } | null;
  readonly saving: boolean;
  judge(value: VerdictValue): void;
  skip(): void;
  next(): void;
  back(): void;
  /** Goes through the skipped ones again. */
  again(): void;
  retry(): void;
}

export function useReviewQueue(runId: string, filter: CompletionFilter | null): Review {
  const client = useClient();
  const toast = useToast();
  const [state, dispatch] = useReducer(reduceQueue, START);
  const [error, setError] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [saving, setSaving] = useState(0);
  const [, give] = useMutation(giveVerdictMutation);
  const [progress, refreshProgress] = useQuery({
    query: progressQuery,
    variables: { runId, filter },
    requestPolicy: 'cache-and-network',
  });

  // The one after the present is asked for as soon as the present is on the page. Keyed by what was already shown then.
  const ahead = useRef<{ readonly key: string; readonly answer: Promise<Answer> } | null>(null);
  const ask = useCallback(
    (excluded: readonly string[]): Promise<Answer> => {
      const key = excluded.join(' ');
      if (ahead.current?.key === key) return ahead.current.answer;
      const answer = client
        .query(
          nextQuery,
          { runId, filter, excludeIds: excluded.slice(-MAX_EXCLUDED) },
          { requestPolicy: 'network-only' },
        )
        .toPromise()
        .then((result): Answer => {
          if (result.error) return { kind: 'error', message: describeError(result.error) };
          const completion = readFragment(verdictsFragment, result.data?.nextToReview ?? null);
          return completion
            ? { kind: 'completion', id: completion.id, verdict: completion.myVerdict?.value ?? null }
            : { kind: 'none' };
        });
      ahead.current = { key, answer };
      return answer;
    },
    [client, runId, filter],
  );

  const shownNow = shownIds(state);
  const shown = useStable(shownNow, shownNow.join(' '));
  const { phase } = state;
  useEffect(() => {
    if (phase === 'finished') return undefined;
    let wanted = true;
    void ask(shown).then((answer) => {
      if (!wanted || phase !== 'waiting') return;
      setError(answer.kind === 'error' ? answer.message : null);
      if (answer.kind === 'error') ahead.current = null;
      else if (answer.kind === 'none') dispatch({ type: 'none_left' });
      else dispatch({ type: 'arrived', id: answer.id, verdict: answer.verdict });
    });
    return () => {
      wanted = false;
    };
  }, [ask, shown, phase, attempt]);

  const current = state.items[state.position];
  const judge = async (value: VerdictValue): Promise<void> => {
    if (!current || (phase !== 'judging' && phase !== 'judged') || current.verdict === value) return;
    const before = current.verdict;
    dispatch({ type: 'judge', value });
    setSaving((count) => count + 1);
    const result = await give({ input: { completionId: current.id, value } });
    setSaving((count) => count - 1);
    const [problem] = refusals(result, result.data?.giveVerdict.errors);
    if (problem) {
      dispatch({ type: 'refused', id: current.id, before });
      toast.fail(`Your verdict was not saved: ${problem.message}`);
    }
    refreshProgress({ requestPolicy: 'network-only' });
  };
  return {
    state,
    error,
    progress: progress.data?.reviewProgress ?? null,
    saving: saving > 0,
    judge: (value) => void judge(value),
    skip: () => dispatch({ type: 'skip' }),
    next: () => dispatch({ type: 'next' }),
    back: () => dispatch({ type: 'back' }),
    again: () => {
      ahead.current = null;
      dispatch({ type: 'again' });
    },
    retry: () => {
      ahead.current = null;
      setAttempt((count) => count + 1);
    },
  };
}

type Answer =
  | { readonly kind: 'completion'; readonly id: string; readonly verdict: VerdictValue | null }
  | { readonly kind: 'none' }
  | { readonly kind: 'error'; readonly message: string };
