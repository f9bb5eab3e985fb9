import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { sumByToken } from '../../ops/embedding.ts';
import { describeOn } from '../testBackends.ts';

/** Values in [-1, 1) that repeat nowhere soon. */
function noise(shape: number[], seed: number): tf.Tensor {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, index) => Math.sin(index * 12.9898 + seed) % 1),
    shape,
  );
}

/** The product in float64, batch by batch, from the definition. */
function expected(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): number[] {
  const [x, y] = [a.dataSync(), b.dataSync()];
  const [aRows = 0, aColumns = 0] = a.shape.slice(-2);
  const [bRows = 0, bColumns = 0] = b.shape.slice(-2);
  const [rows, inner] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const columns = transposeB ? bRows : bColumns;
  const [aBatch, bBatch] = [a.size / (aRows * aColumns), b.size / (bRows * bColumns)];
  const out: number[] = [];
  for (let batch = 0; batch < Math.max(aBatch, bBatch); batch++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let place = 0; place < inner; place++) {
          const left = transposeA ? place * aColumns + row : row * aColumns + place;
          const right = transposeB ? column * bColumns + place : place * bColumns + column;
          sum +=
            (x[(aBatch === 1 ? 0 : batch) * aRows * aColumns + left] ?? NaN) *
            (y[(bBatch === 1 ? 0 : batch) * bRows * bColumns + right] ?? NaN);
        }
        out.push(sum);
      }
  return out;
}

