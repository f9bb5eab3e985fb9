/** @file From the hub's events to one subscription: filtered, merged while they wait, and made good after a lost connection. */
import type { DatabaseEvent } from '@nabla/db';
import { actorOf, type Context } from '../context.ts';
import { EventQueue } from './eventQueue.ts';

/** Least time between two messages about the same thing, unless one is urgent. */
export const MESSAGE_INTERVAL_MS = 200;

export interface Subscribing<Item> {
  /** What an event means to this subscription: items by key, none when it is not meant. Only events of the caller's workspace arrive. */
  items: (event: DatabaseEvent) => Iterable<readonly [key: string, item: Item, urgent?: boolean]>;
  /** Joins a newer item to one that waits; the newer one replaces it when absent. */
  merge?: (waiting: Item, newer: Item) => Item;
  /** What to send after events since `since` may have been missed. */
  resync: (since: Date) => Promise<Iterable<readonly [key: string, item: Item]>>;
}

export function subscribeTo<Item>(ctx: Context, subscribing: Subscribing<Item>): EventQueue<Item> {
  const { workspaceId } = actorOf(ctx);
  const pushAll = (items: Iterable<readonly [string, Item, boolean?]>) => {
    for (const [key, item, urgent] of items) queue.push(key, item, urgent);
  };
  const unsubscribe = ctx.hub.subscribe((event) => {
    if (event.type === 'resync') {
      subscribing.resync(event.since).then(pushAll, (error: unknown) => {
        // Staying silent would leave the subscriber stale: it is told, and subscribes again.
        queue.fail(
          new Error('The subscription could not catch up after a lost connection; subscribe again.', {
            cause: error,
          }),
        );
      });
    } else if (event.workspaceId === workspaceId) {
      pushAll(subscribing.items(event));
    }
  });
  const queue = new EventQueue<Item>({
    merge: subscribing.merge ?? ((_, newer) => newer),
    intervalMs: MESSAGE_INTERVAL_MS,
    onEnd: unsubscribe,
  });
  return queue;
}
