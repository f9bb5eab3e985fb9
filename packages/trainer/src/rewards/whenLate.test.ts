import { expect, it, vi } from 'vitest';

import { whenLate } from './whenLate.ts';

it('says that the time is over, once', async () => {
  const late = vi.fn<() => void>();
  whenLate(8, late);
  await expect.poll(() => late.mock.calls.length, { timeout: 30_000 }).toBe(1);
  await new Promise((resolve) => void setTimeout(resolve, 30));
  expect(late).toHaveBeenCalledTimes(1);
});

it('says nothing when it was ended, at the last moment too', async () => {
  const late = vi.fn<() => void>();
  // The last slice of eight is over; what has arrived is being delivered, and ends the waiting.
  let slices = 0;
  const timer = vi.spyOn(globalThis, 'setTimeout').mockImplementation((callback) => {
    slices += 1;
    void setImmediate(callback);
    return undefined as unknown as NodeJS.Timeout; // nothing to clear
  });
  const stop = whenLate(1000, late);
  for (let turn = 0; turn < 100 && slices < 8; turn++)
    await new Promise((resolve) => void setImmediate(resolve));
  timer.mockRestore();
  await new Promise((resolve) => void setImmediate(resolve));
  stop();
  await new Promise((resolve) => void setTimeout(resolve, 10));
  expect(slices).toBe(8);
  expect(late).not.toHaveBeenCalled();
});
