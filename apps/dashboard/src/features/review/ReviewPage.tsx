'use client';
/** @file Completions of a run to judge, one after another, from the keyboard or by touch. */
import { CircleHelp, ListFilter, Undo2 } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { useFeed } from '../../graphql/useFeed.ts';
import { Button, ButtonLink, IconButton } from '../../ui/Button.tsx';
import { Switch } from '../../ui/Field.tsx';
import { formatCount } from '../../ui/format.ts';
import { Page } from '../../ui/PageHeader.tsx';
import { ProgressBar } from '../../ui/ProgressBar.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Callout, EmptyState, ErrorState } from '../../ui/states.tsx';
import { useHotkeys } from '../../ui/useHotkeys.ts';
import { useUrlState } from '../../ui/useUrlState.ts';
import {
  type CompletionListState,
  completionFilter,
  conditionCount,
  readCompletionList,
  writeCompletionList,
} from '../completions/completionFilter.ts';
import { FilterBar } from '../completions/FilterBar.tsx';
import { rewardComponents } from '../run/metricGroups.ts';
import { Crumbs } from '../shell/Crumbs.tsx';
import styles from './review.module.css';
import { ReviewCard } from './ReviewCard.tsx';
import { KeyHelp } from './KeyHelp.tsx';
import { skippedCount } from './reviewQueue.ts';
import { type Review, useReviewQueue } from './useReviewQueue.ts';
import { verdictsAddedSubscription } from './verdicts.ts';

const runQuery = graphql(`
  query ReviewRun($id: ID!) {
    run(id: $id) {
      id
      number
      name
      metricNames
      evaluationSets
      project {
        id
        slug
        name
      }
    }
  }
`);

const COMMENT_FIELD = 'review-comment';

export function ReviewPage({ runId }: { readonly runId: string }) {
  const viewer = useViewer();
  const url = useUrlState();
  const [{ data, error, fetching }, execute] = useQuery({ query: runQuery, variables: { id: runId } });
  const run = data?.run;
  const state = readCompletionList(url.get);
  const [filtering, setFiltering] = useState(false);
  const conditions = conditionCount(state);
  return (
    <Page narrow>
      <Crumbs
        items={[
          { label: 'Projects', href: '/projects' },
          ...(run
            ? [
                { label: run.project.name, href: `/p/${run.project.slug}` },
                { label: `#${run.number} ${run.name}`, href: `/runs/${run.id}` },
              ]
            : []),
          { label: 'Review' },
        ]}
        project={run?.project.slug}
      />
      {error && !run ? (
        <ErrorState
          message={describeError(error)}
          onRetry={() => execute({ requestPolicy: 'network-only' })}
        />
      ) : !run ? (
        fetching || !data ? (
          <SkeletonRows rows={6} label="Loading the review" />
        ) : (
          <EmptyState title="There is no such run" action={<Link href="/projects">All projects</Link>} />
        )
      ) : (
        <>
          <div className={styles.head}>
            <h1 className={styles.title}>
              Review{' '}
              <Link href={`/runs/${run.id}`}>
                #{run.number} {run.name}
              </Link>
            </h1>
            <Button
              size="sm"
              variant="ghost"
              icon={<ListFilter size={13} aria-hidden />}
              aria-expanded={filtering}
              onClick={() => setFiltering(!filtering)}
            >
              {conditions === 0 ? 'Filter' : `Filter (${conditions})`}
              {state.evaluationSet !== null && `: ${state.evaluationSet}`}
            </Button>
          </div>
          {filtering && (
            <FilterBar
              state={state}
              components={rewardComponents(run.metricNames)}
              sets={run.evaluationSets}
              onChange={(next) => url.set(writeCompletionList(next))}
            />
          )}
          {viewer.can('giveVerdict') ? (
            <Queue key={JSON.stringify(completionFilter(state))} runId={run.id} state={state} />
          ) : (
            <EmptyState
              title="Your role does not judge"
              action={<ButtonLink href={`/runs/${run.id}?tab=completions`}>Read the completions</ButtonLink>}
            >
              Reviewers, researchers and owners do. An owner can change your role under Settings.
            </EmptyState>
          )}
        </>
      )}
    </Page>
  );
}

