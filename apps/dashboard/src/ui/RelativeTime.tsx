'use client';
import { useSyncExternalStore } from 'react';
import { formatRelative } from './format.ts';

// One clock for the whole page: every "3 min ago" turns at the same moment.
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // The clock stood while nobody listened; React compares the snapshot again after subscribing.
  if (timer === undefined) now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of listeners) one();
  }, 5000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present time (ms since the epoch), moving every five seconds. */
export function useNow(): number {
  return useSyncExternalStore(
    subscribe,
    () => now,
    () => now,
  );
}

/** How long ago (or until when), in words; the exact time as a title. `at` is ISO 8601. */
export function RelativeTime({ at }: { readonly at: string }) {
  const present = useNow();
  const date = new Date(at);
  return (
    <time
      dateTime={at}
      title={date.toLocaleString('en', { dateStyle: 'medium', timeStyle: 'medium' })}
      suppressHydrationWarning
    >
      {formatRelative(date.getTime(), present)}
    </time>
  );
}
