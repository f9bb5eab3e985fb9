'use client';
/** @file Completions of all steps: filtered, sorted, and only those rendered that are in sight. */
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { describeError } from '../../graphql/errors.ts';
import { graphql, readFragment } from '../../graphql/generated/index.ts';
import { useConnection } from '../../graphql/useConnection.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { formatCount } from '../../ui/format.ts';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { useUrlState } from '../../ui/useUrlState.ts';
import { CompletionColumns, CompletionTableRow } from './CompletionTableRow.tsx';
import {
  COMPLETION_PARAMETERS,
  completionFilter,
  readCompletionList,
  writeCompletionList,
} from './completionFilter.ts';
import { type CompletionRow, completionRowFragment } from './completionRow.ts';
import styles from './completions.module.css';
import { FilterBar, OrderSelect } from './FilterBar.tsx';
import type { SignalRule } from './signalArithmetic.ts';
import type { CompletionSteps } from './useCompletionSteps.ts';

const listQuery = graphql(`
  query CompletionList($runId: ID!, $filter: CompletionFilter, $orderBy: CompletionOrder, $after: String) {
    run(id: $runId) {
      id
      completions(first: 100, after: $after, filter: $filter, orderBy: $orderBy) {
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

const ESTIMATED_ROW = 37;

export function CompletionList({
  runId,
  rule,
  components,
  completionSteps,
}: {
  readonly runId: string;
  readonly rule: SignalRule | null;
  readonly components: readonly string[];
  readonly completionSteps: CompletionSteps;
}) {
  const url = useUrlState();
  const state = readCompletionList(url.get);
  const filter = completionFilter(state);
  const list = useConnection(
    listQuery,
    (after) => ({ runId, filter, orderBy: state.order, after }),
    JSON.stringify([runId, filter, state.order]),
    (data) => data.run?.completions,
  );
  const rows = useMemo(
    () => list.nodes.map((node) => readFragment(completionRowFragment, node)),
    [list.nodes],
  );
  const { newSteps, markSeen } = completionSteps;
  const reload = (): void => {
    markSeen();
    list.refetch();
  };
  const reviewQuery = new URLSearchParams();
  for (const name of COMPLETION_PARAMETERS) if (name !== 'sort') reviewQuery.set(name, url.get(name) ?? '');
  for (const [name, value] of [...reviewQuery]) if (value === '') reviewQuery.delete(name);

  return (
    <div className={styles.listView}>
      <FilterBar
        state={state}
        components={components}
        onChange={(next) => url.set({ ...writeCompletionList(next), c: null })}
      />
      <div className={styles.listHead}>
        <span role="status">
          {list.totalCount === undefined
            ? ' '
            : `${formatCount(list.totalCount)} ${list.totalCount === 1 ? 'completion' : 'completions'}${
                state.evaluationSet === null ? '' : ` of the evaluation set ${state.evaluationSet}`
              }`}
        </span>
        <OrderSelect
          order={state.order}
          evaluated={state.evaluationSet !== null}
          onChange={(order) => url.set({ ...writeCompletionList({ ...state, order }), c: null })}
        />
        {newSteps > 0 && (
          <Button size="sm" className={styles.fresh} onClick={reload}>
            {formatCount(newSteps)} new {newSteps === 1 ? 'step' : 'steps'}: show
          </Button>
        )}
        <ButtonLink size="sm" href={`/review/${runId}${reviewQuery.size > 0 ? `?${reviewQuery}` : ''}`}>
          Review these
        </ButtonLink>
      </div>
      {list.error && rows.length === 0 ? (
        <ErrorState message={describeError(list.error)} onRetry={list.refetch} />
      ) : list.loading ? (
        <SkeletonRows rows={10} label="Loading completions" />
      ) : rows.length === 0 ? (
        <EmptyState title={filter ? 'No completion fits' : 'No completions yet'}>
          {filter
            ? 'Take away a condition, or clear them all.'
            : 'They appear here as soon as the first policy-gradient step is recorded.'}
        </EmptyState>
      ) : (
        <div>
          <CompletionColumns withPrompt evaluated={state.evaluationSet !== null} />
          <VirtualRows
            rows={rows}
            runId={runId}
            rule={rule}
            evaluated={state.evaluationSet !== null}
            openId={url.get('c')}
            onToggle={(row) => url.set({ c: url.get('c') === row.id ? null : row.id })}
            onEnd={list.loadMore}
          />
          {list.hasNext && <SkeletonRows rows={2} label="Loading more" />}
        </div>
      )}
    </div>
  );
}

function VirtualRows({
  rows,
  runId,
  rule,
  evaluated,
  openId,
  onToggle,
  onEnd,
}: {
  readonly rows: readonly CompletionRow[];
  readonly runId: string;
  readonly rule: SignalRule | null;
  /** Of an evaluation. */
  readonly evaluated: boolean;
  readonly openId: string | null;
  readonly onToggle: (row: CompletionRow) => void;
  readonly onEnd: () => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  // What stands above the list may grow (a filter bar that wraps, a message): its offset follows.
  useEffect(() => {
    const measure = (): void => {
      const top = host.current?.getBoundingClientRect().top;
      if (top !== undefined) setMargin(Math.round(top + window.scrollY));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ESTIMATED_ROW,
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastIndex >= rows.length - 20) onEnd();
  }, [lastIndex, rows.length, onEnd]);
  const latest = useRef(onToggle);
  latest.current = onToggle;
  const toggle = useCallback((row: CompletionRow) => latest.current(row), []);
  return (
    <div ref={host} className={styles.virtual} style={{ height: virtualizer.getTotalSize() }}>
      {items.map((item) => {
        const row = rows[item.index];
        return (
          row && (
            <div
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              className={styles.virtualRow}
              style={{ transform: `translateY(${item.start - margin}px)` }}
            >
              <CompletionTableRow
                row={row}
                runId={runId}
                rule={rule}
                evaluated={evaluated}
                open={openId === row.id}
                onToggle={toggle}
                withPrompt
              />
            </div>
          )
        );
      })}
    </div>
  );
}
