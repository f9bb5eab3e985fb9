/** @file The time one operation may take. Every resolver runs under it, so work stops at the next field. */
import { requestError } from '../errors.ts';

export const EXECUTION_LIMIT_MS = 30_000;

export interface Deadline {
  /** Runs `work` and answers as it does, or rejects with TIMEOUT once the time is over. */
  bound<T>(work: () => T): T | Promise<Awaited<T>>;
  /** Forgets the timer; call when the operation is over. */
  clear(): void;
}

export function startDeadline(limitMs = EXECUTION_LIMIT_MS): Deadline {
  let over = false;
  let expire: (() => void) | undefined;
  const error = () =>
    requestError(
      'TIMEOUT',
      `The operation took longer than its limit of ${limitMs / 1000} s and was stopped.`,
    );
  const expired = new Promise<never>((_, reject) => {
    expire = () => {
      over = true;
      reject(error());
    };
  });
  // It is raced below; without a race running, its rejection is nobody's news.
  expired.catch(() => undefined);
  const timer = setTimeout(() => expire?.(), limitMs);
  timer.unref();
  return {
    bound(work) {
      if (over) throw error();
      const result = work();
      return result instanceof Promise ? Promise.race([result, expired]) : result;
    },
    clear: () => clearTimeout(timer),
  };
}

/** For a subscription, which lives until one side leaves; its events are small and bounded by the database's own limit. */
export const noDeadline: Deadline = { bound: (work) => work(), clear: () => undefined };
