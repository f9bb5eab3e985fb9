import { describe, expect, it } from 'vitest';
import { backoffMs, pause } from './backoff.ts';

describe('backoffMs', () => {
  it('doubles up to its bound, between half and all of it', () => {
    const at = (attempt: number, random: number): number =>
      backoffMs(attempt, { firstMs: 100, longestMs: 1000, random: () => random });
    expect([0, 1, 2, 3, 4, 50, 5000].map((attempt) => at(attempt, 0))).toEqual([
      50, 100, 200, 400, 500, 500, 500,
    ]);
    expect([0, 1, 2, 3, 4, 50, 5000].map((attempt) => at(attempt, 1))).toEqual([
      100, 200, 400, 800, 1000, 1000, 1000,
    ]);
  });
});

describe('pause', () => {
  it('ends early when the signal is aborted, before or during it', async () => {
    const stop = new AbortController();
    const waiting = pause(1e6, stop.signal);
    stop.abort();
    await waiting;
    await pause(1e6, stop.signal);
  });
});
