/** @file Points of one series as columns, and their packed form in the database. */

/** Columns of equal length: steps ascending and distinct, values finite. */
export type Points = { steps: Int32Array; values: Float64Array };

/** Steps are stored in 32 bits. */
export const MAX_STEP = 2 ** 31 - 1;

/** Points as they arrive: any order, steps may repeat, null or non-finite values stand for "no value". */
export type RawPoints = { steps: readonly number[]; values: readonly (number | null)[] };

/**
 * Sorts by step and drops missing values; of points with the same step the last one given stays.
 * Throws a RangeError when the columns differ in length or a step is not a whole number from 0 to 2^31 - 1.
 */
export function normalise(batches: readonly RawPoints[]): Points {
  const steps: number[] = [];
  const values: number[] = [];
  let ascending = true;
  for (const batch of batches) {
    if (batch.steps.length !== batch.values.length) {
      throw new RangeError(`${batch.steps.length} steps but ${batch.values.length} values`);
    }
    for (let i = 0; i < batch.steps.length; i++) {
      const step = batch.steps[i] ?? Number.NaN;
      const value = batch.values[i] ?? null;
      if ((step | 0) !== step || step < 0) throw new RangeError(`${step} is not a step (0 to 2147483647)`);
      if (value === null || !Number.isFinite(value)) continue;
      ascending &&= steps.length === 0 || step > (steps[steps.length - 1] ?? 0);
      steps.push(step);
      values.push(value);
    }
  }
  if (ascending) return { steps: Int32Array.from(steps), values: Float64Array.from(values) };
  return fromMap(new Map(steps.map((step, i) => [step, values[i] ?? 0])));
}

/** Merges series given in order of arrival: for a step in several of them the last one wins. */
export function merge(parts: readonly Points[]): Points {
  parts = parts.filter((part) => part.steps.length > 0);
  const first = parts[0];
  if (parts.length === 1 && first !== undefined) return first;
  if (parts.every((part, i) => i === 0 || startsAfter(part, parts[i - 1]))) return concatenate(parts);
  const all = new Map<number, number>();
  for (const part of parts) {
    for (let i = 0; i < part.steps.length; i++) all.set(part.steps[i] ?? 0, part.values[i] ?? 0);
  }
  return fromMap(all);
}

/** What a bucket or a chart needs to know of a stretch of points. `last` is the value at the highest step. */
export type Summary = { count: number; min: number; max: number; sum: number; last: number };

/** Summary of points; of no points: count 0, min Infinity, max -Infinity, sum 0, last NaN. */
export function summarise({ values }: Points): Summary {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return { count: values.length, min, max, sum, last: values[values.length - 1] ?? Number.NaN };
}

/** The points from index `from` up to but not including `to`. Shares memory. */
export function slice(points: Points, from: number, to: number): Points {
  return { steps: points.steps.subarray(from, to), values: points.values.subarray(from, to) };
}

/** Index of the first step that is at least `step`; the length when there is none. */
export function lowerBound(steps: Int32Array, step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((steps[middle] ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Little-endian Int32Array and Float64Array (every platform with an embedded PostgreSQL is little-endian). Steps are null
 * when they rise by one, which is a third of the space of most series.
 */
export function pack(points: Points): { steps: Uint8Array | null; values: Uint8Array } {
  const { steps, values } = points;
  const dense = (steps[steps.length - 1] ?? 0) - (steps[0] ?? 0) === steps.length - 1;
  return { steps: dense ? null : bytesOf(steps), values: bytesOf(values) };
}

/** The inverse of `pack`. Copies, since a buffer from the network need not be aligned for a Float64Array. */
export function unpack(
  minStep: number,
  count: number,
  packed: { steps: Uint8Array | null; values: Uint8Array },
): Points {
  const values = new Float64Array(count);
  bytesOf(values).set(packed.values);
  const steps = new Int32Array(count);
  if (packed.steps === null) for (let i = 0; i < count; i++) steps[i] = minStep + i;
  else bytesOf(steps).set(packed.steps);
  return { steps, values };
}

function bytesOf(array: Int32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function startsAfter(later: Points, earlier: Points | undefined): boolean {
  return (later.steps[0] ?? 0) > (earlier?.steps[earlier.steps.length - 1] ?? -1);
}

function concatenate(parts: readonly Points[]): Points {
  const count = parts.reduce((sum, part) => sum + part.steps.length, 0);
  const all = { steps: new Int32Array(count), values: new Float64Array(count) };
  let at = 0;
  for (const part of parts) {
    all.steps.set(part.steps, at);
    all.values.set(part.values, at);
    at += part.steps.length;
  }
  return all;
}

function fromMap(map: Map<number, number>): Points {
  const steps = Int32Array.from(map.keys()).sort();
  return { steps, values: Float64Array.from(steps, (step) => map.get(step) ?? 0) };
}
