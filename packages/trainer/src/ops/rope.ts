/** @file Rotary position embedding (arxiv 2104.09864), in the layout of Llama: the halves of a head are the pairs. */
import * as tf from '@tensorflow/tfjs-core';

import { assertShape, sizeOf } from './shapes.ts';
import { withGradient } from './withGradient.ts';

/** Cosines and sines of the angles, each [T, Dh / 2], for the positions that are asked for. */
export interface RopeTables {
  readonly cos: tf.Tensor;
  readonly sin: tf.Tensor;
}

/**
 * Tables for the positions first, …, first + count - 1: the angle of pair i at position p is p · base^(−2i / Dh). Made of
 * host values, so inside a compiled function they are constants.
 * @throws Error if the head's width is odd.
 */
export function ropeTables(count: number, headDim: number, base = 10_000, first = 0): RopeTables {
  if (headDim % 2 !== 0) throw new Error(`ropeTables: the width of a head must be even, it is ${headDim}`);
  const half = headDim / 2;
  const cos = new Float32Array(count * half);
  const sin = new Float32Array(count * half);
  for (let position = 0; position < count; position++) {
    for (let pair = 0; pair < half; pair++) {
      const angle = (first + position) * base ** ((-2 * pair) / headDim);
      cos[position * half + pair] = Math.cos(angle);
      sin[position * half + pair] = Math.sin(angle);
    }
  }
  return { cos: tf.tensor2d(cos, [count, half]), sin: tf.tensor2d(sin, [count, half]) };
}

/** The row of each table at a position that is known only at run time: position int32 [] gives tables of [1, Dh / 2]. */
export function ropeAt(tables: RopeTables, position: tf.Tensor): RopeTables {
  const rows = tf.reshape(position, [1]);
  assertShape('ropeAt', 'position', rows, [1], 'int32');
  return { cos: tf.gather(tables.cos, rows), sin: tf.gather(tables.sin, rows) };
}

/**
 * Rotates every head: (a, b) becomes (a cos − b sin, b cos + a sin), a and b being the halves of the last axis.
 * The gradient is the rotation back.
 * @param x [B, T, H, Dh]
 * @param tables of [T, Dh / 2]
 * @returns [B, T, H, Dh]
 */
export function rope(x: tf.Tensor, tables: RopeTables): tf.Tensor {
  const positions = sizeOf(x, 1);
  const half = sizeOf(x, -1) / 2;
  assertShape('rope', 'x', x, [null, positions, null, half * 2]);
  assertShape('rope', 'tables.cos', tables.cos, [positions, half]);
  assertShape('rope', 'tables.sin', tables.sin, [positions, half]);
  // Both halves at once: (a, b) · (cos, cos) + (b, a) · (−sin, sin).
  const cos = tf.reshape(tf.concat([tables.cos, tables.cos], 1), [positions, 1, half * 2]);
  const sin = tf.reshape(tf.concat([tf.neg(tables.sin), tables.sin], 1), [positions, 1, half * 2]);
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
  const [a, b] = tf.split(x, 2, -1);
  if (a === undefined || b === undefined) throw new Error('rope: a head has no halves');
  return tf.add(tf.mul(x, cos), tf.mul(tf.concat([b, a], -1), sin));
}
