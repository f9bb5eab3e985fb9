/** @file "Checkpoint now": asked for by a person, carried out by whichever training process executes the run. */
export class CheckpointRequest {
  #open = false;
  readonly #listeners = new Set<() => void>();

  /** Stands until a checkpoint was made, also while a lost process is replaced. @returns whether none stood before. */
  ask(): boolean {
    if (this.#open) return false;
    this.#open = true;
    for (const listener of this.#listeners) listener();
    return true;
  }

  made(): void {
    this.#open = false;
  }

  /** Calls back at once if it was asked before. Returns how to stop listening. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#open) listener();
    return () => this.#listeners.delete(listener);
  }
}
