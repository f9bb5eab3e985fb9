/** @file Waiting for something that will be true: the only kind of waiting the tests do. */

const POLL_MS = 100;

/**
 * The first value that is neither undefined nor false.
 */
export async function until<Value>(
  what: string,
  limitMs: number,
  probe: () => Value | undefined | false | Promise<Value | undefined | false>,
  pollMs = POLL_MS,
): Promise<Value> {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
