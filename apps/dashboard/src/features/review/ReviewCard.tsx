'use client';
import { useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import type { VerdictValue } from '../../graphql/generated/graphql.ts';
import { graphql, readFragment } from '../../graphql/generated/index.ts';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { Kbd } from '../../ui/Kbd.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { Comments } from '../comments/Comments.tsx';
import { CompletionText } from '../completions/CompletionText.tsx';
import { EvaluationBadge } from '../completions/EvaluationBadge.tsx';
import { completionRowFragment } from '../completions/completionRow.ts';
import { componentText } from '../completions/RewardFigure.tsx';
import { formatDelta, formatNumber } from '../charts/formatMetric.ts';
import styles from './review.module.css';
import type { Review } from './useReviewQueue.ts';
import { VerdictList } from './VerdictList.tsx';
import { verdictsFragment } from './verdicts.ts';
import { VERDICTS, VerdictIcon, verdictWord } from './verdictWords.tsx';

const cardQuery = graphql(`
  query ReviewCard($id: ID!) {
    completion(id: $id) {
      id
      ...completion_row
      ...review_verdicts
    }
  }
`);

/** One completion to judge; after the verdict, what others said. */
export function ReviewCard({
  id,
  own,
  judged,
  showAnswer,
  showReward,
  review,
  commentFieldId,
}: {
  readonly id: string;
  readonly own: VerdictValue | null;
  readonly judged: boolean;
  readonly showAnswer: boolean;
  readonly showReward: boolean;
  readonly review: Review;
  readonly commentFieldId: string;
}) {
  const [{ data, error }, execute] = useQuery({ query: cardQuery, variables: { id } });
  const completion = data?.completion;
  const row = readFragment(completionRowFragment, completion);
  const subject = readFragment(verdictsFragment, completion);
  if (error && !row)
    return (
      <ErrorState message={describeError(error)} onRetry={() => execute({ requestPolicy: 'network-only' })} />
    );
  if (!row || !subject) return <SkeletonRows rows={4} label="Loading the completion" />;
  return (
    <article className={styles.card} aria-label={`Completion of step ${row.step}`}>
      <div className={styles.block}>
        <h2 className={styles.blockName}>Prompt</h2>
        <div className={styles.prompt}>
          <CompletionText text={row.promptText} />
        </div>
      </div>
      {showAnswer && (
        <div className={styles.block}>
          <h2 className={styles.blockName}>Answer</h2>
          <div className={styles.prompt}>
            {typeof row.answer === 'string' ? (
              <CompletionText text={row.answer} />
            ) : (
              <span className={styles.hidden}>This prompt has no answer.</span>
            )}
          </div>
        </div>
      )}
      <div className={styles.block}>
        <h2 className={styles.blockName}>
          Completion{' '}
          <span className={styles.sub}>
            step {row.step.toLocaleString('en')} · {row.tokenCount} tokens
          </span>{' '}
          <EvaluationBadge row={row} named />
        </h2>
        <div className={styles.completion}>
          <CompletionText text={row.text} truncated={row.truncated} />
        </div>
      </div>
      {showReward && (
        <dl className={styles.figures}>
          <div>
            <dt>Reward</dt>
            <dd>{typeof row.reward === 'number' ? formatNumber(row.reward) : 'null'}</dd>
          </div>
          {row.rewards.length > 1 && (
            <div>
              <dt>Components</dt>
              <dd>{row.rewards.map(componentText).join(', ')}</dd>
            </div>
          )}
          {!row.evaluationSet && (
            <div>
              <dt>Signal</dt>
              <dd>{formatDelta('reward', row.signal)}</dd>
            </div>
          )}
        </dl>
      )}
      <div className={styles.answers} role="group" aria-label="Your verdict">
        {VERDICTS.map(({ value, word, digit, key }) => (
          <button
            key={value}
            type="button"
            className={cx(styles.answer, styles[`tone${word}`], own === value && styles.chosen)}
            aria-pressed={own === value}
            onClick={() => review.judge(value)}
          >
            <VerdictIcon value={value} size={18} />
            <span>{word}</span>
            <span className={styles.keys} aria-hidden>
              <Kbd>{digit}</Kbd>
              <Kbd>{key}</Kbd>
            </span>
          </button>
        ))}
      </div>
      <div className={styles.onward}>
        <span role="status" className={styles.hidden}>
          {judged && own
            ? `Your verdict: ${verdictWord(own).toLowerCase()}.`
            : own
              ? `Judged ${verdictWord(own).toLowerCase()} before; another verdict replaces it.`
              : ''}
        </span>
        {judged ? (
          <Button variant="primary" autoFocus onClick={review.next}>
            Next <Kbd>Enter</Kbd>
          </Button>
        ) : (
          <Button variant="ghost" onClick={review.skip}>
            {own ? 'Keep it, go on' : 'Skip'} <Kbd>s</Kbd>
          </Button>
        )}
      </div>
      {judged && (
        <section className={styles.others} aria-label="What others say">
          <h2 className={styles.blockName}>Verdicts</h2>
          <VerdictList subject={subject} />
          <h2 className={styles.blockName}>Comments</h2>
          <Comments kind="completion" subjectId={id} inputId={commentFieldId} compact />
        </section>
      )}
    </article>
  );
}
