'use client';
/** @file Everything about one completion: why it was pushed, its tokens, verdicts and comments. */
import Link from 'next/link';
import { useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import { graphql, readFragment } from '../../graphql/generated/index.ts';
import { useFeed } from '../../graphql/useFeed.ts';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Callout } from '../../ui/states.tsx';
import { Comments } from '../comments/Comments.tsx';
import { VerdictPanel } from '../review/VerdictPanel.tsx';
import { verdictsAddedSubscription } from '../review/verdicts.ts';
import { type CompletionRow, completionRowFragment } from './completionRow.ts';
import styles from './completions.module.css';
import { SignalArithmetic } from './SignalArithmetic.tsx';
import type { SignalRule } from './signalArithmetic.ts';
import { TokenView } from './TokenView.tsx';

const detailQuery = graphql(`
  query CompletionDetail($id: ID!) {
    completion(id: $id) {
      id
      ...completion_row
      ...review_verdicts
    }
  }
`);

const groupQuery = graphql(`
  query CompletionGroup($runId: ID!, $step: Int!, $group: Int!, $set: String) {
    run(id: $runId) {
      id
      completions(
        first: 200
        filter: { step: { gte: $step, lte: $step }, group: $group, evaluationSet: $set }
      ) {
        nodes {
          id
          reward
        }
      }
    }
  }
`);

/** @param groupRewards rewards of the whole group where the page has them; else they are fetched. */
export function CompletionDetail({
  row,
  runId,
  rule,
  groupRewards,
}: {
  readonly row: CompletionRow;
  readonly runId: string;
  readonly rule: SignalRule | null;
  readonly groupRewards?: readonly (number | null)[] | undefined;
}) {
  const [detail, retry] = useQuery({ query: detailQuery, variables: { id: row.id } });
  const [group] = useQuery({
    query: groupQuery,
    variables: { runId, step: row.step, group: row.group, set: row.evaluationSet ?? null },
    pause: groupRewards !== undefined,
  });
  useFeed(verdictsAddedSubscription, { runId });
  const rewards =
    groupRewards ?? group.data?.run?.completions.nodes.map(({ reward }) => reward ?? null) ?? [];
  const completion = detail.data?.completion;
  const latest = readFragment(completionRowFragment, completion) ?? row;
  const set = row.evaluationSet ?? null;
  const why = set === null ? 'Why it was pushed' : 'How it was scored';
  const here = new URLSearchParams({
    tab: 'completions',
    ...(set === null ? {} : { set }),
    step: String(row.step),
    c: row.id,
  });
  return (
    <div className={styles.detail}>
      <div className={styles.side}>
        <section className={styles.part} aria-label={why}>
          <h3 className={styles.partTitle}>{why}</h3>
          <SignalArithmetic row={latest} groupRewards={rewards} rule={rule} />
        </section>
        <section className={styles.part} aria-label="Tokens">
          <h3 className={styles.partTitle}>
            Tokens <span className={styles.count}>{row.tokenCount}</span>
          </h3>
          <TokenView completionId={row.id} />
        </section>
      </div>
      <div className={styles.side}>
        <section className={styles.part} aria-label="Verdicts">
          <h3 className={styles.partTitle}>Verdicts</h3>
          {detail.error && !completion && (
            <Callout tone="bad">
              {describeError(detail.error)}{' '}
              <button
                type="button"
                className={styles.link}
                onClick={() => retry({ requestPolicy: 'network-only' })}
              >
                Try again
              </button>
            </Callout>
          )}
          {completion ? (
            <VerdictPanel completion={completion} />
          ) : (
            !detail.error && <Skeleton height="1.75rem" />
          )}
        </section>
        <section className={styles.part} aria-label="Comments">
          <h3 className={styles.partTitle}>Comments</h3>
          <Comments kind="completion" subjectId={row.id} compact />
        </section>
      </div>
      <p className={styles.address}>
        {set !== null && `${set}, ${row.greedy ? 'greedy' : 'sample'} · `}Step {row.step.toLocaleString('en')}
        , group {row.group}, completion {row.index} ·{' '}
        <Link href={`/runs/${runId}?${here}`}>Link to this completion</Link>
      </p>
    </div>
  );
}
