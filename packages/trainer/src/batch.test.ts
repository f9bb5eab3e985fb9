import { describe, expect, it } from 'vitest';

import {
  bucketWidth,
  coarseWidth,
  coarseWidths,
  halvedWidth,
  modelInput,
  padCompletions,
  padPrompts,
  repeatPrompts,
} from './batch.ts';

describe('rectangles', () => {
  const prompts = padPrompts(
    [
      [1, 5],
      [1, 6, 7],
    ],
    4,
    0,
  );
  const completions = padCompletions([[8, 2], [9]], 2, 0);

  it('pad prompts on the left and completions on the right', () => {
    expect(Array.from(prompts.ids)).toEqual([0, 0, 1, 5, 0, 1, 6, 7]);
    expect(Array.from(prompts.padding)).toEqual([2, 1]);
    expect(Array.from(completions.ids)).toEqual([8, 2, 9, 0]);
  });

  it('stand side by side without the last token', () => {
    expect(modelInput(prompts, completions)).toEqual({
      ids: Int32Array.of(0, 0, 1, 5, 8, 0, 1, 6, 7, 9),
      rows: 2,
      width: 5,
    });
    expect(() => modelInput(prompts, padCompletions([[8]], 2, 0))).toThrow(/2 prompts for 1 completions/);
  });

  it('repeat each prompt for its group', () => {
    const repeated = repeatPrompts(prompts, 2);
    expect(Array.from(repeated.ids)).toEqual([0, 0, 1, 5, 0, 0, 1, 5, 0, 1, 6, 7, 0, 1, 6, 7]);
    expect(Array.from(repeated.padding)).toEqual([2, 2, 1, 1]);
  });

  it('come in few widths', () => {
    expect([1, 4, 5, 32, 33, 100].map((longest) => bucketWidth(longest))).toEqual([4, 4, 8, 32, 48, 112]);
    expect(bucketWidth(5, 7)).toBe(7);
  });

  it('refuse what does not fit', () => {
    expect(() => padPrompts([[1, 2, 3]], 2, 0)).toThrow(/prompt 0 has 3 tokens, not 1 to 2/);
    expect(() => padPrompts([[]], 2, 0)).toThrow(/prompt 0 has 0 tokens/);
    expect(() => padCompletions([[1], [1, 2, 3]], 2, 0)).toThrow(/completion 1 has 3 tokens/);
  });
});

it('gives prompts few widths where each is compiled for long', () => {
  expect(coarseWidths(300)).toEqual([300, 150, 75]);
  // A half below 32 would save little.
  expect(coarseWidths(100)).toEqual([100, 50]);
  expect(coarseWidths(12)).toEqual([12]);
  expect([1, 75, 76, 150, 151, 300].map((longest) => coarseWidth(longest, 300))).toEqual([
    75, 75, 150, 150, 300, 300,
  ]);
});

it('gives completions the narrowest half of a half that holds them', () => {
  expect([1, 8, 9, 12, 13, 24, 25, 50, 100].map((longest) => halvedWidth(longest, 100))).toEqual([
    13, 13, 13, 13, 13, 25, 25, 50, 100,
  ]);
  // Never below 8, nor beyond the bound.
  expect([1, 8, 9, 16].map((longest) => halvedWidth(longest, 16))).toEqual([8, 8, 16, 16]);
  expect(halvedWidth(1, 5)).toBe(5);
});
