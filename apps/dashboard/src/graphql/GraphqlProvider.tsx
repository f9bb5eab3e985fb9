'use client';
/** @file The client and its connection state for everything below. */
import { type ReactNode, createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { Provider } from 'urql';
import { type GraphqlClient, createGraphqlClient } from './client.ts';
import type { ConnectionState, Realtime } from './realtime.ts';

const RealtimeContext = createContext<Realtime | null>(null);
const ON_SERVER: ConnectionState = { status: 'connecting', since: 0, outage: null };

/** Renders nothing on the server but `fallback`: what is below needs the browser's cookies and socket. */
export function GraphqlProvider({
  children,
  fallback = null,
}: {
  children: ReactNode;
  fallback?: ReactNode;
}) {
  const [graphql, setGraphql] = useState<GraphqlClient | null>(null);
  useEffect(() => {
    const created = createGraphqlClient(() => {
      const here = `${window.location.pathname}${window.location.search}`;
      window.location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
    });
    setGraphql(created);
    return () => created.realtime.dispose();
  }, []);
  if (!graphql) return fallback;
  return (
    <RealtimeContext value={graphql.realtime}>
      <Provider value={graphql.client}>{children}</Provider>
    </RealtimeContext>
  );
}

/** The state of the connection that carries live updates. */
export function useConnectionState(): ConnectionState {
  const realtime = useContext(RealtimeContext);
  return useSyncExternalStore(
    (listener) => realtime?.onStateChange(listener) ?? (() => undefined),
    () => realtime?.getState() ?? ON_SERVER,
    () => ON_SERVER,
  );
}

/** The socket of the subscriptions itself, for pages that speak raw GraphQL. Throws outside the provider. */
export function useRealtime(): Realtime {
  const realtime = useContext(RealtimeContext);
  if (!realtime) throw new Error('useRealtime: used outside GraphqlProvider');
  return realtime;
}

/** Calls `callback` whenever the connection is back after a loss. Queries on the page are fetched again without it. */
export function useOnReconnect(callback: () => void): void {
  const realtime = useContext(RealtimeContext);
  useEffect(() => realtime?.onReconnect(callback), [realtime, callback]);
}
