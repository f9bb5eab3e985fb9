/** @file Failures outside of GraphQL's execution, in GraphQL's form, so that one client code reads both. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { requestError } from '../errors.ts';
import { presentError } from '../presentError.ts';

const statusByCode: Readonly<Record<string, number>> = {
  INVALID_INPUT: 400,
  LIMIT_EXCEEDED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  UNSUPPORTED: 415,
  TOO_LARGE: 413,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};

export const notFound: RequestHandler = (req) => {
  throw requestError('NOT_FOUND', `There is nothing at ${req.path.slice(0, 200)}.`);
};

/** Answers `{ errors: [{ message, extensions: { code } }] }`. */
export function errorResponse(log: Logger): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const presented = presentError(bodyError(error), log);
    const { http: _http, ...extensions } = presented.extensions;
    // Without a code of ours it is a syntax error of the query.
    const code = typeof extensions['code'] === 'string' ? extensions['code'] : 'GRAPHQL_PARSE_FAILED';
    const byCode = code === 'GRAPHQL_PARSE_FAILED' ? 400 : (statusByCode[code] ?? 500);
    // A route that knows better has set its own.
    const status = res.statusCode === 200 ? byCode : res.statusCode;
    res.status(status).json({
      errors: [
        { message: presented.message, locations: presented.locations, extensions: { ...extensions, code } },
      ],
    });
  };
}

/** The body parser's errors carry a type and a bound. */
function bodyError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof GraphQLError || !('type' in error)) return error;
  switch (error.type) {
    case 'entity.too.large':
      return requestError(
        'TOO_LARGE',
        `The body is too large; the bound is ${'limit' in error ? String(error.limit) : ''} bytes.`,
      );
    case 'entity.parse.failed':
      return requestError('INVALID_INPUT', `The body is not JSON: ${error.message}`);
    case 'request.aborted':
      return requestError('INVALID_INPUT', 'The request ended before its body did.');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return requestError('UNSUPPORTED', error.message);
    default:
      return error;
  }
}
