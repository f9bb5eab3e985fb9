import { expect, test } from 'vitest';
import { forkBegin } from './forkStep.ts';

const steps = [1500, 1000, 500];

test('begins with the checkpoint asked for, with the latest when none was', () => {
  expect(forkBegin(steps, 1000)).toEqual({ step: 1000, instead: null });
  expect(forkBegin(steps, null)).toEqual({ step: 1500, instead: null });
  expect(forkBegin([], null)).toEqual({ step: null, instead: null });
});

test('says when it is the one before', () => {
  expect(forkBegin(steps, 536)).toEqual({
    step: 500,
    instead: 'Step 536 has no checkpoint; 500 is the last before it.',
  });
  expect(forkBegin(steps, 9999).instead).toBe('Step 9,999 has no checkpoint; 1,500 is the last before it.');
});

test('never takes a later one by itself', () => {
  expect(forkBegin(steps, 50)).toEqual({
    step: null,
    instead: 'Step 50 has no checkpoint and none before it has; the first is after step 500.',
  });
  expect(forkBegin([], 50)).toEqual({
    step: null,
    instead: 'Step 50 has no checkpoint, and neither has another step.',
  });
});
