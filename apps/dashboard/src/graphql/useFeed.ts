'use client';
import { useEffect, useRef, useState } from 'react';
import { type AnyVariables, type CombinedError, type TypedDocumentNode, useClient } from 'urql';
import { pipe, subscribe } from 'wonka';

/**
 * Hands every message of a subscription to `onData`, each exactly once and outside rendering (urql's own hook may merge two
 * messages into one render, and calls its handler while rendering). What the messages hold is in the cache by then.
 * @returns why the feed ended, if it was refused; a lost connection is not an end: it is taken up again.
 */
export function useFeed<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  onData: (data: Data) => void = () => undefined,
  enabled = true,
): CombinedError | undefined {
  const client = useClient();
  const [error, setError] = useState<CombinedError | undefined>(undefined);
  const latest = useRef({ onData, variables });
  latest.current = { onData, variables };
  const key = JSON.stringify(variables);
  useEffect(() => {
    if (!enabled) return undefined;
    setError(undefined);
    const { unsubscribe } = pipe(
      client.subscription(document, latest.current.variables),
      subscribe((result) => {
        if (result.error) setError(result.error);
        if (result.data) latest.current.onData(result.data);
      }),
    );
    return unsubscribe;
  }, [client, document, key, enabled]);
  return error;
}
