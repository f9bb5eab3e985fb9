/** @file Subscriptions over one WebSocket per subscription, which comes back by itself. */
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { backoffMs, pause } from './backoff.ts';
import type { TypedDocumentString } from './generated/operations.ts';
import type { Transport } from './transport.ts';

export interface Watch {
  stop(): void;
}

export interface WatchHandlers<Data> {
  readonly onData: (data: Data) => void;
  /** The subscription ended and will not come back, for instance because the key was revoked. */
  readonly onEnd?: (error: Error | undefined) => void;
  /** False: a program that has nothing else to do ends all the same. Default true. */
  readonly holdsProcess?: boolean;
}

/** A connection that keeps no program alive. */
class LooseWebSocket extends WebSocket {
  constructor(url: string, protocols?: string | string[]) {
    super(url, protocols);
    this.on('upgrade', ({ socket }) => socket.unref());
  }
}

function looseWait(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}

/** Hears every message until stopped; a lost connection is made again, for ever, with growing waits. */
export function watch<Data, Variables extends Record<string, unknown>>(
  transport: Transport,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  { onData, onEnd, holdsProcess = true }: WatchHandlers<Data>,
): Watch {
  const client = createClient({
    url: transport.graphqlUrl.replace(/^http/, 'ws'),
    webSocketImpl: holdsProcess ? WebSocket : LooseWebSocket,
    connectionParams: { authorization: `Bearer ${transport.apiKey}` },
    retryAttempts: Infinity,
    retryWait: (retries) => (holdsProcess ? pause : looseWait)(backoffMs(retries)),
    shouldRetry: () => true,
    lazyCloseTimeout: 0,
  });
  let stopped = false;
  const unsubscribe = client.subscribe<Data>(
    { query: document.toString(), variables },
    {
      next: ({ data }) => {
        if (data !== null && data !== undefined && !stopped) onData(data);
      },
      error: (error) => {
        if (!stopped)
          onEnd?.(
            error instanceof Error ? error : new Error(`the subscription failed: ${JSON.stringify(error)}`),
          );
      },
      complete: () => {
        if (!stopped) onEnd?.(undefined);
      },
    },
  );
  return {
    stop() {
      stopped = true;
      unsubscribe();
      void client.dispose();
    },
  };
}
