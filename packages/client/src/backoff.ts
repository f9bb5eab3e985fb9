/** @file Waiting between attempts: exponential, with full jitter so that many workers do not come back in step. */

export interface BackoffOptions {
  /** Upper bound of the first wait. Default 200 ms. */
  readonly firstMs?: number;
  /** Upper bound of any wait. Default 10 s. */
  readonly longestMs?: number;
  /** A number in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/** Wait before attempt `attempt + 1` (0-based): half of min(longest, first · 2^attempt) plus a random share of the other half. */
export function backoffMs(attempt: number, options: BackoffOptions = {}): number {
  const { firstMs = 200, longestMs = 10_000, random = Math.random } = options;
  const bound = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 40));
  return bound / 2 + random() * (bound / 2);
}

/** Resolves after the wait, or at once when the signal is or gets aborted. Never rejects: the caller looks at the signal. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
