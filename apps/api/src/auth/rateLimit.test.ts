import { expect, test } from 'vitest';
import { rateLimit } from './rateLimit.ts';

test('attempts run out by address and come back after the window', () => {
  let now = 0;
  const limit = rateLimit(2, 1_000, () => now);
  limit.count('a');
  expect(limit.exhausted('a')).toBe(false);
  limit.count('a');
  expect(limit.exhausted('a')).toBe(true);
  expect(limit.exhausted('b')).toBe(false);
  now = 1_000;
  expect(limit.exhausted('a')).toBe(false);
});

test('a flood of addresses is forgotten rather than kept', () => {
  const limit = rateLimit(1, 1_000, () => 0);
  limit.count('first');
  for (let i = 0; i < 10_000; i++) limit.count(`address ${i}`);
  expect(limit.exhausted('first')).toBe(false);
});
