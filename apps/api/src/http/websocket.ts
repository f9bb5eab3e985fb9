/** @file Subscriptions over WebSocket (graphql-ws) on the same server. */
import type { Server } from 'node:http';
import { type GraphQLError, type GraphQLSchema, getOperationAST, OperationTypeNode, validate } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Actor } from '../auth/actor.ts';
import { authenticate, currentRole } from '../auth/authenticate.ts';
import { createContext, type Services } from '../context.ts';
import { requestError } from '../errors.ts';
import { BODY_LIMITS } from '../limits/bounds.ts';
import { noDeadline } from '../limits/deadline.ts';
import { inspectRequest } from '../limits/inspect.ts';
import { presentError } from '../presentError.ts';
import { withoutInternals } from './graphql.ts';

/** Subscriptions of one connection. */
export const MAX_SUBSCRIPTIONS = 100;
/** Rights of open connections are looked at again this often, for sessions that end by time. */
const RECHECK_MS = 60_000;

/** What `onConnect` leaves for the connection's subscriptions. */
type Extra = { actor?: Actor };

/** @returns a function that closes all connections. */
export function serveWebsocket(
  server: Server,
  path: string,
  schema: GraphQLSchema,
  services: Services,
): () => Promise<void> {
  const { db, log, publicUrl } = services;
  const sockets = new Map<WebSocket, Actor>();
  const wss = new WebSocketServer({ server, path, maxPayload: BODY_LIMITS.plain });
  const disposable = useServer<{ authorization?: unknown }, Extra>(
    {
      schema,
      connectionInitWaitTimeout: 10_000,
      async onConnect({ extra, connectionParams }) {
        const { socket, request } = extra;
        const given = connectionParams?.authorization;
        try {
          const { actor } = await authenticate(
            db,
            request.headers,
            typeof given === 'string' ? given : undefined,
            publicUrl,
          );
          if (actor === null) {
            socket.close(CloseCode.Unauthorized, 'Sign in, or send connectionParams.authorization');
            return false;
          }
          extra.actor = actor;
          sockets.set(socket, actor);
          return true;
        } catch (error) {
          const presented = presentError(error, log);
          const code = presented.extensions['code'];
          const close =
            code === 'UNAUTHENTICATED'
              ? CloseCode.Unauthorized
              : code === 'FORBIDDEN'
                ? CloseCode.Forbidden
                : 1013;
          socket.close(close, presented.message.slice(0, 100));
          return false;
        }
      },
      onSubscribe({ extra, subscriptions }, _id, { query, operationName, variables }) {
        try {
          if (Object.keys(subscriptions).length > MAX_SUBSCRIPTIONS) {
            throw requestError(
              'LIMIT_EXCEEDED',
              `A connection carries at most ${MAX_SUBSCRIPTIONS} subscriptions.`,
            );
          }
          const { actor } = extra;
          const document = inspectRequest({
            query,
            operationName,
            variables,
            bytes: 0,
            signedIn: actor !== undefined,
          });
          if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.SUBSCRIPTION) {
            throw requestError(
              'UNSUPPORTED',
              'A WebSocket carries subscriptions; send queries and mutations by POST.',
            );
          }
          const errors = validate(schema, document);
          if (errors.length > 0) return errors;
          const request = {
            actor: actor ?? null,
            address: extra.request.socket.remoteAddress ?? 'unknown',
            userAgent: extra.request.headers['user-agent'] ?? null,
            deadline: noDeadline,
            setSession: () => undefined,
          };
          const contextValue = createContext(services, request);
          return { schema, document, operationName, variableValues: variables, contextValue };
        } catch (error) {
          return [presentError(error, log)];
        }
      },
      onError: (_ctx, _id, _payload, errors) => errors.map((error) => visible(error)),
      onNext: (_ctx, _id, _payload, _args, { data = null, errors }) =>
        errors === undefined ? undefined : { data, errors: errors.map((error) => visible(error)) },
      onClose: ({ extra }) => void sockets.delete(extra.socket),
    },
    wss,
    12_000,
  );

  // The HTTP layer's own shape of errors: no internals, no HTTP status.
  const visible = (error: GraphQLError | ReturnType<GraphQLError['toJSON']>) => {
    const formatted = 'toJSON' in error ? error.toJSON() : error;
    const { http: _http, ...extensions } = formatted.extensions ?? {};
    return withoutInternals({ ...formatted, extensions }, error, log);
  };

  const recheck = async (only: (actor: Actor) => boolean) => {
    for (const [socket, actor] of sockets) {
      if (!only(actor)) continue;
      const role = await currentRole(db, actor);
      if (role === null) socket.close(CloseCode.Unauthorized, 'Signed out');
      // The client connects again, and is then held to its new role.
      else if (role !== actor.role) socket.close(CloseCode.Forbidden, 'Your role changed');
    }
  };
  const recheckSafely = (only: (actor: Actor) => boolean) => {
    // Unreachable database: the next round, at the latest after RECHECK_MS, looks again.
    recheck(only).catch((error: unknown) =>
      log.warn({ err: error }, 'rights of open subscriptions could not be checked'),
    );
  };
  const timer = setInterval(() => recheckSafely(() => true), RECHECK_MS);
  timer.unref();
  const unsubscribe = services.hub.subscribe((event) => {
    if (event.type === 'access') recheckSafely((actor) => actor.userId === event.userId);
    if (event.type === 'resync') recheckSafely(() => true);
  });

  return async () => {
    clearInterval(timer);
    unsubscribe();
    await disposable.dispose();
    for (const socket of wss.clients) socket.terminate();
  };
}
