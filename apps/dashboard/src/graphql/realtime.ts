/** @file The WebSocket of the subscriptions, and what is known about the connection. */
import { type Client, createClient } from 'graphql-ws';

/** `connecting`: not open yet; `live`; `lost`: was open or could not be opened, is being retried; `ended`: refused for good. */
export type ConnectionStatus = 'connecting' | 'live' | 'lost' | 'ended';
export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** When the present status began (ms since the epoch). */
  readonly since: number;
}

export interface Realtime {
  readonly socket: Client;
  getState(): ConnectionState;
  onStateChange(listener: () => void): () => void;
  /** Called each time the connection is back after it was lost: what was missed must be fetched. */
  onReconnect(listener: () => void): () => void;
  dispose(): void;
}

const PING_MS = 10_000;
const PONG_MS = 5_000;
const LONGEST_WAIT_MS = 5_000;

/** Opens the connection at once and keeps it, retrying for as long as the page lives. */
export function createRealtime(url: string): Realtime {
  let state: ConnectionState = { status: 'connecting', since: Date.now() };
  const stateListeners = new Set<() => void>();
  const reconnectListeners = new Set<() => void>();
  const setStatus = (status: ConnectionStatus): void => {
    if (state.status === status) return;
    state = { status, since: Date.now() };
    for (const listener of stateListeners) listener();
  };

  let disposed = false;
  let wasLost = false;
  let pongTimer: ReturnType<typeof setTimeout> | undefined;
  const socket = createClient({
    url,
    lazy: false,
    keepAlive: PING_MS,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (retries) => waitForRetry(retries),
    onNonLazyError: () => setStatus('ended'),
    on: {
      connected: () => {
        setStatus('live');
        if (!wasLost) return;
        wasLost = false;
        for (const listener of reconnectListeners) listener();
      },
      closed: () => {
        clearTimeout(pongTimer);
        if (disposed) return;
        wasLost = true;
        setStatus('lost');
      },
      // A cable pulled out closes nothing: an unanswered ping ends the connection so that it is retried.
      ping: (received) => {
        if (!received) pongTimer = setTimeout(() => socket.terminate(), PONG_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(pongTimer);
      },
    },
  });

  return {
    socket,
    getState: () => state,
    onStateChange: (listener) => {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    onReconnect: (listener) => {
      reconnectListeners.add(listener);
      return () => reconnectListeners.delete(listener);
    },
    dispose: () => {
      disposed = true;
      clearTimeout(pongTimer);
      void socket.dispose();
    },
  };
}

/** Half a second, doubling up to five, with jitter; cut short when the browser says that the network is back. */
function waitForRetry(retries: number): Promise<void> {
  const base = Math.min(500 * 2 ** Math.min(retries, 10), LONGEST_WAIT_MS);
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, base * (0.75 + Math.random() / 2));
    window.addEventListener('online', done);
  });
}
