/**
 * @file One call of a reward module for several items, seen from the training process: which item is being scored, which promises are
 * out, since when, and who is blamed when the time is over or the thread ends.
 */
import type { ThreadMessage } from './moduleThread.protocol.ts';
import type { RewardAnswer } from './rewardComponent.ts';

/** What came of a call for several items. */
export type CallEnd =
  | { readonly kind: 'done' }
  /**
   * The thread is gone. `blamed` are the positions that were being scored; those neither answered nor blamed were not begun. Not
   * `certain` where one of several promises may have ended it, or where its whole process is gone and answers may have gone with it.
   */
  | {
      readonly kind: 'broken';
      readonly blamed: readonly number[];
      readonly certain: boolean;
      readonly reason: string;
      /** It was broken off for its time. */
      readonly isLate?: boolean;
    };

export interface ModuleCallOptions {
  readonly batch: boolean;
  /** Time for one call. */
  readonly timeoutMs: number;
}

export class ModuleCall {
  readonly #count: number;
  readonly #options: ModuleCallOptions;
  readonly #answer: (position: number, answer: RewardAnswer) => void;
  /** Items whose call has returned; the next one is being scored. */
  #returned = 0;
  /** When each promise was returned, by position. */
  readonly #promised = new Map<number, number>();
  #open: number;
  /** Or when the request was sent. */
  #lastMessage = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #finish: (end: CallEnd) => void = () => undefined;

  constructor(
    count: number,
    options: ModuleCallOptions,
    answer: (position: number, answer: RewardAnswer) => void,
  ) {
    this.#count = count;
    this.#open = count;
    this.#options = options;
    this.#answer = answer;
  }

  async run(
    listen: (
      deliver: (message: ThreadMessage) => void,
      ended: (reason: string, process: 'alive' | 'gone') => void,
    ) => void,
    begin: (sent: () => void) => void,
  ): Promise<CallEnd> {
    try {
      return await new Promise<CallEnd>((resolve) => {
        this.#finish = resolve;
        listen(
          (message) => this.#take(message),
          (reason, process) => {
            const blamed = this.#outstanding();
            resolve({ kind: 'broken', blamed, certain: blamed.length === 1 && process === 'alive', reason });
          },
        );
        begin(() => {
          this.#lastMessage = performance.now();
          if (!this.#isOver) this.#watch();
        });
      });
    } finally {
      this.#isOver = true;
      clearTimeout(this.#timer);
    }
  }

  #take(message: ThreadMessage): void {
    this.#lastMessage = performance.now();
    if (message.type === 'promised') {
      this.#returned += 1;
      this.#promised.set(message.position, this.#lastMessage);
    } else if (message.type === 'answered') {
      if (!this.#promised.delete(message.position)) this.#returned += 1;
      this.#settle(message.position, message);
    } else if (message.type === 'batch') {
      this.#returned = this.#count;
      message.answers.forEach((answer, position) => this.#settle(position, answer));
    }
    if (this.#open === 0) this.#finish({ kind: 'done' });
  }

  #settle(position: number, { value, error }: { value: number | null; error: string | null }): void {
    this.#open -= 1;
    this.#answer(position, { value, error });
  }

  /** Who may have ended the thread: every promise that is out, whose timers run between two calls too, and the item being scored. */
  #outstanding(): number[] {
    if (this.#options.batch) return Array.from({ length: this.#count }, (_, position) => position);
    const promised = [...this.#promised.keys()];
    return this.#returned < this.#count ? [...promised, this.#returned] : promised;
  }

  /** Who keeps the thread waiting: the item being scored, else every promise that is out. A batch is one call for all. */
  #late(): number[] {
    return this.#options.batch || this.#returned === this.#count ? this.#outstanding() : [this.#returned];
  }

  #watch(): void {
    const { timeoutMs } = this.#options;
    const calling = this.#returned < this.#count;
    const since = calling ? this.#lastMessage : Math.max(...this.#promised.values());
    const left = since + timeoutMs - performance.now();
    this.#timer = setTimeout(
      () => {
        // Messages that arrived while this thread was busy itself are delivered before anybody is blamed.
        setImmediate(() => setImmediate(() => this.#judge(calling ? this.#lastMessage : since)));
      },
      Math.max(0, left),
    );
  }

  #judge(since: number): void {
    if (this.#isOver) return;
    if (performance.now() - since < this.#options.timeoutMs) return this.#watch();
    const reason = `no answer within ${this.#options.timeoutMs / 1000} s`;
    this.#finish({ kind: 'broken', blamed: this.#late(), certain: true, reason, isLate: true });
  }
}
