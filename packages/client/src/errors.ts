/** @file What can go wrong between a trainer and the API. The class says what to do: wait, correct the input, or stop. */
import type { ErrorCode } from './generated/operations.ts';

/** The API could not be reached, timed out, or said that it is not available now. The same request may succeed later. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** The key is missing, wrong or revoked. */
export class AuthenticationError extends Error {
  override readonly name = 'AuthenticationError';
}

/** The API answered, but not with data: a malformed request, a limit (named in the message), or a bug on its side. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** GraphQL error code, for instance LIMIT_EXCEEDED or INTERNAL; `HTTP_<status>` where the answer was no GraphQL. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** One reason why a write was refused; `path` points into the input. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly path: readonly string[];
}

/** A write was refused for the reasons given. Sending it again unchanged is refused again. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: ErrorCode;
  readonly refusals: readonly Refusal[];
  constructor(operation: string, refusals: readonly [Refusal, ...Refusal[]]) {
    super(`${operation}: ${refusals.map(describeRefusal).join('; ')}`);
    this.code = refusals[0].code;
    this.refusals = refusals;
  }
}

/** What was asked for does not exist, or is not visible to this key. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

/** Transferred bytes are not those that were announced. */
export class ArtifactMismatchError extends Error {
  override readonly name = 'ArtifactMismatchError';
}

/** No room for another record: the disk is full or the spool's own bound is reached. Draining or deleting makes room. */
export class SpoolFullError extends Error {
  override readonly name = 'SpoolFullError';
  readonly reason: 'disk' | 'bound';
  constructor(reason: 'disk' | 'bound', message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The first refusal, made throwable; undefined when there is none. */
export function refusedError(operation: string, refusals: readonly Refusal[]): RefusedError | undefined {
  const [first, ...rest] = refusals;
  return first === undefined ? undefined : new RefusedError(operation, [first, ...rest]);
}

function describeRefusal(refusal: Refusal): string {
  const where = refusal.path.length === 0 ? '' : `${refusal.path.join('.')}: `;
  return `${where}${refusal.message} (${refusal.code})`;
}