await describeOn('wasm', 'our kernels', (backend) => {
  /** [batch of a, batch of b, rows, inner, columns]: edges of tiles (4), panels (8), groups of panels (32) and blocks (512). */
  const sizes: [number[], number[], number, number, number][] = [
    [[], [], 1, 1, 1],
    [[], [], 3, 5, 7],
    [[], [], 4, 8, 8],
    [[], [], 5, 9, 41],
    [[], [], 13, 130, 72],
    [[], [], 6, 1030, 20],
    [[], [], 90, 700, 33],
    [[3], [3], 7, 6, 10],
    [[2, 3], [2, 3], 1, 7, 5],
    [[2, 3], [2, 3], 1, 7, 12],
    [[2, 3], [2, 3], 1, 8, 9],
    [[3], [], 2, 6, 9],
    [[], [3], 2, 6, 9],
    [[1], [4], 1, 6, 8],
  ];
  for (const transposeA of [false, true])
    for (const transposeB of [false, true])
      it(`multiplies${transposeA ? ' aᵀ' : ' a'} by${transposeB ? ' bᵀ' : ' b'}`, () => {
        for (const [aBatch, bBatch, rows, inner, columns] of sizes) {
          const a = noise([...aBatch, ...(transposeA ? [inner, rows] : [rows, inner])], 1);
          const b = noise([...bBatch, ...(transposeB ? [columns, inner] : [inner, columns])], 2);
          const c = tf.matMul(a, b, transposeA, transposeB);
          const outer = aBatch.length > bBatch.length || bBatch.length === 0 ? aBatch : bBatch;
          expect(c.shape).toEqual([...outer, rows, columns]);
          const wanted = expected(a, b, transposeA, transposeB);
          // A float32 sum of n products within [-1, 1] is off by n · 6e-8 of their sum of sizes, at most n: far less in practice.
          c.dataSync().forEach((value, place) =>
            expect(Math.abs(value - (wanted[place] ?? NaN))).toBeLessThan(1e-6 * (inner + 1)),
          );
          tf.dispose([a, b, c]);
        }
      });

  it('gives each row the same bits whatever stands beside it', () => {
    const [a, b] = [noise([137, 600], 1), noise([600, 24], 2)];
    const all = tf.matMul(a, b).dataSync();
    for (const [start, rows] of [
      [0, 8],
      [5, 3],
      [9, 28],
      [70, 64],
      [20, 65],
    ] as const) {
      const some = tf.matMul(tf.slice(a, [start, 0], [rows, 600]), b).dataSync();
      expect([...some]).toEqual([...all.subarray(start * 24, (start + rows) * 24)]);
    }
  });

  it('writes nothing beside its results, and leaks nothing', () => {
    const before = backend.memory();
    const [a, b, guard] = [noise([5, 11], 1), noise([11, 13], 2), noise([4096], 3)];
    const held = [...guard.dataSync()];
    const outputs = [
      tf.matMul(a, b),
      ...tf.split(b, [2, 6, 5], 1),
      tf.transpose(tf.reshape(guard, [2, 16, 4, 32]), [0, 2, 1, 3]),
    ];
    expect([...guard.dataSync()]).toEqual(held);
    tf.dispose([a, b, guard, ...outputs]);
    expect(backend.memory().numTensors).toBe(before.numTensors + 1); // the reshaped view
  });

  it('splits and joins along any axis', () => {
    const x = noise([3, 7, 5], 1);
    for (const [axis, sizes] of [
      [0, [1, 2]],
      [1, [3, 4]],
      [2, [1, 4]],
      [-1, [2, 2, 1]],
    ] as const) {
      const parts = tf.split(x, [...sizes], axis);
      const begin = [0, 0, 0];
      const place = axis < 0 ? axis + 3 : axis;
      parts.forEach((part, index) => {
        const shape = x.shape.with(place, sizes[index] ?? 0);
        expect(part.shape).toEqual(shape);
        expect([...part.dataSync()]).toEqual([...tf.slice(x, begin, shape).dataSync()]);
        begin[place] = (begin[place] ?? 0) + (sizes[index] ?? 0);
      });
      expect([...tf.concat(parts, axis).dataSync()]).toEqual([...x.dataSync()]);
    }
    const whole = tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32');
    expect([...tf.concat([whole, whole], 1).dataSync()]).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
    expect([...tf.concat([tf.zeros([0, 2], 'int32'), whole], 0).dataSync()]).toEqual([1, 2, 3, 4]);
    const flags = tf.tensor1d([true, false], 'bool');
    expect([...tf.concat([flags, flags]).dataSync()]).toEqual([1, 0, 1, 0]);
  });

  it('swaps the middle axes', () => {
    const x = noise([2, 3, 4, 5], 1);
    const swapped = tf.transpose(x, [0, 2, 1, 3]);
    expect(swapped.shape).toEqual([2, 4, 3, 5]);
    const values = x.dataSync();
    const wanted = Array.from(swapped.dataSync(), (_, place) => {
      const [a, c, b, d] = [
        Math.floor(place / 60),
        Math.floor(place / 15) % 4,
        Math.floor(place / 5) % 3,
        place % 5,
      ];
      return values[((a * 3 + b) * 4 + c) * 5 + d];
    });
    expect([...swapped.dataSync()]).toEqual(wanted);
    expect([...tf.transpose(swapped, [0, 2, 1, 3]).dataSync()]).toEqual([...values]);
  });

  it('gathers rows and numbers, and names an index that is not there', () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    expect([...tf.gather(x, tf.tensor1d([2, 0, 2], 'int32')).dataSync()]).toEqual([5, 6, 1, 2, 5, 6]);
    const ints = tf.tensor1d([7, 8, 9], 'int32');
    expect([...tf.gather(ints, tf.tensor1d([1, 2], 'int32')).dataSync()]).toEqual([8, 9]);
    expect([...tf.gather(x, tf.tensor1d([1, 0], 'int32'), 1).dataSync()]).toEqual([2, 1, 4, 3, 6, 5]);
    expect(() => tf.gather(x, tf.tensor1d([3], 'int32'))).toThrow(/index 3 is not in \[0, 2\]/);
  });

  it('sums rows by token without a matrix of the vocabulary, and names a token beyond it', () => {
    const rows = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const sums = sumByToken(rows, tf.tensor1d([4, 0, 4], 'int32'), 150_000);
    expect(sums.shape).toEqual([150_000, 2]);
    expect([...tf.slice(sums, [0, 0], [5, 2]).dataSync()]).toEqual([3, 4, 0, 0, 0, 0, 0, 0, 6, 8]);
    expect(() => sumByToken(rows, tf.tensor1d([0, 1, 2], 'int32'), 2)).toThrow(
      /token 2 is not in the vocabulary of 2/,
    );
  });
});
