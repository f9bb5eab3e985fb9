/** @file The step under the pointer, shared by all charts of a page without rendering the page. */

export interface CursorStore {
  /** The step pointed at, null when none is. */
  get(): number | null;
  set(step: number | null): void;
  subscribe(listener: () => void): () => void;
}

export function createCursorStore(): CursorStore {
  let current: number | null = null;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set: (step) => {
      if (step === current) return;
      current = step;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
