'use client';
/** @file What the policy said at one step: a block per prompt with its group of completions. */
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { describeError } from '../../graphql/errors.ts';
import { graphql, readFragment } from '../../graphql/generated/index.ts';
import { useConnection } from '../../graphql/useConnection.ts';
import { Badge } from '../../ui/Badge.tsx';
import { GitFork } from 'lucide-react';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { useUrlState } from '../../ui/useUrlState.ts';
import { formatNumber } from '../charts/formatMetric.ts';
import { CompletionColumns, CompletionTableRow } from './CompletionTableRow.tsx';
import { CompletionText } from './CompletionText.tsx';
import {
  type CompletionGroup,
  type CompletionRow,
  completionRowFragment,
  groupFigures,
  groupsOf,
} from './completionRow.ts';
import styles from './completions.module.css';
import type { SignalRule } from './signalArithmetic.ts';
import { StepScrubber } from './StepScrubber.tsx';
import type { CompletionSteps } from './useCompletionSteps.ts';

const stepQuery = graphql(`
  query CompletionsOfStep($runId: ID!, $step: Int!, $set: String, $first: Int!, $after: String) {
    run(id: $runId) {
      id
      completions(
        first: $first
        after: $after
        filter: { step: { gte: $step, lte: $step }, evaluationSet: $set }
        orderBy: { field: STEP, direction: ASC }
      ) {
        nodes {
          id
          ...completion_row
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount
      }
    }
  }
`);

const PAGE = 200;
/** While following a fast run, the page turns at most this often, so that it can be read. */
const FOLLOW_MS = 2500;

/** @param groups at most this many groups (a preview); all when left out. */
export function StepView({
  runId,
  live,
  rule,
  completionSteps,
  groups: groupLimit,
  evaluationSet = null,
  forkPath = null,
}: {
  readonly runId: string;
  readonly live: boolean;
  readonly rule: SignalRule | null;
  readonly completionSteps: CompletionSteps;
  readonly groups?: number;
  /** Completions of this evaluation set; those trained on when null. */
  readonly evaluationSet?: string | null;
  readonly forkPath?: string | null;
}) {
  const url = useUrlState();
  const { steps } = completionSteps;
  const fixed = readStep(url.get('step'));
  const latest = useThrottled(steps.at(-1) ?? null, FOLLOW_MS);
  const step = fixed ?? latest;
  const following = fixed === null;

  if (completionSteps.loading) return <SkeletonRows rows={8} label="Loading completions" />;
  if (completionSteps.error && steps.length === 0)
    return <ErrorState message={describeError(completionSteps.error)} onRetry={completionSteps.retry} />;
  if (step === null)
    return (
      <EmptyState title={live ? 'No completions yet' : 'No completions'}>
        {evaluationSet !== null
          ? `None of the evaluation set ${evaluationSet} has been recorded.`
          : live
            ? 'They appear here as soon as the first policy-gradient step is recorded. During the warm-up nothing is sampled.'
            : 'This run recorded none.'}
      </EmptyState>
    );
  return (
    <div className={styles.stepView}>
      <StepScrubber
        steps={steps}
        step={step}
        following={following}
        live={live}
        onChange={(chosen) => url.set({ step: chosen, c: null })}
        action={
          forkPath !== null && (
            <ButtonLink
              size="sm"
              variant="ghost"
              icon={<GitFork size={13} aria-hidden />}
              href={`${forkPath}&step=${step}`}
              title="A new run from the last checkpoint up to this step"
            >
              Fork from here
            </ButtonLink>
          )
        }
      />
      <Step
        runId={runId}
        step={step}
        set={evaluationSet}
        rule={rule}
        following={following}
        groupLimit={groupLimit}
        openId={url.get('c')}
        // Opening one holds the step: what one reads must not be turned away.
        onToggle={(row) => url.set(url.get('c') === row.id ? { c: null } : { c: row.id, step: row.step })}
      />
    </div>
  );
}

