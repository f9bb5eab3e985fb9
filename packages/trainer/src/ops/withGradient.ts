/** @file A function with a gradient of its own: `tf.customGrad` with its inputs typed. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * Computes `forward` and makes `backward` its gradient.
 * @param forward gives the value and what the gradient will need; it is not on the tape, and what it makes beside is freed.
 * @param backward takes the gradient of the value and what was saved, gives one gradient per input, in the inputs' shapes.
 */
export function withGradient<Input extends tf.Tensor, Value extends tf.Tensor>(
  inputs: readonly Input[],
  forward: (...inputs: Input[]) => { value: Value; saved: tf.Tensor[] },
  backward: (dy: Value, saved: tf.Tensor[]) => tf.Tensor[],
): Value {
  return tf.customGrad<Value>((...args) => {
    // customGrad types its inputs and the save function, which comes last, as one union.
    const save = args[inputs.length] as tf.GradSaveFunc;
    const { value, saved } = forward(...(args.slice(0, inputs.length) as Input[]));
    save(saved);
    return { value, gradFunc: (dy: Value, kept: tf.Tensor[]) => backward(dy, kept) };
  })(...inputs);
}
