/**
 * @file Kernels of our own on wasm, for what takes many of TensorFlow.js's: one pass over the memory, in JavaScript. `ops/wasm.ts` runs
 * them. Sums are made in float64 and rounded once.
 */
import type * as tf from '@tensorflow/tfjs-core';

import type { WasmBackend, WasmMemory } from './memory.ts';

type FusedKernel = (
  backend: WasmBackend,
  memory: WasmMemory,
  inputs: tf.NamedTensorInfoMap,
) => tf.TensorInfo[];

/** By kernel name. */
export const FUSED = {
  NablaRotate: rotate,
  NablaRmsNorm: rmsNorm,
  NablaRmsNormGradient: rmsNormGradient,
  NablaSumByToken: sumByToken,
} as const satisfies Record<string, FusedKernel>;

/** x [B, T, H, Dh], cos and sin [T, 1, Dh] as `ops/rope.ts` has them: x cos + (second half, first half) sin. */
function rotate(backend: WasmBackend, memory: WasmMemory, inputs: tf.NamedTensorInfoMap): tf.TensorInfo[] {
  const [x, cosines, sines] = [input(inputs, 'x'), input(inputs, 'cos'), input(inputs, 'sin')];
  const [batch = 0, positions = 0, heads = 0, width = 0] = x.shape;
  const out = backend.makeOutput(x.shape, 'float32');
  const [from, to] = [values(memory, x), values(memory, out)];
  const [cos, sin] = [values(memory, cosines), values(memory, sines)];
  const half = width / 2;
  let place = 0;
  for (let row = 0; row < batch; row++)
    for (let position = 0; position < positions; position++)
      for (let head = 0; head < heads; head++) {
        const table = position * width;
        for (let pair = 0; pair < half; pair++, place++) {
          const a = from[place] ?? NaN;
          const b = from[place + half] ?? NaN;
          const first = table + pair;
          const second = first + half;
          to[place] = a * (cos[first] ?? NaN) + b * (sin[first] ?? NaN);
          to[place + half] = b * (cos[second] ?? NaN) + a * (sin[second] ?? NaN);
        }
        place += half;
      }
  return [out];
}

/** x [..., D], gain [D], epsilon []: the value, and 1 / sqrt(mean(x²) + epsilon) of every row, [rows]. */
function rmsNorm(backend: WasmBackend, memory: WasmMemory, inputs: tf.NamedTensorInfoMap): tf.TensorInfo[] {
  const [x, gains, epsilons] = [input(inputs, 'x'), input(inputs, 'gain'), input(inputs, 'epsilon')];
  const [width = 0] = gains.shape;
  const rows = sizeOf(x) / width;
  const [out, scales] = [backend.makeOutput(x.shape, 'float32'), backend.makeOutput([rows], 'float32')];
  const [from, to, scale] = [values(memory, x), values(memory, out), values(memory, scales)];
  const [gain, epsilon] = [values(memory, gains), values(memory, epsilons)[0] ?? NaN];
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    let squares = 0;
    for (let column = 0; column < width; column++) squares += (from[start + column] ?? NaN) ** 2;
    const factor = 1 / Math.sqrt(squares / width + epsilon);
    scale[row] = factor;
    for (let column = 0; column < width; column++)
      to[start + column] = (from[start + column] ?? NaN) * factor * (gain[column] ?? NaN);
  }
  return [out, scales];
}

/** dy, x [..., D], gain [D], scale [rows] of `rmsNorm`: dx and dGain. */
function rmsNormGradient(
  backend: WasmBackend,
  memory: WasmMemory,
  inputs: tf.NamedTensorInfoMap,
): tf.TensorInfo[] {
  const [dy, x] = [input(inputs, 'dy'), input(inputs, 'x')];
  const [gains, scales] = [input(inputs, 'gain'), input(inputs, 'scale')];
  const [width = 0] = gains.shape;
  const rows = sizeOf(x) / width;
  const [dx, dGain] = [backend.makeOutput(x.shape, 'float32'), backend.makeOutput([width], 'float32')];
  const [slope, from, to] = [values(memory, dy), values(memory, x), values(memory, dx)];
  const [gain, scale] = [values(memory, gains), values(memory, scales)];
  const gainSlope = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    const factor = scale[row] ?? NaN;
    let along = 0;
    for (let column = 0; column < width; column++) {
      const d = slope[start + column] ?? NaN;
      const normal = (from[start + column] ?? NaN) * factor;
      along += d * (gain[column] ?? NaN) * normal;
      gainSlope[column] = (gainSlope[column] ?? NaN) + d * normal;
    }
    along /= width;
    for (let column = 0; column < width; column++) {
      const normal = (from[start + column] ?? NaN) * factor;
      to[start + column] = factor * ((slope[start + column] ?? NaN) * (gain[column] ?? NaN) - normal * along);
    }
  }
  values(memory, dGain).set(gainSlope);
  return [dx, dGain];
}

/** rows [N, D], ids int32 [N], vocabulary int32 []: the sums [V, D] of the rows of each id. */
function sumByToken(
  backend: WasmBackend,
  memory: WasmMemory,
  inputs: tf.NamedTensorInfoMap,
): tf.TensorInfo[] {
  const [rows, ids, sizes] = [input(inputs, 'rows'), input(inputs, 'ids'), input(inputs, 'vocabulary')];
  const [count = 0, width = 0] = rows.shape;
  const vocabulary = memory.integers(memory.addressOf(sizes), 1)[0] ?? 0;
  const out = backend.makeOutput([vocabulary, width], 'float32');
  const [from, to] = [values(memory, rows), values(memory, out).fill(0)];
  const tokens = memory.integers(memory.addressOf(ids), count);
  for (let row = 0; row < count; row++) {
    const token = tokens[row] ?? -1;
    if (token < 0 || token >= vocabulary)
      throw new RangeError(`embedding: the token ${token} is not in the vocabulary of ${vocabulary}`);
    for (let column = 0; column < width; column++) {
      const place = token * width + column;
      to[place] = (to[place] ?? NaN) + (from[row * width + column] ?? NaN);
    }
  }
  return [out];
}

function input(inputs: tf.NamedTensorInfoMap, name: string): tf.TensorInfo {
  const tensor = inputs[name];
  if (tensor === undefined) throw new Error(`wasm kernel: the input ${name} is missing`);
  return tensor;
}

function values(memory: WasmMemory, tensor: tf.TensorInfo): Float32Array {
  return memory.floats(memory.addressOf(tensor), sizeOf(tensor));
}

function sizeOf({ shape }: tf.TensorInfo): number {
  return shape.reduce((product, axis) => product * axis, 1);
}
