/**
 * @file Kernels of our own where the wasm backend runs (`backend/wasm/fused.ts`). Whoever uses one has a plain TensorFlow.js path beside
 * it, and a test that both agree.
 */
import * as tf from '@tensorflow/tfjs-core';

import type { FUSED } from '../backend/wasm/fused.ts';

/** Whether the current backend is wasm. */
export function onWasm(): boolean {
  return tf.getBackend() === 'wasm';
}

/** Runs a kernel; its outputs are in the order that `fused.ts` says. */
export function wasmOp(name: keyof typeof FUSED, inputs: Readonly<Record<string, tf.Tensor>>): tf.Tensor[] {
  return tf.engine().runKernel<tf.Tensor[]>(name, { ...inputs });
}
