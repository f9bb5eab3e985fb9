/** @file What callers get to see of a failure: expected ones as they are, everything else as a code and an id to find it in the log. */
import { randomBytes } from 'node:crypto';
import { isDatabaseUnavailable } from '@nabla/db';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { Refusal, requestError } from './errors.ts';

/** PostgreSQL stopped a statement that took longer than its limit. */
const QUERY_CANCELED = '57014';
/** Prisma found no connection in time, or gave a transaction up: the machine is overloaded, and later it may not be. */
const TRANSACTION_TIMEOUT = 'P2028';

export function presentError(error: unknown, log: Logger): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (error instanceof Refusal) {
    const code = error.errors[0]?.code ?? 'INVALID_INPUT';
    const presented = requestError(code, error.message);
    presented.extensions['path'] = error.errors[0]?.path ?? [];
    // A field that cannot be answered leaves the rest of the answer as it is.
    delete presented.extensions['http'];
    return presented;
  }
  if (isDatabaseUnavailable(error) || codeOf(error) === TRANSACTION_TIMEOUT) {
    log.warn({ err: error }, 'the database is away');
    return requestError('UNAVAILABLE', 'The database is away for the moment; try again.');
  }
  if (codeOf(error) === QUERY_CANCELED) {
    log.warn({ err: error }, 'a statement was stopped at its time limit');
    return requestError('TIMEOUT', 'The database took too long over this and was stopped; ask for less.');
  }
  const id = randomBytes(6).toString('hex');
  log.error({ err: error, errorId: id }, 'internal error');
  const presented = requestError(
    'INTERNAL',
    `Something went wrong on the server (error ${id}; its log tells more).`,
  );
  presented.extensions['errorId'] = id;
  return presented;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
}
