import { expect, test } from 'vitest';
import { lowerBound, merge, normalise, pack, slice, summarise, unpack } from './points.ts';

const columns = (points: { steps: Int32Array; values: Float64Array }) => [
  [...points.steps],
  [...points.values],
];

test('points are sorted, missing values dropped, and of a repeated step the last one stays', () => {
  const points = normalise([
    { steps: [3, 1, 2], values: [30, 10, null] },
    { steps: [1, 4, 5], values: [11, Number.NaN, Infinity] },
  ]);
  expect(columns(points)).toEqual([
    [1, 3],
    [11, 30],
  ]);
});

test.each([
  [{ steps: [1, 2], values: [1] }, '2 steps but 1 values'],
  [{ steps: [1.5], values: [1] }, '1.5 is not a step'],
  [{ steps: [-1], values: [1] }, '-1 is not a step'],
  [{ steps: [2 ** 31], values: [1] }, '2147483648 is not a step'],
])('%j is refused', (raw, message) => {
  expect(() => normalise([raw])).toThrow(message);
});

test('packing is exact, and steps that rise by one take no space', () => {
  const dense = normalise([{ steps: [7, 8, 9], values: [0.1, -0, Number.MIN_VALUE] }]);
  expect(pack(dense).steps).toBeNull();
  expect(unpack(7, 3, pack(dense))).toEqual(dense);
  const sparse = normalise([{ steps: [7, 9, 2 ** 31 - 1], values: [1, 2, 3] }]);
  expect(pack(sparse).steps?.byteLength).toBe(12);
  // A buffer from the network starts anywhere; a view at an odd offset must not matter.
  const shifted = (bytes: Uint8Array) => Buffer.concat([Buffer.from([0]), bytes]).subarray(1);
  const { steps, values } = pack(sparse);
  expect(unpack(7, 3, { steps: steps && shifted(steps), values: shifted(values) })).toEqual(sparse);
  // Packing a part of a series packs that part only.
  expect(unpack(9, 1, pack(slice(sparse, 1, 2)))).toEqual(normalise([{ steps: [9], values: [2] }]));
});

test('merging takes the later of two values, across empty parts too', () => {
  const [a, none, b] = [
    normalise([{ steps: [1, 5], values: [1, 5] }]),
    normalise([]),
    normalise([{ steps: [2, 5], values: [20, 50] }]),
  ];
  expect(columns(merge([a, none, b]))).toEqual([
    [1, 2, 5],
    [1, 20, 50],
  ]);
  expect(columns(merge([]))).toEqual([[], []]);
});

test('lowerBound finds the first step that is at least the asked one', () => {
  const steps = Int32Array.of(2, 4, 6);
  expect([1, 2, 3, 6, 7].map((step) => lowerBound(steps, step))).toEqual([0, 0, 1, 2, 3]);
});

test('a summary says count, extremes, sum and last', () => {
  expect(summarise(normalise([{ steps: [1, 2, 3], values: [4, -1, 2] }]))).toEqual({
    count: 3,
    min: -1,
    max: 4,
    sum: 5,
    last: 2,
  });
});
