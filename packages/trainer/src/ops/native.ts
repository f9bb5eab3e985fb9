/**
 * @file Ops of TensorFlow that TensorFlow.js does not expose, where the native backend runs. Whoever uses one has a plain
 * TensorFlow.js path beside it, and a test that both agree.
 */
import type * as tf from '@tensorflow/tfjs-core';

import { dtypeAttr, nativeBackend, type NativeBackend, type OpAttr } from '../backend/nativeBackend.ts';
import { isRecordingForXla } from '../backend/recording.ts';

export { updateSlice } from '../backend/scan.ts';

/** The native backend if it is the current one, else null. */
export function native(): NativeBackend | null {
  return nativeBackend();
}

/** The native backend while XLA's own ops can be used: only inside a function that XLA will compile. */
export function nativeXla(): NativeBackend | null {
  return isRecordingForXla() ? nativeBackend() : null;
}

/** Runs one TensorFlow op with one output. `attrs` are the op's, dtypes by name: `{ T: 'float32', adj_x: true }`. */
export function nativeOp(
  backend: NativeBackend,
  op: string,
  inputs: readonly tf.Tensor[],
  attrs: Readonly<Record<string, tf.DataType | boolean | number>>,
): tf.Tensor {
  return backend.executeSingleOutput(op, toAttrs(backend, attrs), inputs);
}

/** Like `nativeOp`, for ops with several outputs. */
export function nativeOps(
  backend: NativeBackend,
  op: string,
  inputs: readonly tf.Tensor[],
  attrs: Readonly<Record<string, tf.DataType | boolean | number>>,
  outputs: number,
): tf.Tensor[] {
  return backend.executeMultipleOutputs(op, toAttrs(backend, attrs), inputs, outputs);
}

function toAttrs(
  backend: NativeBackend,
  attrs: Readonly<Record<string, tf.DataType | boolean | number>>,
): readonly OpAttr[] {
  return Object.entries(attrs).map(([name, value]) => {
    if (typeof value === 'string') return dtypeAttr(backend, name, value);
    const type = typeof value === 'boolean' ? backend.binding.TF_ATTR_BOOL : backend.binding.TF_ATTR_INT;
    return { name, type, value };
  });
}
