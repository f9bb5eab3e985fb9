/**
 * @file Matrix products on wasm, transposed operands and batches included. TensorFlow.js's own kernel takes plain loops for both, and
 * is then 5 to 15 times slower than for one plain product.
 */
import type * as tf from '@tensorflow/tfjs-core';

import { PANEL, TILE_ROWS } from './machineCode.ts';
import type { WasmMemory } from './memory.ts';

export interface Product {
  /** Address, and whether it is stored [inner, rows] instead of [rows, inner]. */
  readonly a: number;
  readonly aTransposed: boolean;
  /** The same; stored [inner, columns], or [columns, inner]. */
  readonly b: number;
  readonly bTransposed: boolean;
  readonly c: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** Bytes of A that are gone over before the next panel: they stay in the second-level cache. */
const BLOCK_BYTES = 2 ** 17;
/** Inner places gone over at once: a panel of as many stays in the first-level cache. */
const BLOCK_INNER = 512;

/** Working memory that `multiply` wants, in bytes. */
export function scratchBytes({ rows, inner, columns }: Pick<Product, 'rows' | 'inner' | 'columns'>): number {
  const panels = Math.ceil(columns / PANEL);
  return 4 * PANEL * (panels * inner + (columns % PANEL === 0 ? 0 : rows));
}

/** C = A B. Every number of C is a sum in the order of the inner axis, whatever the other sizes. */
export function multiply(memory: WasmMemory, product: Product, scratch: number): void {
  const { rows, inner, columns, c } = product;
  const rest = columns % PANEL;
  const whole = columns - rest;
  const direct = rows <= TILE_ROWS && !product.bTransposed && rest === 0; // packing would cost more than it saves
  if (!direct) packPanels(memory, product, scratch);
  const edge = scratch + 4 * PANEL * inner * Math.ceil(columns / PANEL); // [rows, 8]
  const depth = Math.min(inner, BLOCK_INNER);
  const block = Math.max(TILE_ROWS, TILE_ROWS * Math.floor(BLOCK_BYTES / (4 * depth * TILE_ROWS)));
  for (let place = 0; place < inner; place += depth)
    for (let row = 0; row < rows; row += block)
      for (let column = 0; column < columns; column += PANEL) {
        const isEdge = column === whole;
        strip(memory, product, {
          row,
          height: Math.min(block, rows - row),
          place,
          depth: Math.min(depth, inner - place),
          b: direct
            ? product.b + 4 * (place * columns + column)
            : scratch + 4 * (column * inner + place * PANEL),
          bStride: 4 * (direct ? columns : PANEL),
          c: isEdge ? edge + 4 * PANEL * row : c + 4 * (row * columns + column),
          cStride: 4 * (isEdge ? PANEL : columns),
        });
      }
  if (rest > 0) memory.code.copy(edge, 4 * PANEL, c + 4 * whole, 4 * columns, rest >> 2, rest & 3, rows);
}

/** Rows row … row + height − 1 of eight columns of C, for the inner places place … place + depth − 1. */
interface Strip {
  readonly row: number;
  readonly height: number;
  readonly place: number;
  readonly depth: number;
  readonly b: number;
  readonly bStride: number;
  readonly c: number;
  readonly cStride: number;
}

function strip({ code }: WasmMemory, product: Product, part: Strip): void {
  const { aTransposed, rows, inner } = product;
  const { row, height, place, depth, b, bStride, c, cStride } = part;
  const ways = aTransposed ? code.byColumn : code.byRow;
  const kernels = place === 0 ? ways.begin : ways.goOn;
  const aStride = 4 * (aTransposed ? rows : inner);
  const from = (at: number): number => product.a + 4 * (aTransposed ? place * rows + at : at * inner + place);
  const tiles = Math.floor(height / TILE_ROWS);
  const done = tiles * TILE_ROWS;
  if (tiles > 0) kernels[TILE_ROWS - 1]?.(from(row), aStride, b, bStride, c, cStride, depth, tiles);
  if (done < height)
    kernels[height - done - 1]?.(
      from(row + done),
      aStride,
      b,
      bStride,
      c + done * cStride,
      cStride,
      depth,
      1,
    );
}

/** B as panels [inner, 8], one after another; the last filled up with zeros. */
function packPanels({ code, floats }: WasmMemory, product: Product, scratch: number): void {
  const { b, bTransposed, inner, columns } = product;
  const bStride = 4 * (bTransposed ? inner : columns);
  const rest = columns % PANEL;
  const whole = columns - rest;
  for (let column = 0; column < whole; column += PANEL) {
    const panel = scratch + 4 * column * inner;
    if (bTransposed) code.packRows(b + column * bStride, bStride, panel, inner);
    else if (column + 4 * PANEL <= whole) {
      code.packFour(b + 4 * column, bStride, panel, inner);
      column += 3 * PANEL;
    } else code.pack(b + 4 * column, bStride, panel, inner);
  }
  if (rest === 0) return;
  const panel = floats(scratch + 4 * whole * inner, PANEL * inner);
  const from = floats(b, inner * columns);
  const [perPlace, perColumn] = bTransposed ? [1, inner] : [columns, 1];
  for (let place = 0; place < inner; place++)
    for (let column = 0; column < PANEL; column++)
      panel[place * PANEL + column] =
        column < rest ? (from[place * perPlace + (whole + column) * perColumn] ?? NaN) : 0;
}

export interface MatMulShapes {
  /** Of the result. */
  readonly shape: number[];
  readonly batch: number;
  readonly aBatch: number;
  readonly bBatch: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** The sizes of a product of tensors; null where batches are broadcast in another way than one operand to all. */
export function matMulShapes(
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): MatMulShapes | null {
  const [aOuter, bOuter] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [aBatch, bBatch] = [sizeOf(aOuter), sizeOf(bOuter)];
  const same = aOuter.length === bOuter.length && aOuter.every((size, axis) => size === bOuter[axis]);
  if (!same && aBatch !== 1 && bBatch !== 1) return null;
  // Of two operands of one matrix each, the one of higher rank has the result's axes.
  const outer = bBatch === 1 && (aBatch !== 1 || aOuter.length >= bOuter.length) ? aOuter : bOuter;
  const [rows = 0, innerA = 0] = transposeA ? a.shape.slice(-2).toReversed() : a.shape.slice(-2);
  const [innerB = 0, columns = 0] = transposeB ? b.shape.slice(-2).toReversed() : b.shape.slice(-2);
  if (innerA !== innerB || outer.length < Math.max(aOuter.length, bOuter.length)) return null;
  const shape = [...outer, rows, columns];
  return { shape, batch: Math.max(aBatch, bBatch), aBatch, bBatch, rows, inner: innerA, columns };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, axis) => product * axis, 1);
}
