import { describe, expect, it } from 'vitest';
import { OPEN_END, readRange, shownSteps, writeRange } from './stepRange.ts';

describe('a range of steps in the address', () => {
  it.each([
    ['100-200', [100, 200]],
    ['100-', [100, OPEN_END]],
    ['-200', [0, 200]],
  ] as const)('%s is read and written back', (text, range) => {
    expect(readRange(text)).toEqual(range);
    expect(writeRange(range)).toBe(text);
  });

  it.each([null, '', '-', 'x-y', '200-100', '5-5', '1-2-3'])('%s names no range', (text) =>
    expect(readRange(text)).toBeNull(),
  );
});

describe('shownSteps', () => {
  it('lets open ends follow the data and keeps closed ones', () => {
    expect(shownSteps(null, 1, 50)).toEqual([1, 50]);
    expect(shownSteps([0, 20], 1, 50)).toEqual([1, 20]);
    expect(shownSteps([10, OPEN_END], 1, 50)).toEqual([10, 50]);
    expect(shownSteps([10, 500], 1, 50)).toEqual([10, 500]);
    expect(shownSteps([60, OPEN_END], 1, 50)).toEqual([60, 60]);
  });
});