function Step({
  runId,
  step,
  set,
  rule,
  following,
  groupLimit,
  openId,
  onToggle,
}: {
  readonly runId: string;
  readonly step: number;
  readonly set: string | null;
  readonly rule: SignalRule | null;
  /** The step turns by itself as the run goes on. */
  readonly following: boolean;
  readonly groupLimit?: number | undefined;
  readonly openId: string | null;
  readonly onToggle: (row: CompletionRow) => void;
}) {
  const list = useConnection(
    stepQuery,
    (after) => ({ runId, step, set, first: PAGE, after }),
    `${runId} ${step} ${set ?? ''}`,
    (data) => data.run?.completions,
  );
  const rows = useMemo(
    () => list.nodes.map((node) => readFragment(completionRowFragment, node)),
    [list.nodes],
  );
  // The step before stays until the one asked for is there; faded only where a person chose the step and waits for it.
  const held = useRef<readonly CompletionRow[]>([]);
  if (rows.length > 0) held.current = rows;
  const stale = rows.length === 0 && list.loading;
  const shown = stale ? held.current : rows;
  const groups = useMemo(() => groupsOf(shown), [shown]);
  const toggle = useLatest(onToggle);

  if (list.error && shown.length === 0)
    return <ErrorState message={describeError(list.error)} onRetry={list.refetch} />;
  if (shown.length === 0)
    return list.loading ? (
      <SkeletonRows rows={8} label="Loading completions" />
    ) : (
      <EmptyState title={`No completions were recorded at step ${step}`} />
    );
  const visible = groupLimit === undefined ? groups : groups.slice(0, groupLimit);
  return (
    <div className={cx(styles.groups, stale && !following && styles.stale)} aria-busy={stale}>
      <CompletionColumns evaluated={set !== null} />
      {visible.map((group) => (
        <Group
          key={group.group}
          group={group}
          complete={!list.hasNext || group !== groups.at(-1)}
          runId={runId}
          rule={rule}
          openId={openId}
          onToggle={toggle}
        />
      ))}
      {list.hasNext && groupLimit === undefined && (
        <Button busy={list.fetching} onClick={list.loadMore}>
          Show more of step {step.toLocaleString('en')} ({rows.length} of {list.totalCount ?? 'more'})
        </Button>
      )}
    </div>
  );
}

const Group = memo(function Group({
  group,
  complete,
  runId,
  rule,
  openId,
  onToggle,
}: {
  readonly group: CompletionGroup;
  readonly complete: boolean;
  readonly runId: string;
  readonly rule: SignalRule | null;
  readonly openId: string | null;
  readonly onToggle: (row: CompletionRow) => void;
}) {
  const first = group.completions[0];
  const figures = groupFigures(group);
  const evaluated = typeof first?.evaluationSet === 'string';
  const rewards = useMemo(
    () => (complete ? group.completions.map(({ reward }) => reward ?? null) : undefined),
    [group, complete],
  );
  if (!first) return null;
  return (
    <section className={styles.group} aria-label={`Group ${group.group}`}>
      <header className={styles.groupHead}>
        <span className={styles.groupNumber}>{group.group}</span>
        <h3 className={styles.groupPrompt}>
          <CompletionText text={first.promptText} />
        </h3>
        {typeof first.answer === 'string' && (
          <span className={styles.answer}>
            answer <CompletionText text={first.answer} />
          </span>
        )}
        <span className={styles.groupFigures}>
          {figures.nulls > 0 && <Badge tone="warn">{figures.nulls} without reward</Badge>}
          {figures.flat && !first.evaluationSet && (
            <Badge title="All rewards of the group are equal: under a baseline of the group they push nothing, only a KL penalty does">
              flat rewards
            </Badge>
          )}
          {figures.mean !== null && (
            <span>
              mean reward {evaluated && 'of the samples '}
              {formatNumber(figures.mean)}
            </span>
          )}
        </span>
      </header>
      {group.completions.map((row) => (
        <CompletionTableRow
          key={row.id}
          row={row}
          runId={runId}
          rule={rule}
          groupRewards={rewards}
          evaluated={evaluated}
          open={openId === row.id}
          onToggle={onToggle}
        />
      ))}
    </section>
  );
});

function readStep(text: string | null): number | null {
  return text !== null && /^\d{1,10}$/.test(text) ? Number(text) : null;
}

/** The value, changing at most once per `ms`; the last change always comes through. */
function useThrottled<Value>(value: Value, ms: number): Value {
  const [shown, setShown] = useState(value);
  const changedAt = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, changedAt.current + ms - Date.now());
    const timer = setTimeout(() => {
      changedAt.current = Date.now();
      setShown(value);
    }, wait);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return shown ?? value;
}

/** A function that never changes and calls the latest one: rows are rendered again only when they change. */
function useLatest<Argument>(callback: (argument: Argument) => void): (argument: Argument) => void {
  const latest = useRef(callback);
  latest.current = callback;
  return useRef((argument: Argument) => latest.current(argument)).current;
}
