/** @file Copies on wasm: split, concat, transpose and gather as copies of whole rows. Values of four bytes. */
import type * as tf from '@tensorflow/tfjs-core';

import type { WasmBackend, WasmMemory } from './memory.ts';

/** The parts of `sizes` along an axis. */
export function splitColumns(
  backend: WasmBackend,
  memory: WasmMemory,
  x: tf.TensorInfo,
  axis: number,
  sizes: readonly number[],
): tf.TensorInfo[] {
  const [rows, inner] = [product(x.shape.slice(0, axis)), product(x.shape.slice(axis + 1))];
  const width = inner * (x.shape[axis] ?? 0);
  let start = 0;
  return sizes.map((size) => {
    const out = backend.makeOutput(x.shape.with(axis, size), x.dtype);
    copyRows(memory, {
      from: memory.addressOf(x) + 4 * start,
      fromStride: width,
      to: memory.addressOf(out),
      toStride: size * inner,
      width: size * inner,
      rows,
    });
    start += size * inner;
    return out;
  });
}

/** Joined along an axis; none is empty. */
export function concatColumns(
  backend: WasmBackend,
  memory: WasmMemory,
  parts: readonly tf.TensorInfo[],
  axis: number,
): tf.TensorInfo | null {
  const [first] = parts;
  if (first === undefined) return null;
  const length = parts.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
  const out = backend.makeOutput(first.shape.with(axis, length), first.dtype);
  const rows = product(first.shape.slice(0, axis));
  const width = product(out.shape.slice(axis));
  let start = 0;
  for (const part of parts) {
    const own = product(part.shape.slice(axis));
    copyRows(memory, {
      from: memory.addressOf(part),
      fromStride: own,
      to: memory.addressOf(out) + 4 * start,
      toStride: width,
      width: own,
      rows,
    });
    start += own;
  }
  return out;
}

/** [A, B, C, D] to [A, C, B, D]. */
export function swapMiddle(backend: WasmBackend, memory: WasmMemory, x: tf.TensorInfo): tf.TensorInfo {
  const [a = 0, b = 0, c = 0, d = 0] = x.shape;
  const out = backend.makeOutput([a, c, b, d], x.dtype);
  const [from, to] = [memory.addressOf(x), memory.addressOf(out)];
  for (let outer = 0; outer < a; outer++)
    for (let middle = 0; middle < c; middle++)
      copyRows(memory, {
        from: from + 4 * d * (outer * b * c + middle),
        fromStride: c * d,
        to: to + 4 * d * b * (outer * c + middle),
        toStride: d,
        width: d,
        rows: b,
      });
  return out;
}

/** x [N, ...] at indices int32 [M]: [M, ...]. @throws RangeError for an index that is not in 0 … N − 1 */
export function gatherRows(
  backend: WasmBackend,
  memory: WasmMemory,
  x: tf.TensorInfo,
  indices: tf.TensorInfo,
): tf.TensorInfo {
  const [count = 0, ...inner] = x.shape;
  const [wanted = 0] = indices.shape;
  const width = product(inner);
  const out = backend.makeOutput([wanted, ...inner], x.dtype);
  const { buffer } = backend.wasm.HEAPU8;
  // As integers, whatever they are: the bits are copied.
  const from = new Int32Array(buffer, memory.addressOf(x), count * width);
  const to = new Int32Array(buffer, memory.addressOf(out), wanted * width);
  new Int32Array(buffer, memory.addressOf(indices), wanted).forEach((index, place) => {
    if (index < 0 || index >= count)
      throw new RangeError(`gather: index ${index} is not in [0, ${count - 1}] (entry ${place})`);
    if (width === 1) to[place] = from[index] ?? 0;
    else to.set(from.subarray(index * width, (index + 1) * width), place * width);
  });
  return out;
}

interface Rows {
  /** Addresses; the rest in values. */
  readonly from: number;
  readonly fromStride: number;
  readonly to: number;
  readonly toStride: number;
  readonly width: number;
  readonly rows: number;
}

function copyRows({ code }: WasmMemory, { from, fromStride, to, toStride, width, rows }: Rows): void {
  code.copy(from, 4 * fromStride, to, 4 * toStride, width >> 2, width & 3, rows);
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, axis) => size * axis, 1);
}
