/** @file How fast an engine is: its matrix products, and what one small op costs called alone and inside a compiled function. */
import * as tf from '@tensorflow/tfjs-core';

import type { Backend } from '../backend/backend.ts';
import type { EngineProbe } from './facts.ts';

/** Each measurement takes about so long, after a first run that is not counted. */
const MEASURE_MS = 500;
const SMALL_OPS = 200;

export async function measureSpeed(backend: Backend): Promise<EngineProbe['speed']> {
  const matrixSide = backend.device === 'gpu' ? 4096 : backend.kind === 'native' ? 1024 : 512;
  const seconds = await productSeconds(matrixSide);
  return {
    matrixSide,
    gflops: (2 * matrixSide ** 3) / seconds / 1e9,
    eagerOpMicroseconds: (await opSeconds((x) => smallOps(x))) * 1e6,
    compiledOpMicroseconds: (await compiledOpSeconds(backend)) * 1e6,
  };
}

/** The best of the products made in the time: what the machine can do, not what others left of it. */
async function productSeconds(side: number): Promise<number> {
  const [a, b] = [tf.randomUniform([side, side]), tf.randomUniform([side, side])];
  try {
    return await best(() => tf.matMul(a, b));
  } finally {
    tf.dispose([a, b]);
  }
}

function smallOps(x: tf.Tensor): tf.Tensor {
  let value = x;
  for (let index = 0; index < SMALL_OPS; index++) {
    const next = tf.add(value, x);
    if (value !== x) value.dispose();
    value = next;
  }
  return value;
}

async function opSeconds(run: (x: tf.Tensor) => tf.Tensor): Promise<number> {
  const x = tf.ones([8, 8]);
  try {
    return (await best(() => run(x))) / SMALL_OPS;
  } finally {
    x.dispose();
  }
}

async function compiledOpSeconds(backend: Backend): Promise<number> {
  const compiled = backend.compile(
    ([x]) => {
      if (x === undefined) throw new RangeError('measureSpeed: no input');
      let value = x;
      for (let index = 0; index < SMALL_OPS; index++) value = tf.add(value, x);
      return [value];
    },
    { name: 'doctor small ops' },
  );
  try {
    return await opSeconds((x) => {
      const [value] = compiled([x]);
      if (value === undefined) throw new RangeError('measureSpeed: no output');
      return value;
    });
  } finally {
    compiled.dispose();
  }
}

/** Seconds of the quickest call; the result is read, since engines may answer before they have computed. */
async function best(call: () => tf.Tensor): Promise<number> {
  const once = async (): Promise<number> => {
    const start = performance.now();
    const result = call();
    const corner = tf.tidy(() => tf.slice(tf.reshape(result, [-1]), 0, 1));
    await corner.data();
    const took = performance.now() - start;
    tf.dispose([result, corner]);
    return took;
  };
  await once();
  let quickest = Infinity;
  const started = performance.now();
  do quickest = Math.min(quickest, await once());
  while (performance.now() - started < MEASURE_MS);
  return quickest / 1000;
}
