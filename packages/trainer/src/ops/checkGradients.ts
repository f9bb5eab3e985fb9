/** @file For tests: analytic gradients against central differences. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/**
 * Step of the differences. In float32 the error of a central difference is about 6e-8 |f| / ε from rounding plus ε²/6 |f'''|:
 * with values of order 1 both are near 1e-5 at ε = 1e-2.
 */
const EPSILON = 1e-2;
/** A hundred times that, for sums of a few dozen terms and third derivatives above 1; a wrong term is of order 0.1. */
const TOLERANCE = 2e-3;

/**
 * Compares the gradients of Σ fn(...) · r, with r fixed and of no particular form, with central differences in every element
 * of every input.
 */
export function checkGradients(
  fn: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: readonly tf.Tensor[],
): void {
  const scalar = (...args: tf.Tensor[]) => {
    const value = fn(...args);
    return tf.sum(tf.mul(value, tf.reshape(irregular(value.size), value.shape)));
  };
  const { grads } = tf.tidy(() => tf.valueAndGrads(scalar)([...inputs]));
  inputs.forEach((input, which) => {
    const values = input.dataSync<'float32'>();
    const analytic = [...(grads[which]?.dataSync() ?? [])];
    expect(grads[which]?.shape).toEqual(input.shape);
    const numeric = Array.from(values, (_, element) => {
      const [above, below] = [EPSILON, -EPSILON].map((offset) =>
        tf.tidy(() => {
          const moved = values.slice();
          moved[element] = (moved[element] ?? 0) + offset;
          const args = inputs.map((other, index) =>
            index === which ? tf.tensor(moved, input.shape) : other,
          );
          return scalar(...args).dataSync()[0] ?? NaN;
        }),
      );
      return ((above ?? NaN) - (below ?? NaN)) / (2 * EPSILON);
    });
    analytic.forEach((slope, element) => {
      const expected = numeric[element] ?? NaN;
      const allowed = TOLERANCE * Math.max(1, Math.abs(expected));
      expect(
        Math.abs(slope - expected),
        `input ${which}, element ${element}: ${slope}, by differences ${expected}`,
      ).toBeLessThan(allowed);
    });
  });
  tf.dispose(grads);
}

/** Numbers between −1 and 1 that repeat no pattern: sin(1), sin(3), sin(5), … */
export function irregular(count: number, phase = 0): tf.Tensor1D {
  return tf.tensor1d(Float32Array.from({ length: count }, (_, i) => Math.sin(phase + 2 * i + 1)));
}

/** `irregular` in a shape. */
export function irregularTensor(shape: readonly number[], phase = 0): tf.Tensor {
  return tf.reshape(
    irregular(
      shape.reduce((product, size) => product * size, 1),
      phase,
    ),
    [...shape],
  );
}

/** Checks every element; the default tolerance is ten float32 roundings (6e-8) of values up to 2. */
export function expectClose(actual: tf.Tensor, expected: readonly number[], tolerance = 1e-6): void {
  const values = actual.dataSync();
  expect(values.length).toBe(expected.length);
  expected.forEach((value, index) => {
    const difference = Math.abs((values[index] ?? NaN) - value);
    expect(difference, `element ${index}: ${values[index]} instead of ${value}`).toBeLessThanOrEqual(
      tolerance,
    );
  });
}
