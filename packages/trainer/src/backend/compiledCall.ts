/** @file What every call of a compiled function checks, on either backend. */
import * as tf from '@tensorflow/tfjs-core';

/** @throws Error if the function was disposed, an input is no living tensor, or a gradient is being taken through it. */
export function assertCallable(name: string, inputs: readonly tf.Tensor[], disposed: boolean): void {
  if (disposed) throw new Error(`Compiled function "${name}" was disposed: compile it again`);
  inputs.forEach((input, index) => {
    if (!(input instanceof tf.Tensor)) {
      throw new Error(`Compiled function "${name}": input ${index} is ${describe(input)}, not a tensor`);
    }
    if (input.isDisposed)
      throw new Error(`Compiled function "${name}": input ${index} was disposed before the call`);
  });
  if (gradientDepth() > 0) {
    throw new Error(
      `Compiled function "${name}" is called inside tf.grads: no gradient flows through a compiled function. ` +
        'Take the gradient inside the function, or call the function that was compiled',
    );
  }
}

/**
 * Checks what the function returned and makes every output a tensor of its own: one that is an input, or stands twice in
 * the list, is cloned, so that the caller may dispose all outputs and keep all inputs.
 */
export function ownOutputs(name: string, inputs: readonly tf.Tensor[], outputs: unknown): tf.Tensor[] {
  if (!Array.isArray(outputs)) {
    throw new Error(
      `Compiled function "${name}" must return an array of tensors, it returned ${describe(outputs)}`,
    );
  }
  const seen = new Set<tf.Tensor>(inputs);
  return outputs.map((output: unknown, index) => {
    if (!(output instanceof tf.Tensor)) {
      throw new Error(`Compiled function "${name}": output ${index} is ${describe(output)}, not a tensor`);
    }
    if (output.isDisposed)
      throw new Error(`Compiled function "${name}": output ${index} was disposed by the function`);
    if (seen.has(output)) return tf.clone(output);
    seen.add(output);
    return output;
  });
}

function gradientDepth(): number {
  // The engine keeps it in a field that its type does not hide.
  return tf.engine().state.gradientDepth;
}

function describe(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  return value.constructor?.name ?? 'an object';
}
