/** @file Hears events on a connection of its own, and finds its way back when that breaks. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseLog } from '../log.ts';
import { CHANNEL, databaseEvent, type DatabaseEvent } from './event.ts';

export type ListenHandlers = {
  onEvent(event: DatabaseEvent): void;
  /** The connection broke: events are being missed from now on. */
  onLost?(): void;
  /** Connected again: whoever showed something should read it anew. Not called for the first connection. */
  onRegained?(): void;
};

export type Listener = { close(): Promise<void> };

/** Without traffic a dead peer would go unnoticed for as long as TCP is patient, which is hours. */
const CHECK_EVERY_MS = 10_000;
const BACKOFF_MS = [100, 250, 500, 1_000, 2_000];

/** Returns once it listens. Throws when the first connection cannot be made; later ones are tried for ever. */
export async function listen(url: string, handlers: ListenHandlers, log: DatabaseLog): Promise<Listener> {
  const closing = new AbortController();
  let current = await connectAndListen(url, handlers, log);
  const loop = keepListening();

  return {
    close: async () => {
      closing.abort();
      await end(current.client);
      await loop;
    },
  };

  async function keepListening(): Promise<void> {
    while (!closing.signal.aborted) {
      const reason = await current.lost;
      if (closing.signal.aborted) return;
      log('warn', `Lost the connection that hears events: ${reason}`);
      handlers.onLost?.();
      await end(current.client);
      await reconnect();
    }
  }

  async function reconnect(): Promise<void> {
    for (let attempt = 0; !closing.signal.aborted; attempt++) {
      const wait = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)];
      await sleep(wait, undefined, { signal: closing.signal }).catch(() => undefined); // rejects when closing
      if (closing.signal.aborted) return;
      try {
        current = await connectAndListen(url, handlers, log);
        log('info', 'Hearing events again');
        handlers.onRegained?.();
        return;
      } catch (error) {
        if (attempt === 0)
          log('warn', `Cannot listen yet: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}

async function connectAndListen(url: string, handlers: ListenHandlers, log: DatabaseLog) {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    keepAlive: true,
    application_name: 'nabla-listen',
  });
  let declareLost: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => {
    declareLost = resolve;
  });
  client.on('error', (error) => declareLost(error.message));
  client.on('end', () => declareLost('it was closed'));
  client.on('notification', ({ payload }) => {
    const event = parse(payload ?? '', log);
    if (event !== null) handlers.onEvent(event);
  });
  await client.connect();
  await client.query(`LISTEN ${CHANNEL}`);
  const check = setInterval(() => {
    client.query('SELECT 1').catch((error: Error) => declareLost(error.message));
  }, CHECK_EVERY_MS);
  check.unref();
  void lost.then(() => clearInterval(check));
  return { client, lost };
}

/** The payload came through the database, where others may write too, so it is checked. */
function parse(payload: string, log: DatabaseLog): DatabaseEvent | null {
  try {
    return databaseEvent.parse(JSON.parse(payload));
  } catch (error) {
    log(
      'error',
      `Ignored a notification that is not ours: ${payload.slice(0, 200)} (${String(error).slice(0, 200)})`,
    );
    return null;
  }
}

/** A connection to a peer that is gone cannot say goodbye, so nobody waits long for it; its errors are known already. */
async function end(client: pg.Client): Promise<void> {
  await Promise.race([client.end().catch(() => undefined), sleep(1_000, undefined, { ref: false })]);
}
