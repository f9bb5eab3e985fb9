/** @file The WebSocket of the subscriptions, and what is known about the connection. */
import { type Client, createClient } from 'graphql-ws';

/** `connecting`: not open yet; `live`; `lost`: was open or could not be opened, is being retried; `ended`: refused for good. */
export type ConnectionStatus = 'connecting' | 'live' | 'lost' | 'ended';
export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** When the present status began (ms since the epoch). */
  readonly since: number;
  /** What the server says is wrong while it can be reached itself (its database is away, for instance). */
  readonly outage: string | null;
}

export interface Realtime {
  readonly socket: Client;
  getState(): ConnectionState;
  onStateChange(listener: () => void): () => void;
  /** Called each time the connection is back after it was lost: what was missed must be fetched. */
  onReconnect(listener: () => void): () => void;
  /** Queries fail, for this reason, although the socket may be open; null: they work again. */
  reportOutage(reason: string | null): void;
  dispose(): void;
}

const PING_MS = 10_000;
const PONG_MS = 5_000;
const LONGEST_WAIT_MS = 5_000;

/** Opens the connection at once and keeps it, retrying for as long as the page lives. */
export function createRealtime(url: string): Realtime {
  let socketStatus: ConnectionStatus = 'connecting';
  let outage: string | null = null;
  let state: ConnectionState = { status: socketStatus, since: Date.now(), outage };
  const stateListeners = new Set<() => void>();
  const reconnectListeners = new Set<() => void>();
  const update = (): void => {
    const status = outage !== null && socketStatus === 'live' ? 'lost' : socketStatus;
    if (state.status === status && state.outage === outage) return;
    state = { status, since: state.status === status ? state.since : Date.now(), outage };
    for (const listener of stateListeners) listener();
  };
  const setStatus = (status: ConnectionStatus): void => {
    socketStatus = status;
    update();
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
    reportOutage: (reason) => {
      outage = reason;
      update();
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
