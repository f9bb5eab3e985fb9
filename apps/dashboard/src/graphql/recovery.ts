/** @file Queries that come back by themselves: after a lost connection, and after a server or database that was away. */
import type { CombinedError, Exchange, Operation } from 'urql';
import { pipe, tap } from 'wonka';
import { describeError, errorCode } from './errors.ts';
import type { Realtime } from './realtime.ts';

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 8000;

/** Keeps the queries that are on the page, and asks again those that may have missed something or have failed in passing. */
export function recovery(realtime: Pick<Realtime, 'onReconnect' | 'reportOutage'>): Exchange {
  return ({ client, forward }) => {
    const active = new Map<number, Operation>();
    const failing = new Map<number, string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wait = FIRST_RETRY_MS;

    const ask = (operation: Operation, requestPolicy: 'cache-and-network' | 'network-only'): void =>
      client.reexecuteOperation(client.createRequestOperation('query', operation, { requestPolicy }));
    const note = (): void => {
      const [reason] = failing.values();
      realtime.reportOutage(reason ?? null);
      if (failing.size === 0) {
        clearTimeout(timer);
        timer = undefined;
        wait = FIRST_RETRY_MS;
        return;
      }
      timer ??= setTimeout(() => {
        timer = undefined;
        wait = Math.min(wait * 2, LONGEST_RETRY_MS);
        for (const key of failing.keys()) {
          const operation = active.get(key);
          if (operation) ask(operation, 'network-only');
        }
      }, wait);
    };

    realtime.onReconnect(() => {
      for (const operation of active.values()) ask(operation, 'cache-and-network');
    });
    return (operations) =>
      pipe(
        operations,
        tap((operation) => {
          if (operation.kind === 'query') active.set(operation.key, operation);
          else if (operation.kind === 'teardown') {
            active.delete(operation.key);
            if (failing.delete(operation.key)) note();
          }
        }),
        forward,
        tap((result) => {
          const { key, kind } = result.operation;
          if (kind !== 'query' || result.stale) return;
          if (result.error && isPassing(result.error)) {
            failing.set(key, describeError(result.error));
            note();
          } else if (failing.delete(key)) note();
        }),
      );
  };
}

/** Failures that end without anybody changing the question. */
function isPassing(error: CombinedError): boolean {
  return error.networkError !== undefined || errorCode(error) === 'UNAVAILABLE';
}
