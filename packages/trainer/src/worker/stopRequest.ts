/** @file How a run under way is told to end, by whoever: a person's pause or cancel, the worker's shutdown, a lost lease. */

/** save: the run goes on later, so a checkpoint is made. drop: nothing of it is needed any more. */
export type StopKind = 'save' | 'drop';

export class StopRequest {
  #kind: StopKind | undefined;
  #why: string | undefined;
  readonly #listeners = new Set<(kind: StopKind) => void>();

  get kind(): StopKind | undefined {
    return this.#kind;
  }

  get why(): string | undefined {
    return this.#why;
  }

  /** The first reason stands, unless a `drop` comes after a `save`. @returns whether this one is news. */
  ask(kind: StopKind, why: string): boolean {
    if (this.#kind === kind || this.#kind === 'drop') return false;
    this.#kind = kind;
    this.#why = why;
    for (const listener of this.#listeners) listener(kind);
    return true;
  }

  /** Calls back at once if it was asked before. Returns how to stop listening. */
  listen(listener: (kind: StopKind) => void): () => void {
    this.#listeners.add(listener);
    if (this.#kind !== undefined) listener(this.#kind);
    return () => this.#listeners.delete(listener);
  }
}
