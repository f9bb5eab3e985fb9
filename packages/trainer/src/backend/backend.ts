/**
 * @file One door to the two engines: TensorFlow through the native binding, and WebAssembly.
 * Both are the same TensorFlow.js (`@tensorflow/tfjs-core`), so everything above is written once.
 */
import * as tf from '@tensorflow/tfjs-core';

import { compileEager } from './compileEager.ts';
import { compileNative } from './compileNative.ts';
import type { CompileOptions, Compiled, PureFunction } from './compile.ts';
import { loadNative } from './loadNative.ts';
import { loadWasm } from './loadWasm.ts';
import { nativeBackend } from './nativeBackend.ts';

export type BackendKind = 'native' | 'wasm';

export interface BackendVersion {
  /** Of TensorFlow.js, for example "4.22.0". */
  readonly tfjs: string;
  /** Of libtensorflow; null on wasm. */
  readonly tensorflow: string | null;
}

export interface Backend {
  readonly kind: BackendKind;
  /** Where the tensors live. */
  readonly device: 'cpu' | 'gpu';
  /** TensorFlow.js itself: the same module that `@tensorflow/tfjs-core` gives to everybody. */
  readonly tf: typeof tf;
  readonly version: BackendVersion;
  /** Why native was not taken although it was allowed; null when it was, or was not asked for. */
  readonly nativeMissing: string | null;
  /** One line for people: which engine this is, and what it costs. */
  describe(): string;
  /**
   * Makes one callable of a pure function of tensors. On native it is recorded once per signature of its inputs and from
   * then on runs as one TensorFlow function; on wasm it is called in a `tf.tidy`. See `compile.ts` for what is asked of it.
   */
  compile(fn: PureFunction, options?: CompileOptions): Compiled;
  /** What TensorFlow.js holds now. */
  memory(): { numTensors: number; numBytes: number };
}

/** How much slower one training step of a small model is on wasm than on native (`npm run bench -- trainer` prints both). */
const WASM_COST = 'about 7 times slower per training step';

/**
 * Opens an engine and makes it the current one. `auto` takes native if it can be loaded, else wasm.
 * @throws Error when `native` is asked for and cannot be loaded; the message says why and what to do.
 */
export async function openBackend(kind: 'auto' | BackendKind): Promise<Backend> {
  let nativeMissing: string | null = null;
  if (kind !== 'wasm') {
    const loaded = await loadNative();
    if (loaded.ok) return describeBackend('native', null);
    if (kind === 'native') {
      throw new Error(
        `The native TensorFlow backend cannot be loaded: ${loaded.reason}. Run \`node scripts/native.mjs\` to build it, or choose the wasm backend (${WASM_COST}).`,
      );
    }
    nativeMissing = loaded.reason;
  }
  await loadWasm();
  return describeBackend('wasm', nativeMissing);
}

function describeBackend(kind: BackendKind, nativeMissing: string | null): Backend {
  const native = kind === 'native' ? nativeBackend() : null;
  const device = native?.isUsingGpuDevice === true ? 'gpu' : 'cpu';
  const version: BackendVersion = {
    tfjs: tf.version_core,
    tensorflow: native === null ? null : native.binding.TF_Version,
  };
  return {
    kind,
    device,
    tf,
    version,
    nativeMissing,
    describe() {
      if (version.tensorflow !== null) {
        return `native: TensorFlow ${version.tensorflow} on the ${device.toUpperCase()}, through TensorFlow.js ${version.tfjs}`;
      }
      const why = nativeMissing === null ? '' : ` (no native backend: ${nativeMissing})`;
      return `wasm: TensorFlow.js ${version.tfjs} in WebAssembly, one thread, ${WASM_COST} than native${why}`;
    },
    compile: (fn, options) =>
      native === null ? compileEager(fn, options) : compileNative(native, fn, options),
    memory() {
      const { numTensors, numBytes } = tf.memory();
      return { numTensors, numBytes };
    },
  };
}
