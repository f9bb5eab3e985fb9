/** @file Loads the WebAssembly engine: works everywhere Node does, with no install step, on one thread. */
import { createRequire } from 'node:module';

import * as tf from '@tensorflow/tfjs-core';

import { installWasmKernels } from './wasm/kernels.ts';

/** Makes wasm the current TensorFlow.js backend. @throws Error if it cannot be initialised. */
export async function loadWasm(): Promise<void> {
  const restoreListeners = rememberListeners(['uncaughtException', 'unhandledRejection']);
  try {
    // `@tensorflow/tfjs` registers the gradients, which tfjs-core alone lacks. CommonJS, so that it and the wasm package
    // meet the same tfjs-core as we do. Here and not at the top: native needs neither.
    const require = createRequire(import.meta.url);
    require('@tensorflow/tfjs');
    require('@tensorflow/tfjs-backend-wasm');
    if (!(await tf.setBackend('wasm'))) {
      throw new Error('The wasm backend of TensorFlow.js cannot be initialised on this machine');
    }
    installWasmKernels();
  } finally {
    restoreListeners();
  }
}

/**
 * Emscripten adds process-wide handlers that rethrow: every uncaught error of the program would then print the whole
 * minified module (100 kB) before its own message. Returns what removes the handlers added since.
 */
function rememberListeners(events: readonly ('uncaughtException' | 'unhandledRejection')[]): () => void {
  const before = new Map(events.map((event) => [event, new Set<unknown>(process.rawListeners(event))]));
  return () => {
    for (const [event, known] of before) {
      for (const listener of process.rawListeners(event)) {
        if (isListener(listener) && !known.has(listener)) process.removeListener(event, listener);
      }
    }
  };
}

/** Node types the elements of `rawListeners` as `Function`, which cannot be given back to it. */
function isListener(listener: unknown): listener is (...args: unknown[]) => void {
  return typeof listener === 'function';
}
