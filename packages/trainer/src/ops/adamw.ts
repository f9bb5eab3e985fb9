/** @file AdamW (arxiv 1711.05101), as a pure function of its state. */
import * as tf from '@tensorflow/tfjs-core';

import { assertShape } from './shapes.ts';

export interface AdamWConfig {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled: the weights shrink by learningRate · weightDecay per step. */
  readonly weightDecay: number;
}

export interface AdamWState {
  readonly params: readonly tf.Tensor[];
  /** First moments, in the shapes of the parameters. */
  readonly m: readonly tf.Tensor[];
  /** Second moments. */
  readonly v: readonly tf.Tensor[];
}

/**
 * What changes from step to step, as one small input tensor's values: [learningRate / (1 − β1^t), 1 / sqrt(1 − β2^t),
 * learningRate · weightDecay].
 * @param step t, counted from 1
 */
export function adamwScalars(step: number, learningRate: number, config: AdamWConfig): Float32Array {
  if (!Number.isInteger(step) || step < 1)
    throw new Error(`adamwScalars: steps count from 1, this one is ${step}`);
  return Float32Array.of(
    learningRate / (1 - config.beta1 ** step),
    1 / Math.sqrt(1 - config.beta2 ** step),
    learningRate * config.weightDecay,
  );
}

/**
 * One step: m ← β1 m + (1 − β1) g; v ← β2 v + (1 − β2) g²; p ← p − lr wd p − lr m̂ / (sqrt(v̂) + ε).
 * @param grads in the shapes of the parameters
 * @param scalars [3], from `adamwScalars`
 * @param decays which parameters shrink (matrices do, gains of norms do not)
 * @returns new tensors; the old ones are left alone
 */
export function adamw(
  config: AdamWConfig,
  state: AdamWState,
  grads: readonly tf.Tensor[],
  scalars: tf.Tensor,
  decays: readonly boolean[],
): { params: tf.Tensor[]; m: tf.Tensor[]; v: tf.Tensor[] } {
  assertShape('adamw', 'scalars', scalars, [3]);
  const count = state.params.length;
  for (const [name, list] of Object.entries({ m: state.m, v: state.v, grads, decays })) {
    if (list.length !== count)
      throw new Error(`adamw: there are ${count} parameters but ${list.length} ${name}`);
  }
  const [stepSize, secondScale, shrink] = tf.split(scalars, 3);
  if (stepSize === undefined || secondScale === undefined || shrink === undefined) {
    throw new Error('adamw: the scalars are not three');
  }
  const keep = tf.sub(1, shrink); // [1]
  const next = { params: [] as tf.Tensor[], m: [] as tf.Tensor[], v: [] as tf.Tensor[] };
  for (const [index, param] of state.params.entries()) {
    const [m, v, grad] = [state.m[index], state.v[index], grads[index]];
    if (m === undefined || v === undefined || grad === undefined)
      throw new Error(`adamw: parameter ${index} has no state`);
    assertShape('adamw', `grads[${index}]`, grad, param.shape);
    const m1 = tf.add(tf.mul(m, config.beta1), tf.mul(grad, 1 - config.beta1));
    const v1 = tf.add(tf.mul(v, config.beta2), tf.mul(tf.square(grad), 1 - config.beta2));
    const denominator = tf.add(tf.mul(tf.sqrt(v1), secondScale), config.epsilon);
    const update = tf.mul(tf.div(m1, denominator), stepSize);
    const base = decays[index] === true && config.weightDecay !== 0 ? tf.mul(param, keep) : param;
    next.params.push(tf.sub(base, update));
    next.m.push(m1);
    next.v.push(v1);
  }
  return next;
}
