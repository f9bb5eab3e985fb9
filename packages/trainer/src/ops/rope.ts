/** @file Rotary position embedding (arxiv 2104.09864), in the layout of Llama: the halves of a head are the pairs. */
import * as tf from '@tensorflow/tfjs-core';

import { assertShape, sizeOf } from './shapes.ts';
import { onWasm, wasmOp } from './wasm.ts';
import { withGradient } from './withGradient.ts';

/** For the positions that are asked for, each [T, Dh]: what a place is multiplied by, and what its pair is, signs included. */
export interface RopeTables {
  /** (cos, cos) */
  readonly cos: tf.Tensor;
  /** (−sin, sin) */
  readonly sin: tf.Tensor;
}

/** Llama 3's stretching of the slow frequencies, for contexts longer than the one first trained with. */
export interface RopeStretch {
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  readonly originalMaxPositions: number;
}

/**
 * Angle per position of each pair: base^(−2i / Dh) for the pairs i = 0 … Dh/2 − 1. With a stretch, pairs whose wave is
 * longer than originalMaxPositions / lowFrequencyFactor turn `factor` times slower, those shorter than … /
 * highFrequencyFactor turn as before, and those between are interpolated (Llama 3.1).
 * @throws Error if the head's width is odd.
 */
export function ropeFrequencies(
  headWidth: number,
  base = 10_000,
  stretch: RopeStretch | null = null,
): Float64Array {
  if (headWidth % 2 !== 0)
    throw new Error(`ropeFrequencies: the width of a head must be even, it is ${headWidth}`);
  return Float64Array.from({ length: headWidth / 2 }, (_, pair) => {
    const plain = base ** ((-2 * pair) / headWidth);
    if (stretch === null) return plain;
    const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalMaxPositions } = stretch;
    const waves = (originalMaxPositions * plain) / (2 * Math.PI);
    const kept = Math.min(1, Math.max(0, (waves - low) / (high - low)));
    return (1 - kept) * (plain / factor) + kept * plain;
  });
}

/**
 * Tables for the positions first, …, first + count - 1. Made of host values, so inside a compiled function they are constants.
 * @param frequencies from `ropeFrequencies`
 */
export function ropeTables(count: number, frequencies: Float64Array, first = 0): RopeTables {
  const half = frequencies.length;
  const width = 2 * half;
  const cos = new Float32Array(count * width);
  const sin = new Float32Array(count * width);
  for (let position = 0; position < count; position++) {
    frequencies.forEach((frequency, pair) => {
      const angle = (first + position) * frequency;
      const place = position * width + pair;
      cos[place] = cos[place + half] = Math.cos(angle);
      sin[place + half] = Math.sin(angle);
      sin[place] = -Math.sin(angle);
    });
  }
  return { cos: tf.tensor2d(cos, [count, width]), sin: tf.tensor2d(sin, [count, width]) };
}

/** The row of each table at a position that is known only at run time: position int32 [] gives tables of [1, Dh]. */
export function ropeAt(tables: RopeTables, position: tf.Tensor): RopeTables {
  const rows = tf.reshape(position, [1]);
  assertShape('ropeAt', 'position', rows, [1], 'int32');
  return { cos: tf.gather(tables.cos, rows), sin: tf.gather(tables.sin, rows) };
}

/**
 * Rotates every head: (a, b) becomes (a cos − b sin, b cos + a sin), a and b being the halves of the last axis.
 * The gradient is the rotation back.
 * @param x [B, T, H, Dh]
 * @param tables of [T, Dh]
 * @returns [B, T, H, Dh]
 */
export function rope(x: tf.Tensor, tables: RopeTables): tf.Tensor {
  const positions = sizeOf(x, 1);
  const width = sizeOf(x, -1);
  assertShape('rope', 'x', x, [null, positions, null, width]);
  assertShape('rope', 'tables.cos', tables.cos, [positions, width]);
  assertShape('rope', 'tables.sin', tables.sin, [positions, width]);
  // Both halves at once: (a, b) · (cos, cos) + (b, a) · (−sin, sin).
  const cos = tf.reshape(tables.cos, [positions, 1, width]);
  const sin = tf.reshape(tables.sin, [positions, 1, width]);
  return withGradient(
    [x],
    (x) => ({ value: rotate(x, cos, sin), saved: [cos, sin] }),
    (dy, [cos, sin]) => {
      if (cos === undefined || sin === undefined) throw new Error('rope: the gradient lost its tables');
      return [rotate(dy, cos, tf.neg(sin))];
    },
  );
}

function rotate(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  if (onWasm()) {
    const [rotated] = wasmOp('NablaRotate', { x, cos, sin });
    if (rotated === undefined) throw new Error('NablaRotate gave no output');
    return rotated;
  }
  const [a, b] = tf.split(x, 2, -1);
  if (a === undefined || b === undefined) throw new Error('rope: a head has no halves');
  return tf.add(tf.mul(x, cos), tf.mul(tf.concat([b, a], -1), sin));
}
