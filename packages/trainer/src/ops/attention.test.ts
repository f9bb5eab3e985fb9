import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import {
  attention,
  cachePlace,
  causalBias,
  decodeAttention,
  decodeBias,
  prefillCache,
  writeCache,
} from './attention.ts';
import { checkGradients, expectClose, irregularTensor } from './checkGradients.ts';

const none = (batch: number) => tf.zeros([batch], 'int32');

await describeOnEachBackend('attention', () => {
  it('weighs values by softmax: scores 0 and ln 3 give 1/4 and 3/4', () => {
    // One head of width 1, so the scale is 1; the second query is ln 3, the keys 0 and 1.
    const q = tf.tensor4d([5, Math.log(3)], [1, 2, 1, 1]);
    const k = tf.tensor4d([0, 1], [1, 2, 1, 1]);
    const v = tf.tensor4d([8, 4], [1, 2, 1, 1]);
    // The first sees itself only: 8. The second: 8/4 + 4·3/4 = 5.
    expectClose(attention(q, k, v, causalBias(none(1), 2)), [8, 5]);
  });

  it('has the gradients that finite differences give, with shared key heads and padding', () => {
    const bias = causalBias(tf.tensor1d([0, 1], 'int32'), 3);
    const [q, k, v] = [
      irregularTensor([2, 3, 4, 2]),
      irregularTensor([2, 3, 2, 2], 1),
      irregularTensor([2, 3, 2, 2], 2),
    ];
    // Without the first place, a pad of the second sequence: its scores are all −1e9, where float32 cannot tell 0.01 apart.
    const seen = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) =>
      tf.slice(attention(a, b, c, bias), [0, 1, 0], [-1, 2, -1]);
    checkGradients((a, b, c) => seen(a ?? q, b ?? k, c ?? v), [q, k, v]);
  });

  it('sees nothing later and no pads: changing them changes nothing', () => {
    const bias = causalBias(tf.tensor1d([1], 'int32'), 4);
    const [q, k, v] = [
      irregularTensor([1, 4, 2, 4]),
      irregularTensor([1, 4, 1, 4], 1),
      irregularTensor([1, 4, 1, 4], 2),
    ];
    const hidden = tf.tensor4d([1, 0, 0, 1], [1, 4, 1, 1]); // the pad and the last place
    const before = tf.slice(attention(q, k, v, bias), [0, 1, 0], [1, 2, -1]);
    const changed = attention(q, tf.add(k, tf.mul(hidden, 3)), tf.add(v, tf.mul(hidden, 100)), bias);
    expectClose(tf.slice(changed, [0, 1, 0], [1, 2, -1]), [...before.dataSync()], 0);
  });

  it('lets query heads share a key head: the same as repeating it for each', () => {
    const bias = causalBias(none(2), 3);
    const [q, k, v] = [
      irregularTensor([2, 3, 4, 2]),
      irregularTensor([2, 3, 2, 2], 1),
      irregularTensor([2, 3, 2, 2], 2),
    ];
    const repeat = (x: tf.Tensor) =>
      tf.reshape(tf.tile(tf.reshape(x, [2, 3, 2, 1, 2]), [1, 1, 1, 2, 1]), [2, 3, 4, 2]);
    expectClose(attention(q, k, v, bias), [...attention(q, repeat(k), repeat(v), bias).dataSync()]);
  });

  it('decodes token by token what it computes for the whole sequence', () => {
    const [batch, prompt, total, length] = [2, 2, 5, 8];
    const padding = tf.tensor1d([0, 1], 'int32');
    const [q, k, v] = [
      irregularTensor([batch, total, 4, 2]),
      irregularTensor([batch, total, 2, 2], 1),
      irregularTensor([batch, total, 2, 2], 2),
    ];
    const whole = attention(q, k, v, causalBias(padding, total));
    const place = (x: tf.Tensor, t: number, count = 1) => tf.slice(x, [0, t, 0, 0], [-1, count, -1, -1]);
    let keys = prefillCache(place(k, 0, prompt), length);
    let values = prefillCache(place(v, 0, prompt), length);
    for (let t = prompt; t < total; t++) {
      const position = tf.scalar(t, 'int32');
      const here = cachePlace(keys, position);
      keys = writeCache(keys, place(k, t), here);
      values = writeCache(values, place(v, t), here);
      const one = decodeAttention(place(q, t), keys, values, decodeBias(padding, position, length));
      // Softmax over 8 masked places instead of 5: another order of summation.
      expectClose(one, [...tf.slice(whole, [0, t, 0], [-1, 1, -1]).dataSync()]);
    }
  });

  it('gives no NaN where a query sees nothing but pads', () => {
    const out = attention(
      irregularTensor([1, 2, 1, 2]),
      irregularTensor([1, 2, 1, 2], 1),
      irregularTensor([1, 2, 1, 2], 2),
      causalBias(tf.tensor1d([2], 'int32'), 2),
    );
    expect([...out.dataSync()].every(Number.isFinite)).toBe(true);
  });

  it('leaves a cache alone that is written to', () => {
    const cache = prefillCache(irregularTensor([1, 1, 1, 2]), 2);
    const before = [...cache.dataSync()];
    const written = writeCache(
      cache,
      tf.ones([1, 1, 1, 2]),
      cachePlace(tf.zeros([1, 1, 2, 2]), tf.scalar(1, 'int32')),
    );
    expect([...written.dataSync()]).toEqual([before[0], before[1], 1, 1]);
    expect([...cache.dataSync()]).toEqual(before);
  });

  it('names the tensor whose shape is wrong', () => {
    const q = tf.zeros([1, 2, 4, 2]);
    expect(() => attention(q, tf.zeros([1, 3, 2, 2]), tf.zeros([1, 3, 2, 2]), tf.zeros([1]))).toThrow(
      /attention: k must have the shape \[1, 2, \?, 2\], it has \[1, 3, 2, 2\]/,
    );
    expect(() => attention(q, tf.zeros([1, 2, 3, 2]), tf.zeros([1, 2, 3, 2]), tf.zeros([1]))).toThrow(
      /4 query heads cannot share 3 key heads/,
    );
    expect(() => prefillCache(tf.zeros([1, 3, 1, 2]), 2)).toThrow(/3 prompt tokens do not fit a cache of 2/);
    expect(() => decodeBias(none(1), tf.scalar(1), 4)).toThrow(/position must be int32/);
    expect(() =>
      writeCache(
        tf.zeros([1, 1, 2, 2]),
        tf.zeros([1, 2, 1, 2]),
        cachePlace(tf.zeros([1, 1, 2, 2]), tf.scalar(1, 'int32')),
      ),
    ).toThrow(/writeCache: x must have the shape/);
    expect(() => decodeAttention(q, tf.zeros([1, 2, 8, 2]), tf.zeros([1, 2, 8, 2]), tf.zeros([1]))).toThrow(
      /decodeAttention: q must have the shape \[1, 1, 4, 2\]/,
    );
  });
});
