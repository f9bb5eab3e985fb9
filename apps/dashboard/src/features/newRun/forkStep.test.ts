import { expect, test } from 'vitest';
import { forkStep } from './forkStep.ts';

test('begins with the checkpoint asked for, else with the one before it', () => {
  const steps = [300, 200, 100];
  expect(forkStep(steps, 200)).toBe(200);
  expect(forkStep(steps, 250)).toBe(200);
  expect(forkStep(steps, null)).toBe(300);
  // Nothing that early is left: the earliest there is.
  expect(forkStep(steps, 50)).toBe(100);
  expect(forkStep([], 50)).toBeNull();
});
