/** @file Puts our own kernels in the place of those of TensorFlow.js's wasm backend that are slow. */
import * as tf from '@tensorflow/tfjs-core';

import { FUSED } from './fused.ts';
import { concatColumns, gatherRows, splitColumns, swapMiddle } from './layout.ts';
import { matMulShapes, multiply, scratchBytes } from './matMul.ts';
import { isWasmBackend, wasmMemory, type WasmBackend, type WasmMemory } from './memory.ts';

interface KernelCall {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: WasmBackend;
  readonly memory: WasmMemory;
}

/** Gives null for what it leaves to TensorFlow.js. */
type Kernel = (call: KernelCall) => tf.TensorInfo | tf.TensorInfo[] | null;

/**
 * Plain products of more rows are left to TensorFlow.js, which is a fourth faster there (40 GFLOP/s for 1,024 × 1,024 × 1,024, ours 30).
 * Its sums are made in the same order, so that a row's bits do not depend on who made them.
 */
const FEW_ROWS = 64;

let installed = false;

/** Once the backend is loaded; does nothing when called again. */
export function installWasmKernels(): void {
  if (installed) return;
  installed = true;
  replace('BatchMatMul', matMul);
  replace('SplitV', split);
  replace('Concat', concat);
  replace('Transpose', transpose);
  replace('GatherV2', gather);
  for (const [kernelName, kernel] of Object.entries(FUSED)) {
    const kernelFunc: tf.KernelFunc = ({ inputs, backend }) => {
      if (!isWasmBackend(backend)) throw new Error(`${kernelName}: this is not the wasm backend`);
      return kernel(backend, wasmMemory(backend), inputs);
    };
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  }
}

function replace(kernelName: string, kernel: Kernel): void {
  const original = tf.getKernel(kernelName, 'wasm');
  if (original === undefined)
    throw new Error(`The wasm backend of TensorFlow.js has no kernel ${kernelName}`);
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    ...original,
    kernelFunc: (params) => {
      const { inputs, attrs = {}, backend } = params;
      if (!isWasmBackend(backend)) throw new Error(`${kernelName}: this is not the wasm backend`);
      return kernel({ inputs, attrs, backend, memory: wasmMemory(backend) }) ?? original.kernelFunc(params);
    },
  });
}

function matMul({ inputs: { a, b }, attrs, backend, memory }: KernelCall): tf.TensorInfo | null {
  if (a?.dtype !== 'float32' || b?.dtype !== 'float32') return null;
  const [aTransposed, bTransposed] = [attrs.transposeA === true, attrs.transposeB === true];
  const sizes = matMulShapes(a, b, aTransposed, bTransposed);
  if (sizes === null || sizes.batch * sizes.rows * sizes.columns * sizes.inner === 0) return null;
  const { shape, batch, aBatch, bBatch, rows, inner, columns } = sizes;
  if (!aTransposed && !bTransposed && batch === 1 && rows > FEW_ROWS) return null;
  const out = backend.makeOutput(shape, 'float32');
  const [aAt, bAt, cAt] = [memory.addressOf(a), memory.addressOf(b), memory.addressOf(out)];
  if (rows === 1 && bTransposed && aBatch === bBatch) {
    memory.code.dots(aAt, bAt, cAt, inner >> 2, inner & 3, columns, batch);
    return out;
  }
  if (rows === 1 && !bTransposed && aBatch === bBatch && columns % 4 === 0) {
    memory.code.mix(aAt, bAt, cAt, inner, columns / 4, batch);
    return out;
  }
  const scratch = memory.scratch(scratchBytes(sizes));
  for (let index = 0; index < batch; index++)
    multiply(
      memory,
      {
        a: aAt + (aBatch === 1 ? 0 : 4 * index * rows * inner),
        aTransposed,
        b: bAt + (bBatch === 1 ? 0 : 4 * index * inner * columns),
        bTransposed,
        c: cAt + 4 * index * rows * columns,
        rows,
        inner,
        columns,
      },
      scratch,
    );
  return out;
}

function split({ inputs: { x }, attrs, backend, memory }: KernelCall): tf.TensorInfo[] | null {
  const { numOrSizeSplits, axis } = attrs;
  if (x === undefined || !isWide(x) || typeof axis !== 'number') return null;
  const place = axis < 0 ? axis + x.shape.length : axis;
  const sizes =
    typeof numOrSizeSplits === 'number'
      ? Array<number>(numOrSizeSplits).fill((x.shape[place] ?? 0) / numOrSizeSplits)
      : numOrSizeSplits;
  if (!isNumbers(sizes) || sizes.includes(-1)) return null; // -1: what is left
  return splitColumns(backend, memory, x, place, sizes);
}

function concat({ inputs, attrs: { axis }, backend, memory }: KernelCall): tf.TensorInfo | null {
  const parts = Object.values(inputs).flatMap((part) =>
    part === undefined || part.shape.includes(0) ? [] : [part],
  );
  if (parts.length < 2 || !parts.every(isWide) || typeof axis !== 'number') return null;
  return concatColumns(backend, memory, parts, axis < 0 ? axis + (parts[0]?.shape.length ?? 0) : axis);
}

function transpose({ inputs: { x }, attrs: { perm }, backend, memory }: KernelCall): tf.TensorInfo | null {
  if (x === undefined || !isWide(x) || !isNumbers(perm) || perm.join() !== '0,2,1,3') return null;
  return swapMiddle(backend, memory, x);
}

function gather({ inputs: { x, indices }, attrs, backend, memory }: KernelCall): tf.TensorInfo | null {
  if (x === undefined || !isWide(x) || indices?.dtype !== 'int32' || indices.shape.length !== 1) return null;
  if (attrs.axis !== 0 || attrs.batchDims !== 0) return null;
  return gatherRows(backend, memory, x, indices);
}

/** Four bytes a value. */
function isWide({ dtype }: tf.TensorInfo): boolean {
  return dtype === 'float32' || dtype === 'int32';
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number');
}
