/** @file GraphQL over HTTP: who, how much, then Apollo Server. */
// oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 hands a rejection on to the error handler
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { unwrapResolverError } from '@apollo/server/errors';
import { expressMiddleware } from '@as-integrations/express5';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { includesRole } from '../access/roles.ts';
import type { Actor } from '../auth/actor.ts';
import { sessionCookie } from '../auth/cookie.ts';
import { type Context, createContext, type Services } from '../context.ts';
import { requestError } from '../errors.ts';
import { BODY_LIMITS } from '../limits/bounds.ts';
import { startDeadline } from '../limits/deadline.ts';
import { inspectRequest } from '../limits/inspect.ts';
import { presentError } from '../presentError.ts';
import type { Authenticate } from './authenticateRequest.ts';

export interface GraphqlRoutes {
  router: Router;
  close: () => Promise<void>;
}

export async function graphqlRoutes(
  schema: GraphQLSchema,
  services: Services,
  authenticate: Authenticate,
): Promise<GraphqlRoutes> {
  const apollo = new ApolloServer<Context>({
    schema,
    // Who may read the schema is decided in `inspectRequest`.
    introspection: true,
    csrfPrevention: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginLandingPageDisabled(), endDeadline, withoutSuggestions],
    formatError: (formatted, error) => withoutInternals(formatted, error, services.log),
  });
  await apollo.start();

  const router = Router();
  router.post(
    '/',
    async (req, res, next) => {
      res.locals['actor'] = await authenticate(req, res);
      next();
    },
    readBody,
    inspectBody,
    expressMiddleware(apollo, {
      context: async ({ req, res }) => createContext(services, requestOf(req, res, services.publicUrl)),
    }),
  );
  router.all('/', (_req, res) => {
    res.status(405).setHeader('Allow', 'POST');
    throw requestError(
      'UNSUPPORTED',
      'Send GraphQL by POST with content-type application/json; subscriptions by WebSocket.',
    );
  });
  return { router, close: () => apollo.stop() };
}

const bodySchema = z.object({
  query: z.string({ error: 'must be the text of the query' }),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

/** One parser per bound: the body is refused while it arrives, before it fills the memory. */
const parsers = {
  plain: jsonParser(BODY_LIMITS.plain),
  bulky: jsonParser(Math.max(...Object.values(BODY_LIMITS))),
};

const readBody: RequestHandler = (req, res, next) => {
  if (req.is('application/json') !== 'application/json') {
    throw requestError('UNSUPPORTED', 'Send the query as JSON with content-type application/json.');
  }
  const actor = actorIn(res);
  // Only those who may use the operations with large bodies may send one at all.
  const parser = actor !== null && includesRole(actor.role, 'RESEARCHER') ? parsers.bulky : parsers.plain;
  parser(req, res, next);
};

const inspectBody: RequestHandler = (req, res, next) => {
  if (Array.isArray(req.body)) {
    throw requestError('LIMIT_EXCEEDED', 'Send one operation per request; batches are not accepted.');
  }
  const parsed = bodySchema.safeParse(req.body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw requestError(
      'INVALID_INPUT',
      `The body is not a GraphQL request: ${issue?.path.join('.')} ${issue?.message}.`,
    );
  }
  const bytes = typeof res.locals['bodyBytes'] === 'number' ? res.locals['bodyBytes'] : 0;
  inspectRequest({ ...parsed.data, bytes, signedIn: actorIn(res) !== null });
  next();
};

function jsonParser(limit: number): RequestHandler {
  return express.json({
    limit,
    verify: (_req, res, buffer) => {
      if ('locals' in res && typeof res.locals === 'object' && res.locals !== null) {
        Reflect.set(res.locals, 'bodyBytes', buffer.byteLength);
      }
    },
  });
}

function requestOf(req: Request, res: Response, publicUrl: string) {
  return {
    actor: actorIn(res),
    address: req.ip ?? 'unknown',
    userAgent: req.headers['user-agent'] ?? null,
    deadline: startDeadline(),
    setSession: (token: string | null) =>
      void res.appendHeader('Set-Cookie', sessionCookie(token, publicUrl)),
  };
}

/** `res.locals` is untyped; this is written once, above, from `authenticate`. */
function actorIn(res: Response): Actor | null {
  return res.locals['actor'] ?? null;
}

const endDeadline: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ contextValue }) => contextValue.deadline.clear(),
  }),
};

/** "Did you mean" tells names of the schema, which is for those who signed in. */
const withoutSuggestions: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ contextValue, response: { body } }) => {
      if (contextValue.actor !== null || body.kind !== 'single' || body.singleResult.errors === undefined)
        return;
      body.singleResult.errors = body.singleResult.errors.map((error) => ({
        ...error,
        message: error.message.replace(/ ?Did you mean [^?]*\?/g, ''),
      }));
    },
  }),
};

/** Errors that did not come from a resolver of ours (a value that cannot be serialised, for instance) are bugs. */
export function withoutInternals(
  formatted: GraphQLFormattedError,
  error: unknown,
  log: Logger,
): GraphQLFormattedError {
  const code = formatted.extensions?.['code'];
  if (code !== undefined && code !== 'INTERNAL_SERVER_ERROR') return formatted;
  const original = unwrapResolverError(error);
  if (original instanceof GraphQLError && code === undefined) return formatted;
  const presented = presentError(
    original instanceof GraphQLError ? new Error(original.message) : original,
    log,
  );
  return { ...formatted, message: presented.message, extensions: presented.extensions };
}
