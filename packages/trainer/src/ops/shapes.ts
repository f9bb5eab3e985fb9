/** @file Shape checks that every op makes first, so that a wrong tensor is named where it comes in. */
import type * as tf from '@tensorflow/tfjs-core';

/**
 * Checks a tensor against a pattern: a number must be met, null stands for any size, a leading '...' for any number of
 * leading axes.
 * @throws Error that names the op, the tensor, the expected and the actual shape.
 */
export function assertShape(
  op: string,
  name: string,
  tensor: tf.Tensor,
  pattern: readonly (number | null | '...')[],
  dtype?: tf.DataType,
): void {
  const open = pattern[0] === '...';
  const sizes = open ? pattern.slice(1) : pattern;
  const { shape } = tensor;
  const tail = open ? shape.slice(Math.max(0, shape.length - sizes.length)) : shape;
  const fits =
    tail.length === sizes.length &&
    sizes.every((size, axis) => size === null || size === '...' || size === tail[axis]);
  if (!fits) {
    const expected = pattern.map((size) => size ?? '?').join(', ');
    throw new Error(`${op}: ${name} must have the shape [${expected}], it has [${shape.join(', ')}]`);
  }
  if (dtype !== undefined && tensor.dtype !== dtype) {
    throw new Error(`${op}: ${name} must be ${dtype}, it is ${tensor.dtype}`);
  }
}

/** The size of an axis; negative counts from the end. @throws Error if there is no such axis. */
export function sizeOf(tensor: tf.Tensor, axis: number): number {
  const size = tensor.shape.at(axis);
  if (size === undefined)
    throw new Error(`A tensor of the shape [${tensor.shape.join(', ')}] has no axis ${axis}`);
  return size;
}

/** The product of all sizes but the last: how many rows a tensor has when all leading axes are one. */
export function rowsOf(tensor: tf.Tensor): number {
  return tensor.size / Math.max(1, sizeOf(tensor, -1));
}
