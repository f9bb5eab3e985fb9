/**
 * @file What it means to compile a function, on either backend.
 *
 * A compilable function is pure: tensors in, tensors out. Whatever differs from call to call (noise, step, learning rate,
 * position) is an input; nothing is read back inside; a tensor made outside comes in as an input; a host value made inside
 * (`tf.scalar(1e-6)`, a table) is the same at every call. The control flow of the JavaScript may depend on shapes and on
 * settings, never on what is in a tensor.
 */
import type * as tf from '@tensorflow/tfjs-core';

export type PureFunction = (inputs: tf.Tensor[]) => tf.Tensor[];

export interface CompileOptions {
  /** For error messages and for TensorFlow's own logs. Default: the function's name. */
  readonly name?: string;
  /** Let XLA compile the graph (native only): the first call takes seconds, later ones gain 10-40 %. Default false. */
  readonly xla?: boolean;
  /**
   * The graph is one long chain of small ops, like decoding: run them one after another instead of handing each to another
   * thread (native on the CPU only; single ops still use all threads). Default false. A chain gains 15 %, a backward pass,
   * which has branches, loses as much.
   */
  readonly sequential?: boolean;
}

/** One signature (shapes and dtypes of the inputs) that a compiled function has met. */
export interface CompiledSignature {
  /** For example "float32[64,128] int32[64]". */
  readonly signature: string;
  readonly calls: number;
  /** Nodes of the recorded graph; 0 on wasm. */
  readonly nodes: number;
  /** Size of the recorded GraphDef; 0 on wasm. */
  readonly graphBytes: number;
  /** What recording and registering took, the eager run included; 0 on wasm. */
  readonly recordMs: number;
}

export interface Compiled {
  /**
   * Runs the function. The caller owns the outputs, also those that equal an input, and keeps the inputs.
   * @throws Error with the function's name when it is not recordable, was disposed, or is called under a gradient tape.
   */
  (inputs: readonly tf.Tensor[]): tf.Tensor[];
  /** Forgets every recorded signature. A later call is an error. */
  dispose(): void;
  stats(): readonly CompiledSignature[];
}

/** The key under which a recording is kept, for example "float32[64,128] int32[64]". */
export function signatureOf(inputs: readonly tf.Tensor[]): string {
  return inputs.map((input) => `${input.dtype}[${input.shape.join(',')}]`).join(' ');
}
