/** @file Fans the database's events out to the subscriptions of this process. Every replica listens for itself. */
import { type DatabaseEvent, type DatabaseLog, listen } from '@nabla/db';

/** `resync`: events were missed since `since`; whoever shows something sends its present state. */
export type HubEvent = DatabaseEvent | { type: 'resync'; since: Date };

export interface Hub {
  /** @returns a function that ends the subscription. */
  subscribe: (handler: (event: HubEvent) => void) => () => void;
  close: () => Promise<void>;
}

/** What may have been committed but not delivered when the connection broke, in milliseconds. */
const OVERLAP_MS = 5_000;

/** @throws when the database cannot be reached. */
export async function openHub(url: string, log: DatabaseLog): Promise<Hub> {
  const handlers = new Set<(event: HubEvent) => void>();
  let lostAt: Date | null = null;
  const emit = (event: HubEvent) => {
    for (const handler of handlers) {
      try {
        handler(event);
      } catch (error) {
        // One subscriber's failure must not keep the event from the others.
        log(
          'error',
          `A subscriber failed on ${event.type}: ${error instanceof Error ? error.stack : String(error)}`,
        );
      }
    }
  };
  const listener = await listen(
    url,
    {
      onEvent: emit,
      onLost: () => {
        lostAt ??= new Date(Date.now() - OVERLAP_MS);
      },
      onRegained: () => {
        const since = lostAt ?? new Date(Date.now() - OVERLAP_MS);
        lostAt = null;
        emit({ type: 'resync', since });
      },
    },
    log,
  );
  return {
    subscribe(handler) {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
    close: () => listener.close(),
  };
}
