import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { checkGradients, expectClose, irregularTensor } from './checkGradients.ts';
import { rope, ropeAt, ropeFrequencies, ropeTables } from './rope.ts';

await describeOnEachBackend('rope', () => {
  it('turns the pair (1, 0) at position p by p radians, and the second pair by p / 100', () => {
    // Dh = 4: pairs are (x0, x2) and (x1, x3); base^(−2/4) = 1/100 for the base 10,000.
    const x = tf.tensor4d([1, 1, 0, 0, 1, 1, 0, 0], [1, 2, 1, 4]);
    const expected = [1, 1, 0, 0, Math.cos(1), Math.cos(0.01), Math.sin(1), Math.sin(0.01)];
    expectClose(rope(x, ropeTables(2, ropeFrequencies(4))), expected);
  });

  it('has the gradient that finite differences give', () => {
    const tables = ropeTables(3, ropeFrequencies(4));
    checkGradients((x) => rope(x, tables), [irregularTensor([2, 3, 2, 4])]);
  });

  it('leaves lengths alone, and products depend on the distance of positions only', () => {
    const [q, k] = [irregularTensor([1, 1, 1, 8]), irregularTensor([1, 1, 1, 8], 1)];
    const at = (x: tf.Tensor, position: number) => rope(x, ropeTables(1, ropeFrequencies(8), position));
    const product = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b)).dataSync()[0] ?? NaN;
    // A sum of 8 products near 1: 1e-5 leaves room for the float32 cosines at position 37.
    expect(product(at(q, 9), at(k, 4))).toBeCloseTo(product(at(q, 37), at(k, 32)), 5);
    expect(product(at(q, 9), at(q, 9))).toBeCloseTo(product(q, q), 5);
  });

  it('finds the row of a position that is known only at run time', () => {
    const tables = ropeTables(6, ropeFrequencies(4));
    const row = ropeAt(tables, tf.scalar(5, 'int32'));
    const expected = ropeTables(1, ropeFrequencies(4), 5);
    expectClose(row.cos, [...expected.cos.dataSync()], 0);
    expectClose(row.sin, [...expected.sin.dataSync()], 0);
  });

  it('names the tensor whose shape or dtype is wrong', () => {
    expect(() => rope(tf.zeros([1, 2, 1, 4]), ropeTables(3, ropeFrequencies(4)))).toThrow(
      /rope: tables\.cos must have the shape \[2, 4\], it has \[3, 4\]/,
    );
    expect(() => rope(tf.zeros([2, 4]), ropeTables(2, ropeFrequencies(4)))).toThrow(
      /rope: x must have the shape/,
    );
    expect(() => ropeFrequencies(3)).toThrow(/must be even, it is 3/);
    expect(() => ropeAt(ropeTables(2, ropeFrequencies(4)), tf.scalar(1))).toThrow(
      /position must be int32, it is float32/,
    );
  });
});

it('llama3 stretches slow pairs by the factor, leaves fast ones, and goes over between', () => {
  // Waves of pair i within 32 positions: 32 · 10000^(−i/4) / 2π = 5.09, 0.509, 0.0509, …; bounds 0.1 and 2, factor 8.
  const stretch = { factor: 8, lowFrequencyFactor: 0.1, highFrequencyFactor: 2, originalMaxPositions: 32 };
  const plain = [...ropeFrequencies(8)];
  const stretched = [...ropeFrequencies(8, 10_000, stretch)];
  const waves = plain.map((frequency) => (32 * frequency) / (2 * Math.PI));
  expect(stretched[0]).toBe(plain[0]);
  const kept = ((waves[1] ?? NaN) - 0.1) / 1.9;
  expect(stretched[1]).toBeCloseTo((plain[1] ?? NaN) * (kept + (1 - kept) / 8), 12);
  expect(stretched[2]).toBe((plain[2] ?? NaN) / 8);
  expect(stretched[3]).toBe((plain[3] ?? NaN) / 8);
});
