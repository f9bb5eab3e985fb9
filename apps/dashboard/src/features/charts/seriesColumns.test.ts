import { describe, expect, it } from 'vitest';
import {
  EMPTY_COLUMNS,
  type SeriesColumns,
  appendColumns,
  figuresOf,
  lastStepUpTo,
  nearestIndex,
  shiftColumns,
  sliceColumns,
} from './seriesColumns.ts';

const raw = (points: readonly (readonly [number, number | null])[]): SeriesColumns => {
  const values = points.map(([, value]) => value);
  return {
    steps: points.map(([step]) => step),
    min: values,
    max: values,
    mean: values,
    last: values,
    bucketed: false,
  };
};

describe('appendColumns', () => {
  it('puts later points behind earlier ones without touching either', () => {
    const base = raw([
      [1, 0.1],
      [2, 0.2],
    ]);
    const merged = appendColumns(base, raw([[3, 0.3]]));
    expect(merged.steps).toEqual([1, 2, 3]);
    expect(merged.mean).toEqual([0.1, 0.2, 0.3]);
    expect(base.steps).toEqual([1, 2]);
  });

  it('orders points that arrive out of order and lets the later one win at a step that comes twice', () => {
    const base = raw([
      [1, 0.1],
      [3, 0.3],
    ]);
    const merged = appendColumns(
      base,
      raw([
        [2, 0.2],
        [3, 0.9],
      ]),
    );
    expect(merged.steps).toEqual([1, 2, 3]);
    expect(merged.last).toEqual([0.1, 0.2, 0.9]);
  });

  it('sorts a first batch that is itself out of order', () => {
    const merged = appendColumns(
      EMPTY_COLUMNS,
      raw([
        [5, 5],
        [4, 4],
      ]),
    );
    expect(merged.steps).toEqual([4, 5]);
    expect(merged.mean).toEqual([4, 5]);
  });

  it('keeps gaps as null', () => {
    expect(appendColumns(raw([[1, null]]), raw([[2, 2]])).mean).toEqual([null, 2]);
  });
});

describe('nearestIndex', () => {
  it('finds the nearest step, the earlier one on a tie', () => {
    expect(nearestIndex([10, 20, 30], 14)).toBe(0);
    expect(nearestIndex([10, 20, 30], 15)).toBe(0);
    expect(nearestIndex([10, 20, 30], 16)).toBe(1);
    expect(nearestIndex([10, 20, 30], 99)).toBe(2);
    expect(nearestIndex([10, 20, 30], -1)).toBe(0);
    expect(nearestIndex([], 1)).toBe(-1);
  });
});

describe('sliceColumns', () => {
  it('includes both ends', () => {
    const sliced = sliceColumns(
      raw([
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
      ]),
      2,
      3,
    );
    expect(sliced.steps).toEqual([2, 3]);
    expect(sliced.max).toEqual([2, 3]);
  });
});

describe('figuresOf', () => {
  it('skips gaps and takes extremes from the buckets’ extremes', () => {
    const figures = figuresOf({
      steps: [1, 5, 9],
      min: [null, -2, 0],
      max: [null, 7, 4],
      mean: [null, 3, 2],
      last: [null, 6, 1],
      bucketed: true,
    });
    expect(figures).toEqual({ first: 3, firstStep: 5, last: 1, lastStep: 9, min: -2, max: 7, count: 2 });
  });

  it('is null without a value', () => {
    expect(figuresOf(EMPTY_COLUMNS)).toBeNull();
    expect(figuresOf(raw([[1, null]]))).toBeNull();
  });
});

it('the last step up to another is that of the figure that was in force there', () => {
  const columns = { ...EMPTY_COLUMNS, steps: [100, 150] };
  expect([99, 100, 120, 150, 900].map((step) => lastStepUpTo(columns, step))).toEqual([
    null,
    100,
    100,
    150,
    150,
  ]);
  expect(lastStepUpTo({ ...columns, bucketed: true }, 120)).toBeNull();
  expect(lastStepUpTo(undefined, 120)).toBeNull();
});

describe('shiftColumns', () => {
  it('moves steps and nothing else, and leaves its argument as it is', () => {
    const columns = raw([
      [1, 5],
      [2, null],
    ]);
    const moved = shiftColumns(columns, 80);
    expect(moved).toEqual({ ...columns, steps: [81, 82] });
    expect(columns.steps).toEqual([1, 2]);
    expect(shiftColumns(columns, 0)).toBe(columns);
  });
});
