'use client';
/** @file A Relay connection read page by page, kept live by the cache. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type AnyVariables, type CombinedError, type TypedDocumentNode, useClient } from 'urql';
import { pipe, subscribe } from 'wonka';

interface ConnectionLike<Node> {
  readonly nodes: ReadonlyArray<Node>;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null | undefined };
  readonly totalCount?: number;
}
interface Page<Node> {
  readonly nodes: ReadonlyArray<Node>;
  readonly hasNext: boolean;
  readonly endCursor: string | null;
  readonly totalCount: number | undefined;
}
const NO_PAGES: ReadonlyArray<never> = [];

export interface ConnectionResult<Node> {
  readonly nodes: ReadonlyArray<Node>;
  readonly totalCount: number | undefined;
  readonly hasNext: boolean;
  /** True until the first page is there. */
  readonly loading: boolean;
  /** True while any page is under way. */
  readonly fetching: boolean;
  readonly error: CombinedError | undefined;
  loadMore(): void;
  /** Fetches all pages that are shown again. */
  refetch(): void;
}

/**
 * Pages follow one another by cursor; when an earlier page changes its end, the later ones are asked for anew, so a list
 * never has gaps. Variables must be plain data.
 * @param select picks the connection out of the answer; null when its parent does not exist.
 * @param keepPrevious goes on showing the list of the variables before until the new one is there (a filter being changed).
 */
export function useConnection<Data, Variables extends AnyVariables, Node>(
  document: TypedDocumentNode<Data, Variables>,
  variablesOf: (after: string | null) => Variables,
  variablesKey: string,
  select: (data: Data) => ConnectionLike<Node> | null | undefined,
  keepPrevious = false,
): ConnectionResult<Node> {
  const client = useClient();
  const [wanted, setWanted] = useState({ key: variablesKey, pages: 1 });
  const [pages, setPages] = useState<{ key: string; list: ReadonlyArray<Page<Node>> }>({ key: '', list: [] });
  const [error, setError] = useState<CombinedError | undefined>(undefined);
  const [fetching, setFetching] = useState(true);
  const [generation, setGeneration] = useState(0);
  const callbacks = useRef({ variablesOf, select });
  const asked = useRef({ identity: '', pages: new Set<number>() });
  callbacks.current = { variablesOf, select };
  const pageCount = wanted.key === variablesKey ? wanted.pages : 1;

  useEffect(() => {
    const stops: Array<() => void> = [];
    const identity = `${generation}:${variablesKey}`;
    if (asked.current.identity !== identity) asked.current = { identity, pages: new Set() };
    const seen = asked.current.pages;
    let list: ReadonlyArray<Page<Node>> = [];
    setFetching(true);
    setError(undefined);
    const open = (index: number, after: string | null): void => {
      stops[index]?.();
      const source = client.query(document, callbacks.current.variablesOf(after), {
        // A page asked for again only because the list grew comes from the cache.
        requestPolicy: seen.has(index) ? 'cache-first' : 'cache-and-network',
      });
      seen.add(index);
      const { unsubscribe } = pipe(
        source,
        subscribe((result) => {
          setFetching(result.stale || (result.hasNext ?? false));
          setError(result.error);
          const connection = result.data ? callbacks.current.select(result.data) : undefined;
          if (!connection) {
            if (result.data) setPages({ key: variablesKey, list: [] });
            return;
          }
          const { hasNextPage, endCursor } = connection.pageInfo;
          const page: Page<Node> = {
            nodes: connection.nodes,
            hasNext: hasNextPage,
            endCursor: endCursor ?? null,
            totalCount: connection.totalCount,
          };
          const cursorMoved = list[index]?.endCursor !== page.endCursor;
          list = [...list.slice(0, index), page, ...(hasNextPage ? list.slice(index + 1) : [])];
          setPages({ key: variablesKey, list });
          if (!hasNextPage) for (const stop of stops.splice(index + 1)) stop();
          else if (index + 1 < pageCount && (cursorMoved || !stops[index + 1]))
            open(index + 1, page.endCursor);
        }),
      );
      stops[index] = unsubscribe;
    };
    open(0, null);
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, document, variablesKey, pageCount, generation]);

  const fresh = pages.key === variablesKey;
  const current = fresh || (keepPrevious && !error) ? pages.list : NO_PAGES;
  const nodes = useMemo(() => current.flatMap((page) => page.nodes), [current]);
  const last = current.at(-1);
  const hasNext = last?.hasNext ?? false;
  const complete = current.length >= pageCount;
  const loadMore = useCallback(() => {
    if (fresh && hasNext && complete) setWanted({ key: variablesKey, pages: pageCount + 1 });
  }, [fresh, hasNext, complete, variablesKey, pageCount]);
  const refetch = useCallback(() => setGeneration((value) => value + 1), []);
  return {
    nodes,
    totalCount: current[0]?.totalCount,
    hasNext,
    loading: current.length === 0 && !error && (fetching || pages.key !== variablesKey),
    fetching,
    error,
    loadMore,
    refetch,
  };
}
