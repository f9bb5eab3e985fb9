/** @file Ctrl-C: the first one asks, the second one insists. */

/** Calls back once for the first signal; the second ends the process. Returns how to stop listening. */
export function onInterrupt(first: () => void): () => void {
  let asked = false;
  const handle = (): void => {
    if (asked) process.exit(130);
    asked = true;
    first();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, handle);
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, handle);
  };
}
