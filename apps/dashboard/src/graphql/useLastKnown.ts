'use client';
import { useState } from 'react';

/**
 * A value that is kept while it cannot be had: the last one of the same key.
 * @param current undefined where there is none
 * @param certain whether `current` is the whole truth, so that undefined means that there is nothing
 */
export function useLastKnown<T>(current: T | undefined, key: string, certain: boolean): T | undefined {
  const [kept, setKept] = useState<{ readonly key: string; readonly value: T }>();
  if (current !== undefined && (kept?.key !== key || kept.value !== current))
    setKept({ key, value: current });
  if (current !== undefined || certain) return current;
  return kept?.key === key ? kept.value : undefined;
}
