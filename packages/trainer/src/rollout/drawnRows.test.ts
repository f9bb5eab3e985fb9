import { describe, expect, it } from 'vitest';

import { createDrawnRows, narrowed, rowsToKeep } from './drawnRows.ts';

describe('createDrawnRows', () => {
  it('keeps each completion up to its first end, and tells which go on', () => {
    const drawn = createDrawnRows({ rows: 3, maxNewTokens: 4, eosIds: [2, 9], padId: 0 });
    expect(drawn.going).toEqual([0, 1, 2]);
    // Two tokens for three rows: row 1 ends at once, what follows is dropped.
    const first = drawn.add(
      Int32Array.of(5, 9, 6, 5, 2, 2),
      Float32Array.of(-1, -2, -3, -4, -5, -6),
      [0, 1, 2],
    );
    expect(first).toEqual([
      { row: 1, ids: Int32Array.of(9), truncated: false },
      { row: 2, ids: Int32Array.of(6, 2), truncated: false },
    ]);
    expect(drawn.going).toEqual([0]);
    // Row 0 alone, beside a row that fills the rectangle; the third token of the block is one too many.
    const last = drawn.add(Int32Array.of(7, 1, 8, 1, 7, 1), Float32Array.of(-7, 0, -8, 0, -9, 0), [0, null]);
    expect(last).toEqual([{ row: 0, ids: Int32Array.of(5, 5, 7, 8), truncated: true }]);
    expect(drawn.going).toEqual([]);
    expect(drawn.completions()).toEqual({
      ids: Int32Array.of(5, 5, 7, 8, 9, 0, 0, 0, 6, 2, 0, 0),
      logp: Float32Array.of(-1, -4, -7, -8, -2, 0, 0, 0, -3, -6, 0, 0),
      lengths: [4, 1, 2],
      truncated: [true, false, false],
      rows: 3,
      width: 4,
    });
  });
});

describe('narrowed', () => {
  const completions = {
    ids: Int32Array.of(5, 2, 0, 0, 6, 7, 2, 0),
    logp: Float32Array.of(-1, -2, 0, 0, -3, -4, -5, 0),
    lengths: [2, 3],
    truncated: [false, false],
    rows: 2,
    width: 4,
  };

  it('leaves away columns that nobody has written', () => {
    expect(narrowed(completions, 3)).toEqual({
      ...completions,
      ids: Int32Array.of(5, 2, 0, 6, 7, 2),
      logp: Float32Array.of(-1, -2, 0, -3, -4, -5),
      width: 3,
    });
    expect(narrowed(completions, 4)).toBe(completions);
  });

  it('cuts no completion', () =>
    expect(() => narrowed(completions, 2)).toThrow('a completion of 3 tokens in a width of 2'));
});

describe('rowsToKeep', () => {
  it('goes down by quarters while they suffice, and not below 8', () => {
    const cases = [
      [64, 64, 64],
      [17, 64, 64],
      [16, 64, 16],
      [1, 64, 16],
      [1, 1024, 16],
      [20, 1024, 64],
      [4, 32, 8],
      [1, 31, 8],
      [1, 28, 28],
      [3, 16, 16],
    ] as const;
    for (const [going, now, kept] of cases)
      expect([going, now, rowsToKeep(going, now)]).toEqual([going, now, kept]);
  });
});
