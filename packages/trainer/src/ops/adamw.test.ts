import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { adamw, adamwScalars, type AdamWConfig } from './adamw.ts';
import { expectClose, irregularTensor } from './checkGradients.ts';

const config: AdamWConfig = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0 };

function step(
  settings: AdamWConfig,
  t: number,
  lr: number,
  state: { params: tf.Tensor[]; m: tf.Tensor[]; v: tf.Tensor[] },
  grads: tf.Tensor[],
  decays: boolean[],
) {
  return adamw(settings, state, grads, tf.tensor1d(adamwScalars(t, lr, settings)), decays);
}

await describeOnEachBackend('adamw', () => {
  const fresh = (...params: tf.Tensor[]) => ({
    params,
    m: params.map((param) => tf.zerosLike(param)),
    v: params.map((param) => tf.zerosLike(param)),
  });

  it('moves by the learning rate against the sign in its first step: m̂ = g, v̂ = g²', () => {
    const next = step(config, 1, 0.1, fresh(tf.tensor1d([1, 1])), [tf.tensor1d([4, -0.5])], [false]);
    expectClose(next.params[0] ?? tf.scalar(0), [0.9, 1.1]);
    expectClose(next.m[0] ?? tf.scalar(0), [0.4, -0.05]);
    expectClose(next.v[0] ?? tf.scalar(0), [0.16, 0.0025]);
  });

  it('follows the formula over three steps, in double precision', () => {
    let state = fresh(tf.tensor1d([0.5]));
    let [p, m, v] = [0.5, 0, 0];
    [0.3, -0.2, 0.7].forEach((g, index) => {
      const t = index + 1;
      state = step(config, t, 0.05, state, [tf.tensor1d([g])], [true]);
      m = 0.9 * m + 0.1 * g;
      v = 0.99 * v + 0.01 * g * g;
      p -= (0.05 * (m / (1 - 0.9 ** t))) / (Math.sqrt(v / (1 - 0.99 ** t)) + 1e-8);
    });
    expectClose(state.params[0] ?? tf.scalar(0), [p]);
  });

  it('decays decoupled from the gradient, and only what it is told to', () => {
    const settings = { ...config, weightDecay: 0.5 };
    const state = fresh(tf.tensor1d([2]), tf.tensor1d([2]));
    const next = step(settings, 1, 0.1, state, [tf.zeros([1]), tf.zeros([1])], [true, false]);
    expectClose(next.params[0] ?? tf.scalar(0), [2 * (1 - 0.1 * 0.5)]);
    expectClose(next.params[1] ?? tf.scalar(0), [2]);
  });

  it('does not depend on the scale of the gradient', () => {
    const grad = irregularTensor([6]);
    const small = step({ ...config, epsilon: 1e-30 }, 1, 0.1, fresh(tf.zeros([6])), [grad], [false]);
    const large = step(
      { ...config, epsilon: 1e-30 },
      1,
      0.1,
      fresh(tf.zeros([6])),
      [tf.mul(grad, 1024)],
      [false],
    );
    expectClose(large.params[0] ?? tf.scalar(0), [...(small.params[0]?.dataSync() ?? [])]);
  });

  it('finds the bottom of Σ (x − 3)²', () => {
    let state = fresh(tf.tensor1d([0, 10]));
    for (let t = 1; t <= 300; t++) {
      const grad = tf.mul(tf.sub(state.params[0] ?? tf.scalar(0), 3), 2);
      state = step(config, t, 0.1 * (1 - t / 301), state, [grad], [false]);
    }
    // The momentum's swing is damped as the learning rate falls to 3e-4: what is left of the 7 is below a hundredth or so.
    expectClose(state.params[0] ?? tf.scalar(0), [3, 3], 2e-2);
  });

  it('leaves the old state alone and names what is wrong', () => {
    const state = fresh(tf.tensor1d([1]));
    step(config, 1, 0.1, state, [tf.tensor1d([1])], [false]);
    expect([...(state.params[0]?.dataSync() ?? [])]).toEqual([1]);
    expect(() => step(config, 1, 0.1, state, [], [false])).toThrow(
      'adamw: there are 1 parameters but 0 grads',
    );
    expect(() => step(config, 1, 0.1, state, [tf.zeros([2])], [false])).toThrow(
      /grads\[0\] must have the shape \[1\], it has \[2\]/,
    );
    expect(() => adamwScalars(0, 0.1, config)).toThrow(/steps count from 1, this one is 0/);
  });
});