function Queue({ runId, state }: { readonly runId: string; readonly state: CompletionListState }) {
  const url = useUrlState();
  // Another filter is another queue: the component is made anew for it.
  const [filter] = useState(() => completionFilter(state));
  const review = useReviewQueue(runId, filter);
  useFeed(verdictsAddedSubscription, { runId });
  const [help, setHelp] = useState(false);
  const answer = url.get('answer') === '1';
  const rewardFirst = url.get('reward') === '1';
  const { phase, items, position } = review.state;
  const current = items[position];
  const judged = phase === 'judged';
  useHotkeys({
    g: () => review.judge('GOOD'),
    '1': () => review.judge('GOOD'),
    b: () => review.judge('BAD'),
    '2': () => review.judge('BAD'),
    u: () => review.judge('UNSURE'),
    '3': () => review.judge('UNSURE'),
    s: review.skip,
    z: review.back,
    a: () => url.set({ answer: answer ? null : 1 }),
    c: () => document.getElementById(COMMENT_FIELD)?.focus(),
    Enter: review.next,
    ' ': review.next,
    '?': () => setHelp(true),
  });

  return (
    <div className={styles.queue}>
      <Progress review={review} />
      <div className={styles.options}>
        <Switch
          label="Show the answer"
          checked={answer}
          onChange={(event) => url.set({ answer: event.target.checked ? 1 : null })}
        />
        <Switch
          label="Show the reward before judging"
          checked={rewardFirst}
          onChange={(event) => url.set({ reward: event.target.checked ? 1 : null })}
        />
        <span className={styles.right}>
          <IconButton
            label="Back to the last one"
            shortcut="z"
            size="sm"
            disabled={items.length === 0 || (position === 0 && phase !== 'finished')}
            onClick={review.back}
          >
            <Undo2 size={15} aria-hidden />
          </IconButton>
          <IconButton label="Keys" shortcut="?" size="sm" onClick={() => setHelp(true)}>
            <CircleHelp size={15} aria-hidden />
          </IconButton>
        </span>
      </div>
      {review.error && phase === 'waiting' ? (
        <ErrorState message={review.error} onRetry={review.retry} />
      ) : phase === 'finished' ? (
        <Finished review={review} runId={runId} filtered={filter !== null} />
      ) : current ? (
        <ReviewCard
          key={current.id}
          id={current.id}
          own={current.verdict}
          judged={judged}
          showAnswer={answer}
          showReward={rewardFirst || judged}
          review={review}
          commentFieldId={COMMENT_FIELD}
        />
      ) : (
        <div className={styles.card}>
          <SkeletonRows rows={4} label="Loading the next completion" />
        </div>
      )}
      <KeyHelp open={help} onOpenChange={setHelp} />
    </div>
  );
}

function Progress({ review }: { readonly review: Review }) {
  const { progress } = review;
  return (
    <div className={styles.progress}>
      <ProgressBar
        value={progress?.judgedByMe ?? 0}
        max={Math.max(progress?.total ?? 1, 1)}
        label="Judged by you"
      />
      <span role="status" className={styles.progressText}>
        {progress
          ? `${formatCount(progress.judgedByMe)} of ${formatCount(progress.total)} judged by you${progress.reviewers > 1 ? ` · ${progress.reviewers} reviewers` : ''}`
          : ' '}
      </span>
    </div>
  );
}

function Finished({
  review,
  runId,
  filtered,
}: {
  readonly review: Review;
  readonly runId: string;
  readonly filtered: boolean;
}) {
  const skipped = skippedCount(review.state);
  const none = review.progress?.total === 0;
  if (none)
    return (
      <EmptyState
        title={filtered ? 'No completion fits the filter' : 'Nothing to judge yet'}
        action={<ButtonLink href={`/runs/${runId}`}>To the run</ButtonLink>}
      >
        {filtered
          ? 'Take away a condition of the filter.'
          : 'This run has recorded no completions. They come with the first policy-gradient step.'}
      </EmptyState>
    );
  return (
    <>
      <EmptyState
        title={skipped > 0 ? 'You have seen them all' : 'You have judged them all'}
        action={
          <>
            {skipped > 0 && (
              <Button variant="primary" onClick={review.again}>
                Go through the {skipped} skipped
              </Button>
            )}
            <Button onClick={review.again}>Look for new ones</Button>
            <ButtonLink href={`/runs/${runId}?tab=completions&view=list&judged=by_me`}>
              Those you judged
            </ButtonLink>
          </>
        }
      >
        {review.progress &&
          `${formatCount(review.progress.judgedByMe)} of ${formatCount(review.progress.total)} completions ${filtered ? 'that fit the filter ' : ''}have your verdict.`}
      </EmptyState>
      {review.saving && <Callout>Saving your last verdict.</Callout>}
    </>
  );
}
