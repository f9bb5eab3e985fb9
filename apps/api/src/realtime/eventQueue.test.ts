import { expect, test } from 'vitest';
import { EventQueue, MAX_WAITING } from './eventQueue.ts';

const make = (intervalMs = 0) => {
  let ended = 0;
  const queue = new EventQueue<number>({
    merge: (a, b) => a + b,
    intervalMs,
    onEnd: () => void (ended += 1),
  });
  return { queue, ended: () => ended };
};

test('items wait in order and merge by key', async () => {
  const { queue } = make();
  queue.push('a', 1);
  queue.push('b', 10);
  queue.push('a', 2);
  expect(await queue.next()).toEqual({ value: 3, done: false });
  expect(await queue.next()).toEqual({ value: 10, done: false });
});

test('a reader that waits gets the next item', async () => {
  const { queue } = make();
  const next = queue.next();
  queue.push('a', 5);
  expect(await next).toEqual({ value: 5, done: false });
});

test('within the interval items of a key are gathered, and other keys pass', async () => {
  // The interval is longer than the test: nothing of key a may come a second time before b.
  const { queue } = make(60_000);
  queue.push('a', 1);
  expect((await queue.next()).value).toBe(1);
  queue.push('a', 2);
  queue.push('a', 3);
  queue.push('b', 4);
  expect((await queue.next()).value).toBe(4);
  await queue.return();
});

test('what is urgent does not wait for the interval, and takes along what waits under its key', async () => {
  const { queue } = make(60_000);
  queue.push('a', 1);
  expect((await queue.next()).value).toBe(1);
  queue.push('a', 2);
  const next = queue.next();
  queue.push('a', 10, true);
  expect((await next).value).toBe(12);
  // The next ordinary one waits again.
  queue.push('a', 3);
  queue.push('b', 4);
  expect((await queue.next()).value).toBe(4);
  await queue.return();
});

test('leaving ends a waiting reader, once', async () => {
  const { queue, ended } = make();
  const next = queue.next();
  await queue.return();
  await queue.return();
  expect(await next).toEqual({ value: undefined, done: true });
  expect(ended()).toBe(1);
});

test('a subscriber too slow for all that happens is told, not kept', async () => {
  const { queue, ended } = make();
  for (let i = 0; i <= MAX_WAITING; i++) queue.push(`key ${i}`, i);
  await expect(queue.next()).rejects.toThrow('subscribe again');
  expect(ended()).toBe(1);
});
