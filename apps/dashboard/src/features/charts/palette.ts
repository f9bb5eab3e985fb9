/** @file Which line gets which of the design tokens' ten colours. */
import type { Token } from './plotData.ts';

export const PALETTE_SIZE = 10;

/** The token of the n-th colour (0-based, wrapping). */
export function paletteColor(slot: number): Token {
  return `--series-${(slot % PALETTE_SIZE) + 1}`;
}

/**
 * One slot per run that stays the same when runs are added, removed or reordered, as far as ten colours allow: a run's number
 * decides, and of two runs that would share a slot the one with the higher number moves on to the next free one.
 */
export function stableSlots(
  runs: readonly { readonly id: string; readonly number: number }[],
): ReadonlyMap<string, number> {
  const taken = new Set<number>();
  const slots = new Map<string, number>();
  for (const run of [...runs].sort((a, b) => a.number - b.number || (a.id < b.id ? -1 : 1))) {
    let slot = run.number % PALETTE_SIZE;
    for (let tried = 0; taken.has(slot) && tried < PALETTE_SIZE; tried += 1) slot = (slot + 1) % PALETTE_SIZE;
    taken.add(slot);
    slots.set(run.id, slot);
  }
  return slots;
}
