/** @file Loads the native engine: `@tensorflow/tfjs-node-gpu` on the libtensorflow and the binding that `scripts/native.mjs` builds. */
import { createRequire } from 'node:module';
import os from 'node:os';
import util from 'node:util';

import * as tf from '@tensorflow/tfjs-core';

import { asNativeBackend, NATIVE_NAME } from './nativeBackend.ts';
import { registerNativeKernels } from './nativeKernels.ts';
import { useXlaCache } from './xlaCache.ts';

/** Loads the addon and makes it the current backend. A failure is an answer, not an exception: wasm may stand in. */
export async function loadNative(): Promise<{ ok: true } | { ok: false; reason: string }> {
  if (process.env.NABLA_BACKEND === 'wasm') return { ok: false, reason: 'NABLA_BACKEND=wasm is set' };
  // TensorFlow prints a page about CPU features otherwise, and at level 2 calls every compiled function that it reads back from
  // XLA's cache an error. What fails is thrown as well.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  // oneDNN's kernels come in for graphs and not for single ops: a compiled function would differ from the same function run
  // eagerly in the last bit. Updates gain 20 %, rollouts lose as much (docs/performance.md); its matrix products are used anyway.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '0';
  // Memory that TensorFlow frees stays with it. Else every large tensor is new memory from the system, page by page: the update
  // of a 1 M parameter model under XLA took 57 ms so and 90 ms else, half of the difference in the kernel's page faults.
  process.env.TF_CPU_ALLOCATOR_USE_BFC ??= 'true';
  process.env.TF_CPU_BFC_MEM_LIMIT_IN_MB ??= String(Math.floor(os.totalmem() / 2 ** 20));
  // Else the first process takes all of a GPU's memory, and a second worker finds none.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  useXlaCache();
  restoreRemovedNodeUtils();
  try {
    // The package is CommonJS and has effects on load; `require` makes sure that it meets the same tfjs-core as we do.
    createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu');
    if (!(await tf.setBackend(NATIVE_NAME)))
      return { ok: false, reason: 'TensorFlow.js could not initialise it' };
    const backend = asNativeBackend(tf.backend());
    if (typeof backend.binding.addFunction !== 'function') {
      return { ok: false, reason: 'its binding was built without the patch for functions (patches/)' };
    }
    registerNativeKernels(NATIVE_NAME);
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

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? message).trim().replace(/\.$/, '');
}
