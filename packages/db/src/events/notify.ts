/** @file Sends an event to every process that listens. */
import { CHANNEL, MAX_PAYLOAD_BYTES, type DatabaseEvent } from './event.ts';
import type { Queryable } from '../queryable.ts';

/**
 * Sends `event`. Inside a transaction it is delivered when that commits, and never when it rolls back.
 * In a Prisma transaction send `notifyPayload(event)` with $executeRaw.
 * Throws a RangeError for an event above PostgreSQL's 8,000 bytes.
 */
export async function notify(db: Queryable, event: DatabaseEvent): Promise<void> {
  await db.query({
    name: 'notify',
    text: 'SELECT pg_notify($1, $2)',
    values: [CHANNEL, notifyPayload(event)],
  });
}

/** The text that carries an event, for callers that send `pg_notify('nabla', payload)` themselves. */
export function notifyPayload(event: DatabaseEvent): string {
  const payload = JSON.stringify(event);
  const bytes = Buffer.byteLength(payload);
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new RangeError(
      `A ${event.type} event of ${bytes} bytes does not fit a notification (${MAX_PAYLOAD_BYTES})`,
    );
  }
  return payload;
}
