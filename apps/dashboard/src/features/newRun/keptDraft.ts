/** @file A draft that survives a reload: kept in the tab's session storage until the run is launched. */
import { z } from 'zod';

const keptSchema = z.object({
  text: z.string(),
  tags: z.string(),
  note: z.string(),
  workerId: z.string(),
  /** The same key gives the same run back: a launch sent twice makes one run. */
  idempotencyKey: z.string(),
});
export type KeptDraft = z.output<typeof keptSchema>;

/** What was kept under the key; null when there is nothing, or nothing readable. */
export function readKeptDraft(key: string): KeptDraft | null {
  const text = sessionStorage.getItem(key);
  if (text === null) return null;
  try {
    const parsed = keptSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    // Not JSON: written by something else, or cut off. A fresh draft takes its place.
    sessionStorage.removeItem(key);
    return null;
  }
}

export function keepDraft(key: string, draft: KeptDraft): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(draft));
  } catch (error) {
    // Storage is full or forbidden: the draft lives on in the page, only a reload would lose it.
    console.warn('The draft cannot be kept over a reload:', error);
  }
}

export function dropDraft(key: string): void {
  sessionStorage.removeItem(key);
}

/** 128 random bits in hex. Not crypto.randomUUID: that one is missing on plain http outside localhost. */
export function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
