/** @file A GraphQL subscription over a real WebSocket, for tests. */
import { setTimeout } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface TestSubscription<Data> {
  /** The next message that the condition holds for, those that came before included. @throws when the socket or operation ends before. */
  next: (condition?: (data: Data) => boolean) => Promise<Data>;
  /** All messages so far. */
  seen: Data[];
  /** How the subscription or its socket ended. */
  ended: Promise<{ code?: number; message: string }>;
  close: () => Promise<void>;
}

export interface SubscribeOptions {
  /** API key; or `headers` with a cookie. */
  key?: string | undefined;
  headers?: Record<string, string> | undefined;
  variables?: Record<string, unknown>;
}

/** Returns once the server has accepted the connection and been sent the subscription. */
export async function subscribe<Data = Record<string, unknown>>(
  wsUrl: string,
  query: string,
  options: SubscribeOptions,
): Promise<TestSubscription<Data>> {
  const { key, headers = {}, variables = {} } = options;
  class SocketWithHeaders extends WebSocket {
    constructor(url: string, protocols: string | string[]) {
      super(url, protocols, { headers });
    }
  }
  const seen: Data[] = [];
  let taken = 0;
  let wake: () => void = () => undefined;
  let end: { code?: number; message: string } | null = null;
  let resolveEnded: (end: { code?: number; message: string }) => void = () => undefined;
  const ended = new Promise<{ code?: number; message: string }>((resolve) => (resolveEnded = resolve));
  const finish = (how: { code?: number; message: string }) => {
    end ??= how;
    resolveEnded(end);
    wake();
  };
  const client = createClient({
    url: wsUrl,
    webSocketImpl: SocketWithHeaders,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
    ...(key === undefined ? {} : { connectionParams: { authorization: `Bearer ${key}` } }),
  });
  const connected = new Promise<void>((resolve) => client.on('connected', () => resolve()));
  client.on('closed', (event) => {
    const code: unknown = Reflect.get(Object(event), 'code');
    finish({
      ...(typeof code === 'number' ? { code } : {}),
      message: String(Reflect.get(Object(event), 'reason')),
    });
  });
  client.subscribe<Data>(
    { query, variables },
    {
      next(result) {
        if (result.errors !== undefined)
          finish({ message: result.errors.map((error) => error.message).join(' ') });
        if (result.data != null) seen.push(result.data);
        wake();
      },
      error: (error) => finish(endOf(error)),
      complete: () => finish({ message: 'complete' }),
    },
  );
  await Promise.race([connected, ended]);
  return {
    seen,
    ended,
    async next(condition = () => true) {
      for (;;) {
        while (taken < seen.length) {
          const data = seen[taken++];
          if (data !== undefined && condition(data)) return data;
        }
        if (end !== null) throw new Error(`the subscription ended: ${JSON.stringify(end)}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    close: async () => {
      await client.dispose();
    },
  };
}

/** Repeats what is harmless to repeat until the first message has come: from outside one cannot see when a subscription listens. */
export async function firstMessage<T>(
  subscription: { next: () => Promise<T> },
  trigger: () => Promise<unknown>,
): Promise<T> {
  let come = false;
  const first = subscription.next().finally(() => (come = true));
  while (!come) {
    await trigger();
    await Promise.race([first, setTimeout(50)]);
  }
  return first;
}

function endOf(error: unknown): { code?: number; message: string } {
  if (Array.isArray(error))
    return { message: error.map((one: { message: string }) => one.message).join(' ') };
  const code: unknown = Reflect.get(Object(error), 'code');
  const reason: unknown = Reflect.get(Object(error), 'reason') ?? Reflect.get(Object(error), 'message');
  return { ...(typeof code === 'number' ? { code } : {}), message: String(reason) };
}
