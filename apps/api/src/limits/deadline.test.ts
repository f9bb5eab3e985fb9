import { expect, test } from 'vitest';
import { startDeadline } from './deadline.ts';

const never = () => new Promise<void>(() => undefined);

test('work in time is let be', async () => {
  const deadline = startDeadline(60_000);
  expect(deadline.bound(() => 1)).toBe(1);
  expect(await deadline.bound(async () => 2)).toBe(2);
  deadline.clear();
});

test('work that does not end is given up, and none begins after it', async () => {
  const deadline = startDeadline(1);
  await expect(deadline.bound(never)).rejects.toMatchObject({ extensions: { code: 'TIMEOUT' } });
  let begun = false;
  expect(() => deadline.bound(() => (begun = true))).toThrow('0.001 s');
  expect(begun).toBe(false);
});
