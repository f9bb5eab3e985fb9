/** @file Keeps a module that prints much from filling the run's log. */

const LINES = 20;
const CHARS = 500;

/** Passes the first lines between two flushes on, counts the others. */
export class LineLimit {
  readonly #pass: (line: string) => void;
  #passed = 0;
  #dropped = 0;

  constructor(pass: (line: string) => void) {
    this.#pass = pass;
  }

  take(line: string): void {
    if (line.trim() === '') return;
    if (this.#passed >= LINES) {
      this.#dropped += 1;
      return;
    }
    this.#passed += 1;
    this.#pass(line.length > CHARS ? `${line.slice(0, CHARS)}…` : line);
  }

  /** Says how much was left out, and begins anew. */
  flush(): void {
    if (this.#dropped > 0) this.#pass(`… and ${this.#dropped} more lines`);
    this.#passed = 0;
    this.#dropped = 0;
  }
}
