/** @file `compile` where functions cannot be recorded (wasm): the same contract, the function simply called. */
import * as tf from '@tensorflow/tfjs-core';

import {
  signatureOf,
  type CompileOptions,
  type Compiled,
  type CompiledSignature,
  type PureFunction,
} from './compile.ts';
import { assertCallable, ownOutputs } from './compiledCall.ts';

/** See `Backend.compile`. Options for recording have no effect here. */
export function compileEager(fn: PureFunction, options: CompileOptions = {}): Compiled {
  const name = options.name ?? (fn.name || 'function');
  const calls = new Map<string, number>();
  let disposed = false;

  function run(inputs: readonly tf.Tensor[]): tf.Tensor[] {
    assertCallable(name, inputs, disposed);
    const outputs = tf.tidy(() => ownOutputs(name, inputs, fn([...inputs])));
    const signature = signatureOf(inputs);
    calls.set(signature, (calls.get(signature) ?? 0) + 1);
    return outputs;
  }
  return Object.assign(run, {
    dispose() {
      disposed = true;
      calls.clear();
    },
    stats: () => [...calls].map(([signature, count]) => statOf(signature, count)),
  });
}

function statOf(signature: string, calls: number): CompiledSignature {
  return { signature, calls, nodes: 0, graphBytes: 0, recordMs: 0 };
}
