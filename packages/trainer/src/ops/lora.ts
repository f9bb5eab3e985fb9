/** @file Low-rank adaptation (arXiv 2106.09685): products with weights that stay, and the small product that learns beside them. */
import * as tf from '@tensorflow/tfjs-core';

import { linear, timesTransposed } from './matmul.ts';
import { assertShape, rowsOf, sizeOf } from './shapes.ts';
import { withGradient } from './withGradient.ts';

/**
 * y = x W with a gradient for x only: that of a frozen W, as large as W, is never computed.
 * @param x [..., D]
 * @param w [D, E]
 * @returns [..., E]
 */
export function frozenLinear(x: tf.Tensor, w: tf.Tensor): tf.Tensor {
  assertShape('frozenLinear', 'w', w, [sizeOf(x, -1), null]);
  return overRows(x, w, (rows, w) => tf.matMul(rows, w), timesTransposed);
}

/**
 * y = x Wᵀ with a gradient for x only.
 * @param x [..., D]
 * @param w [E, D]
 * @returns [..., E]
 */
export function frozenLinearTransposed(x: tf.Tensor, w: tf.Tensor): tf.Tensor {
  assertShape('frozenLinearTransposed', 'w', w, [null, sizeOf(x, -1)]);
  return overRows(x, w, timesTransposed, (rows, w) => tf.matMul(rows, w));
}

/** One of the projections that a fused matrix holds side by side. */
export interface AdaptedPart {
  /** First of its columns in the fused matrix, and how many there are. */
  readonly start: number;
  readonly width: number;
}

/**
 * scale · x A B, where B holds one factor per adapted part: the columns of parts without one are zero.
 * @param x [..., D]
 * @param a [D, n · r], the first factors of the n parts side by side
 * @param bs the second factors, each [r, width of its part]
 * @param columns E: width of the fused matrix
 * @returns [..., E]
 */
export function lowRank(
  x: tf.Tensor,
  a: tf.Tensor,
  bs: readonly tf.Tensor[],
  parts: readonly AdaptedPart[],
  columns: number,
  scale: number,
): tf.Tensor {
  const inner = tf.mul(linear(x, a), tf.scalar(scale)); // [..., n · r]
  return linear(inner, adapterBlocks(bs, parts, columns));
}

/** The second factors as one block-diagonal matrix: n of [r, width] give [n · r, E]. */
export function adapterBlocks(
  bs: readonly tf.Tensor[],
  parts: readonly AdaptedPart[],
  columns: number,
): tf.Tensor {
  if (bs.length !== parts.length)
    throw new Error(`lowRank: ${parts.length} adapted parts need as many factors, there are ${bs.length}`);
  const blocks = bs.map((b, index) => {
    const { start = 0, width = 0 } = parts[index] ?? {};
    assertShape('lowRank', `factor ${index}`, b, [null, width]);
    const after = columns - start - width;
    if (start === 0 && after === 0) return b;
    return tf.pad(b, [
      [0, 0],
      [start, after],
    ]);
  });
  const [first] = blocks;
  if (first === undefined) throw new Error('lowRank: there is no adapted part');
  return blocks.length === 1 ? first : tf.concat(blocks, 0);
}

type Product = (rows: tf.Tensor, w: tf.Tensor) => tf.Tensor;

function overRows(x: tf.Tensor, w: tf.Tensor, product: Product, back: Product): tf.Tensor {
  const asRows = (y: tf.Tensor) => tf.reshape(y, [rowsOf(y), sizeOf(y, -1)]);
  return withGradient(
    [x],
    (x) => {
      const rows = product(asRows(x), w);
      return { value: tf.reshape(rows, [...x.shape.slice(0, -1), sizeOf(rows, -1)]), saved: [w] };
    },
    (dy, [w]) => {
      if (w === undefined) throw new Error('frozenLinear: the gradient lost the weights');
      return [tf.reshape(back(asRows(dy), w), [...dy.shape.slice(0, -1), sizeOf(x, -1)])];
    },
  );
}
