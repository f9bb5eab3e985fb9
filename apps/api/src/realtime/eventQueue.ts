/**
 * @file What waits for one subscriber. Events about the same thing are merged while they wait, and the same thing is
 * sent at most once per interval, so a fast run and a slow browser cost neither memory nor a flood. What is urgent waits for
 * no interval.
 */

export interface QueueOptions<Item> {
  /** Joins a newer item to one of the same key that still waits. */
  merge: (waiting: Item, newer: Item) => Item;
  /** Least time between two items of the same key, in milliseconds. */
  intervalMs: number;
  /** Called once when the subscriber leaves. */
  onEnd: () => void;
}

/** At most this many different things wait; beyond it the subscription ends and its client starts anew. */
export const MAX_WAITING = 10_000;

export class EventQueue<Item> implements AsyncIterableIterator<Item, undefined> {
  readonly #options: QueueOptions<Item>;
  readonly #waiting = new Map<string, Item>();
  readonly #sentAt = new Map<string, number>();
  #failure: Error | null = null;
  #ended = false;
  #wake: (() => void) | null = null;

  constructor(options: QueueOptions<Item>) {
    this.#options = options;
  }

  /** @param urgent rare and waited for, such as a command: sent at once, with what waits under its key. */
  push(key: string, item: Item, urgent = false): void {
    if (this.#ended) return;
    if (urgent) this.#sentAt.delete(key);
    const waiting = this.#waiting.get(key);
    this.#waiting.set(key, waiting === undefined ? item : this.#options.merge(waiting, item));
    if (this.#waiting.size > MAX_WAITING) {
      this.fail(new Error(`More than ${MAX_WAITING} events wait for this subscription; subscribe again.`));
    }
    this.#wake?.();
  }

  /** Ends the subscription with an error that its client sees. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#waiting.clear();
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<Item, undefined>> {
    for (;;) {
      if (this.#ended) return { value: undefined, done: true };
      if (this.#failure !== null) {
        const failure = this.#failure;
        await this.return();
        throw failure;
      }
      const now = performance.now();
      let soonest = Infinity;
      for (const [key, item] of this.#waiting) {
        const readyAt = (this.#sentAt.get(key) ?? -Infinity) + this.#options.intervalMs;
        if (readyAt <= now) {
          this.#waiting.delete(key);
          this.#remember(key, now);
          return { value: item, done: false };
        }
        soonest = Math.min(soonest, readyAt);
      }
      await this.#sleep(soonest - now);
    }
  }

  async return(): Promise<IteratorResult<Item, undefined>> {
    if (!this.#ended) {
      this.#ended = true;
      this.#waiting.clear();
      this.#options.onEnd();
      this.#wake?.();
    }
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #remember(key: string, now: number): void {
    this.#sentAt.set(key, now);
    if (this.#sentAt.size <= 1_000) return;
    for (const [old, at] of this.#sentAt) if (now - at > this.#options.intervalMs) this.#sentAt.delete(old);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(() => this.#wake?.(), Math.max(1, ms)) : null;
      this.#wake = () => {
        if (timer !== null) clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
    });
  }
}
