import { expect, test } from 'vitest';
import { makeBuckets, rawColumns } from './buckets.ts';
import { normalise } from './points.ts';

test('ten steps in four buckets: three steps each, the last one shorter', () => {
  const buckets = makeBuckets(1, 10, 4);
  const steps = [1, 2, 3, 4, 6, 7, 8, 9, 10]; // 5 is missing
  buckets.addPoints(normalise([{ steps, values: steps.map((step) => step * 10) }]));
  expect(buckets.columns()).toEqual({
    steps: [3, 6, 9, 10],
    min: [10, 40, 70, 100],
    max: [30, 60, 90, 100],
    mean: [20, 50, 80, 100],
    last: [30, 60, 90, 100],
    pointCount: 9,
  });
});

test('buckets without points are left out, and summaries join points in any order', () => {
  const buckets = makeBuckets(0, 99, 10);
  buckets.addPoints(normalise([{ steps: [5, 25], values: [1, 7] }]));
  buckets.addSummary(4, { count: 2, min: -3, max: 5, sum: 2, last: 5 });
  expect(buckets.columns()).toEqual({
    steps: [5, 25],
    min: [-3, 7],
    max: [5, 7],
    mean: [1, 7],
    last: [1, 7],
    pointCount: 4,
  });
});

test('raw points are their own minimum, maximum, mean and last', () => {
  expect(rawColumns(normalise([{ steps: [3], values: [9] }]))).toEqual({
    steps: [3],
    min: [9],
    max: [9],
    mean: [9],
    last: [9],
  });
});
