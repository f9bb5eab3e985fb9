/**
 * @file The native engine: `@tensorflow/tfjs-node-gpu` on the libtensorflow and binding that `scripts/native.mjs` builds.
 * Its internals that we build on are typed here, checked once when it is loaded, and used nowhere else but in `backend/`
 * and `ops/native.ts`.
 */
import { createRequire } from 'node:module';
import util from 'node:util';

import * as tf from '@tensorflow/tfjs-core';

import { dtypeNumber } from './graphDef.ts';
import { registerNativeKernels } from './nativeKernels.ts';

/** One attribute of a TensorFlow op, as the binding takes it; `type` is one of the binding's `TF_ATTR_*`. */
export interface OpAttr {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | readonly number[] | readonly string[] | object;
}

/** What the binding tells of a tensor that an op made. `id` is never used twice in a process. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export type HostValues = Float32Array | Int32Array | Uint8Array | readonly Uint8Array[];

/** The part of the native addon that we call; `addFunction` and `removeFunction` come from our patch. */
export interface NativeBinding {
  createTensor(shape: number[], dtype: number, values: HostValues): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(
    name: string,
    attrs: readonly OpAttr[],
    inputs: readonly number[],
    outputs: number,
  ): TensorMetadata[];
  addFunction(
    name: string,
    graphDef: Uint8Array,
    inputs: readonly string[],
    outputs: readonly string[],
  ): void;
  removeFunction(name: string): void;
  readonly TF_Version: string;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

/** The backend object of tfjs-node: TensorFlow.js tensors in front, tensor ids of the binding behind. */
export interface NativeBackend {
  binding: NativeBinding;
  readonly isUsingGpuDevice: boolean;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  executeSingleOutput(name: string, attrs: readonly OpAttr[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attrs: readonly OpAttr[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
  write(values: HostValues, shape: number[], dtype: tf.DataType): object;
  readSync(dataId: object): tf.backend_util.BackendValues;
}

const NAME = 'tensorflow';

/** The attribute that tells an op a dtype, for example `dtypeAttr(native, 'T', x.dtype)`. */
export function dtypeAttr(native: NativeBackend, name: string, dtype: tf.DataType): OpAttr {
  return { name, type: native.binding.TF_ATTR_TYPE, value: dtypeNumber(dtype) };
}

/** The native backend if it is the current one, else null. */
export function nativeBackend(): NativeBackend | null {
  if (tf.getBackend() !== NAME) return null;
  return asNativeBackend(tf.backend());
}

/** Loads the addon and makes it the current backend. A failure is an answer, not an exception: wasm may stand in. */
export async function loadNative(): Promise<{ ok: true } | { ok: false; reason: string }> {
  if (process.env.NABLA_BACKEND === 'wasm') return { ok: false, reason: 'NABLA_BACKEND=wasm is set' };
  // TensorFlow prints a page about CPU features otherwise; 2 leaves errors in.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // oneDNN's kernels come in for graphs and not for single ops: a compiled function would differ from the same function run
  // eagerly in the last bit. They gained nothing on a 1 M parameter model.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '0';
  restoreRemovedNodeUtils();
  try {
    // The package is CommonJS and has effects on load; `require` makes sure that it meets the same tfjs-core as we do.
    createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu');
    if (!(await tf.setBackend(NAME))) return { ok: false, reason: 'TensorFlow.js could not initialise it' };
    const backend = asNativeBackend(tf.backend());
    if (typeof backend.binding.addFunction !== 'function') {
      return { ok: false, reason: 'its binding was built without the patch for functions (patches/)' };
    }
    registerNativeKernels(NAME);
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: firstLine(error) };
  }
}

/** Node 23 removed two functions of `util` that tfjs-node 4.22 calls. Can go with a tfjs-node that does not. */
function restoreRemovedNodeUtils(): void {
  const target: { isNullOrUndefined?: unknown; isArray?: unknown } = util;
  target.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  target.isArray ??= Array.isArray;
}

/** The named boundary: tfjs types a backend only by its public face. */
function asNativeBackend(backend: unknown): NativeBackend {
  if (
    typeof backend === 'object' &&
    backend !== null &&
    'binding' in backend &&
    'getInputTensorIds' in backend &&
    'createOutputTensor' in backend
  ) {
    return backend as NativeBackend;
  }
  throw new Error('The TensorFlow.js backend "tensorflow" is not the one of @tensorflow/tfjs-node-gpu 4.22');
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? message).trim().replace(/\.$/, '');
}
