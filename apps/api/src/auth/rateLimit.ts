/** @file A bound on failed attempts by address. Kept in memory: each replica counts for itself. */

export interface RateLimit {
  /** True when the address has used up its attempts. */
  exhausted(address: string): boolean;
  /** Counts one failed attempt. */
  count(address: string): void;
}

export function rateLimit(attempts: number, windowMs: number, now: () => number = Date.now): RateLimit {
  const windows = new Map<string, { since: number; count: number }>();
  const current = (address: string) => {
    const window = windows.get(address);
    return window !== undefined && now() - window.since < windowMs ? window : undefined;
  };
  return {
    exhausted: (address) => (current(address)?.count ?? 0) >= attempts,
    count(address) {
      const window = current(address);
      if (window !== undefined) {
        window.count += 1;
        return;
      }
      // Old windows leave when new ones come, so that a flood of addresses cannot fill the memory.
      if (windows.size >= 10_000) {
        for (const [key, old] of windows) if (now() - old.since >= windowMs) windows.delete(key);
        if (windows.size >= 10_000) windows.clear();
      }
      windows.set(address, { since: now(), count: 1 });
    },
  };
}
