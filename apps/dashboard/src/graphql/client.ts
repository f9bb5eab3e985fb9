/** @file The GraphQL client of one browser tab. */
import { type Client, createClient, fetchExchange, mapExchange, subscriptionExchange } from 'urql';
import { createCache } from './cache.ts';
import { isSignedOut } from './errors.ts';
import { type Realtime, createRealtime } from './realtime.ts';
import { recovery } from './recovery.ts';

export interface GraphqlClient {
  readonly client: Client;
  readonly realtime: Realtime;
}

/**
 * A client with a normalised cache and one WebSocket. When the connection comes back after a loss, every query that is on
 * the page is fetched again; one that fails because the server or its database is away is tried until it works.
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
      recovery(realtime),
      createCache(),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({
            unsubscribe: realtime.socket.subscribe(
              { ...request, query: request.query ?? '' },
              {
                ...sink,
                next: ({ data, errors }) => sink.next({ data: data ?? null, ...(errors ? { errors } : {}) }),
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
