import { createRequire } from 'node:module';

import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { openBackend } from './backend.ts';
import { describeOnEachBackend } from './testBackends.ts';

await describeOnEachBackend('a backend', (backend) => {
  it('is TensorFlow.js itself: the one module that everybody imports', () => {
    expect(backend.tf).toBe(tf);
    // The packages bring copies of tfjs-core's code; the engine, its tensors and its registries are one.
    const inPackage: unknown = createRequire(import.meta.url)('@tensorflow/tfjs').engine();
    expect(inPackage).toBe(tf.engine());
    expect(tf.getBackend()).toBe(backend.kind === 'native' ? 'tensorflow' : 'wasm');
  });

  it('says which it is, its versions and, on wasm, what it costs', () => {
    expect(backend.version.tfjs).toMatch(/^4\./);
    expect(backend.describe()).toContain(backend.kind);
    if (backend.kind === 'native') expect(backend.version.tensorflow).toMatch(/^2\./);
    else expect(backend.describe()).toMatch(/slower/);
  });

  it('counts tensors', () => {
    const before = backend.memory();
    const x = tf.zeros([3]);
    expect(backend.memory()).toEqual({ numTensors: before.numTensors + 1, numBytes: before.numBytes + 12 });
    x.dispose();
    expect(backend.memory()).toEqual(before);
  });

  it('has gradients: d/dx Σ x² = 2x', () => {
    const gradient = tf.grad((x) => tf.sum(tf.square(x)))(tf.tensor1d([1, -2]));
    expect([...gradient.dataSync()]).toEqual([2, -4]);
  });

  it('keeps what a typed array held when the tensor was made and used', () => {
    const values = Float32Array.of(1, 2);
    const x = tf.tensor1d(values);
    const doubled = tf.mul(x, 2); // the upload
    values.fill(9);
    expect([...doubled.dataSync()]).toEqual([2, 4]);
    expect([...tf.mul(x, 3).dataSync()]).toEqual([3, 6]);
  });

  it('gathers without reading the indices back, and refuses none that are right', () => {
    const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    expect([...tf.gather(table, tf.tensor1d([2, 0], 'int32')).dataSync()]).toEqual([5, 6, 1, 2]);
  });
});

describe('openBackend', () => {
  it('adds no process-wide error handlers', async () => {
    const counts = () => [
      process.listenerCount('uncaughtException'),
      process.listenerCount('unhandledRejection'),
    ];
    const before = counts();
    await openBackend('wasm');
    expect(counts()).toEqual(before);
  });

  it('gives wasm for auto when NABLA_BACKEND=wasm is set, and the reason', async () => {
    const before = process.env.NABLA_BACKEND;
    process.env.NABLA_BACKEND = 'wasm';
    try {
      const backend = await openBackend('auto');
      expect(backend.kind).toBe('wasm');
      expect(backend.describe()).toContain('NABLA_BACKEND=wasm');
      await expect(openBackend('native')).rejects.toThrow(/NABLA_BACKEND=wasm is set.*scripts\/native\.mjs/);
    } finally {
      if (before === undefined) delete process.env.NABLA_BACKEND;
      else process.env.NABLA_BACKEND = before;
    }
  });
});
