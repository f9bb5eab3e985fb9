/** @file What a task's generator draws from: whole numbers, the same for the same (seed, stream, index) on every machine. */

export interface Draw {
  /** A whole number in [min, max], both included. */
  int(min: number, max: number): number;
}

/** A random order of the items (Fisher–Yates); the array itself is left as it is. */
export function shuffled<Item>(items: readonly Item[], draw: Draw): Item[] {
  const order = items.map((item) => ({ item }));
  const result: Item[] = [];
  while (order.length > 0) {
    const index = draw.int(0, order.length - 1);
    const [taken] = order.splice(index, 1);
    if (taken) result.push(taken.item);
  }
  return result;
}
