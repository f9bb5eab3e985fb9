/** @file The GraphQL client of one browser tab. */
import {
  type Client,
  type Exchange,
  type Operation,
  createClient,
  fetchExchange,
  mapExchange,
  subscriptionExchange,
} from 'urql';
import { pipe, tap } from 'wonka';
import { createCache } from './cache.ts';
import { isSignedOut } from './errors.ts';
import { type Realtime, createRealtime } from './realtime.ts';

export interface GraphqlClient {
  readonly client: Client;
  readonly realtime: Realtime;
}

/**
 * A client with a normalised cache and one WebSocket. When the connection comes back after a loss, every query that is on
 * the page is fetched again.
 * @param onSignedOut called when the API no longer knows the session.
 */
export function createGraphqlClient(onSignedOut: () => void): GraphqlClient {
  const origin = window.location.origin;
  const realtime = createRealtime(`${origin.replace(/^http/, 'ws')}/graphql`);
  const client = createClient({
    ...httpOptions(`${origin}/graphql`),
    exchanges: [
      mapExchange({
        onError: (error) => {
          if (isSignedOut(error)) onSignedOut();
        },
      }),
      refetchOnReconnect(realtime),
      createCache(),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({
            unsubscribe: realtime.socket.subscribe(
              { ...request, query: request.query ?? '' },
              {
                ...sink,
                next: ({ data, errors, extensions }) =>
                  sink.next({ data: data ?? null, ...(errors ? { errors } : {}) }),
              },
            ),
          }),
        }),
      }),
    ],
  });
  return { client, realtime };
}

/** A client without cache or socket, for pages that nobody is signed in on. */
export function createPlainClient(): Client {
  return createClient({ ...httpOptions(`${window.location.origin}/graphql`), exchanges: [fetchExchange] });
}

function httpOptions(url: string) {
  return {
    url,
    preferGetMethod: false,
    fetchOptions: { credentials: 'same-origin', headers: { 'apollo-require-preflight': 'true' } },
  } as const;
}

function refetchOnReconnect(realtime: Realtime): Exchange {
  return ({ client, forward }) => {
    const active = new Map<number, Operation>();
    realtime.onReconnect(() => {
      for (const operation of active.values())
        client.reexecuteOperation(
          client.createRequestOperation('query', operation, { requestPolicy: 'cache-and-network' }),
        );
    });
    return (operations) =>
      forward(
        pipe(
          operations,
          tap((operation) => {
            if (operation.kind === 'query') active.set(operation.key, operation);
            else if (operation.kind === 'teardown') active.delete(operation.key);
          }),
        ),
      );
  };
}
