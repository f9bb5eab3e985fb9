'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { describeError } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useConnection } from '../../graphql/useConnection.ts';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import styles from './PromptList.module.css';

const promptsQuery = graphql(`
  query Prompts($versionId: ID!, $after: String, $search: String) {
    node(id: $versionId) {
      __typename
      ... on PromptSetVersion {
        id
        prompts(first: 100, after: $after, search: $search) {
          nodes {
            id
            index
            text
            answer
            metadata
          }
          pageInfo {
            hasNextPage
            endCursor
          }
          totalCount
        }
      }
    }
  }
`);

/** The prompts of a version; only those in view are in the page. */
export function PromptList({ versionId, search }: { readonly versionId: string; readonly search: string }) {
  const region = useRef<HTMLDivElement>(null);
  const text = search.trim() === '' ? null : search.trim();
  const list = useConnection(
    promptsQuery,
    (after) => ({ versionId, after, search: text }),
    `${versionId}:${text ?? ''}`,
    (data) => (data.node?.__typename === 'PromptSetVersion' ? data.node.prompts : null),
    true,
  );
  const virtualizer = useVirtualizer({
    count: list.nodes.length,
    getScrollElement: () => region.current,
    estimateSize: () => 34,
    overscan: 12,
    getItemKey: (index) => list.nodes[index]?.id ?? index,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { hasNext, loadMore, nodes } = list;
  useEffect(() => {
    if (hasNext && last >= nodes.length - 30) loadMore();
  }, [hasNext, last, nodes.length, loadMore]);

  if (list.error && list.nodes.length === 0)
    return <ErrorState message={describeError(list.error)} onRetry={list.refetch} />;
  if (list.loading) return <SkeletonRows rows={10} label="Loading prompts" />;
  if (list.nodes.length === 0)
    return (
      <EmptyState title="No prompt contains that">
        Try fewer characters: the search looks for the text as it is, in prompts and answers.
      </EmptyState>
    );
  return (
    <div className={styles.frame}>
      <div className={styles.count} role="status">
        {text === null ? '' : `${(list.totalCount ?? list.nodes.length).toLocaleString('en')} found`}
      </div>
      <div ref={region} className={styles.region} role="region" aria-label="Prompts" tabIndex={0}>
        <div
          role="table"
          aria-label="Prompts"
          aria-rowcount={(list.totalCount ?? list.nodes.length) + 1}
          className={styles.table}
        >
          <div role="row" aria-rowindex={1} className={styles.head}>
            <span role="columnheader" className={styles.index}>
              #
            </span>
            <span role="columnheader">Prompt</span>
            <span role="columnheader">Answer</span>
          </div>
          <div role="rowgroup" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
            {items.map((item) => {
              const prompt = list.nodes[item.index];
              if (!prompt) return null;
              return (
                <div
                  key={item.key}
                  ref={virtualizer.measureElement}
                  data-index={item.index}
                  role="row"
                  aria-rowindex={item.index + 2}
                  className={styles.row}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <span role="cell" className={styles.index}>
                    {prompt.index + 1}
                  </span>
                  <span role="cell" className={styles.text}>
                    {prompt.text}
                    {prompt.metadata !== null && prompt.metadata !== undefined && (
                      <code className={styles.metadata}>{JSON.stringify(prompt.metadata)}</code>
                    )}
                  </span>
                  <span role="cell" className={styles.text}>
                    {prompt.answer ?? <span className={styles.none}>none</span>}
                  </span>
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}
