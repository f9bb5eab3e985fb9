/** @file Ends leases of silent workers again and again, but not those that could not be renewed through our own fault. */
import type pg from 'pg';
import type { DatabaseLog } from '../log.ts';
import { expireLeases } from './expireLeases.ts';

export type LeaseSweeper = { close(): Promise<void> };

/**
 * Gives each lease that was in date when we last reached the database a new full period. Several replicas may do so at
 * once; later is the worst that comes of it.
 */
const FORGIVE = `
  UPDATE lease SET expires_at = greatest(expires_at, now() + make_interval(secs => seconds))
   WHERE expires_at > now() - make_interval(secs => $1)`;

/**
 * Sweeps every `intervalMs` until closed. When sweeps were impossible for a while (the database or the network was away,
 * or the whole machine slept) heartbeats were too, so the first sweep after it forgives instead of ending leases.
 */
export function startLeaseSweeper(
  pool: pg.Pool,
  options: { intervalMs: number; log: DatabaseLog },
): LeaseSweeper {
  const { intervalMs, log } = options;
  let closed = false;
  let lastSuccess = Date.now();
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  schedule();

  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };

  function schedule(): void {
    timer = setTimeout(() => {
      running = sweep().finally(() => {
        if (!closed) schedule();
      });
    }, intervalMs);
    timer.unref();
  }

  async function sweep(): Promise<void> {
    const awayMs = Date.now() - lastSuccess;
    try {
      if (awayMs > 4 * intervalMs) await pool.query(FORGIVE, [awayMs / 1_000]);
      else await expireLeases(pool);
      lastSuccess = Date.now();
      if (failing) log('info', 'Leases are watched again');
      failing = false;
    } catch (error) {
      if (!failing)
        log('warn', `Leases cannot be watched: ${error instanceof Error ? error.message : String(error)}`);
      failing = true;
    }
  }
}
