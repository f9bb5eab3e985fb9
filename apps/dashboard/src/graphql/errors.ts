/** @file From failures of the GraphQL layer to sentences for people. */
import { CombinedError } from 'urql';

/** An expected refusal in a payload. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly path: ReadonlyArray<string>;
}

export function errorCode(error: CombinedError): string | undefined {
  for (const graphqlError of error.graphQLErrors) {
    const code: unknown = graphqlError.extensions['code'];
    if (typeof code === 'string') return code;
  }
  return undefined;
}

export function isSignedOut(error: CombinedError): boolean {
  return errorCode(error) === 'UNAUTHENTICATED';
}

/** What happened, in a sentence or two. */
export function describeError(error: Error): string {
  if (!(error instanceof CombinedError)) return error.message;
  if (error.graphQLErrors.length > 0) return error.graphQLErrors.map((one) => one.message).join(' ');
  if (error.networkError) return `The server cannot be reached (${error.networkError.message}).`;
  return error.message;
}

/**
 * The refusals of one mutation, whatever went wrong: those of the payload, or the transport's failure as one of them.
 * @param result the answer of urql's executeMutation.
 * @param payload the payload's `errors`, undefined when there is no payload.
 */
export function refusals(
  result: { readonly error?: CombinedError | undefined },
  payload: ReadonlyArray<Refusal> | undefined,
): ReadonlyArray<Refusal> {
  if (result.error)
    return [{ code: errorCode(result.error) ?? 'NETWORK', message: describeError(result.error), path: [] }];
  return payload ?? [{ code: 'INTERNAL', message: 'The server gave no answer.', path: [] }];
}
