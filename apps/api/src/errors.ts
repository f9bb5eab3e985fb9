/** @file The two kinds of failure: expected ones, which travel as data, and GraphQL errors with a code. */
import { GraphQLError } from 'graphql';

/** Codes of expected failures; the GraphQL enum `ErrorCode`. */
export const errorCodes = [
  'INVALID_INPUT',
  'NOT_FOUND',
  'FORBIDDEN',
  'CONFLICT',
  'LEASE_LOST',
  'OUT_OF_ORDER',
  'INVALID_STATE',
  'EXPIRED',
  'TOO_LARGE',
  'UNSUPPORTED',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export interface UserError {
  code: ErrorCode;
  message: string;
  path: string[];
}

/**
 * An expected failure on its way to a payload's `errors`. Services throw it, `payload()` turns it into data; outside
 * a mutation it becomes a GraphQL error with the same code.
 */
export class Refusal extends Error {
  readonly errors: UserError[];

  constructor(errors: UserError[]) {
    super(errors.map((error) => error.message).join(' '));
    this.name = 'Refusal';
    this.errors = errors;
  }
}

/** A refusal with one error. */
export function refuse(code: ErrorCode, message: string, path: (string | number)[] = []): Refusal {
  return new Refusal([{ code, message, path: path.map(String) }]);
}

export type RequestErrorCode =
  ErrorCode | 'UNAUTHENTICATED' | 'LIMIT_EXCEEDED' | 'RATE_LIMITED' | 'TIMEOUT' | 'UNAVAILABLE' | 'INTERNAL';

const httpStatus: Partial<Record<RequestErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  LIMIT_EXCEEDED: 400,
  RATE_LIMITED: 429,
  TOO_LARGE: 413,
  UNAVAILABLE: 503,
};

/** A GraphQL error that callers may see, with its code and, where it fails the whole request, the HTTP status. */
export function requestError(code: RequestErrorCode, message: string, cause?: unknown): GraphQLError {
  const status = httpStatus[code];
  return new GraphQLError(message, {
    extensions: { code, ...(status === undefined ? {} : { http: { status } }) },
    ...(cause instanceof Error ? { originalError: cause } : {}),
  });
}

/**
 * Runs a mutation's work: its value, or `{ errors }` when it was refused. Everything else is a bug and goes on being thrown.
 * @param work answers the payload; one with `errors` of its own (beside other fields) keeps them.
 */
export async function payload<T extends object>(
  work: () => Promise<T>,
): Promise<(T & { errors: UserError[] }) | { errors: UserError[] }> {
  try {
    return { errors: [], ...(await work()) };
  } catch (error) {
    if (error instanceof Refusal) return { errors: error.errors };
    throw error;
  }
}
