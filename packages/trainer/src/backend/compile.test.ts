import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import type { PureFunction } from './compile.ts';
import { nativeBackend } from './nativeBackend.ts';
import { describeOn, describeOnEachBackend } from './testBackends.ts';

/** A small network with its gradient: products, softmax, gather, split, concat, and constants of several dtypes. */
const network: PureFunction = ([x, w, ids]) => {
  if (x === undefined || w === undefined || ids === undefined) throw new Error('three inputs');
  const forward = (weights: tf.Tensor) => {
    const hidden = tf.mul(tf.sigmoid(tf.matMul(x, weights)), 0.5);
    const [left, right] = tf.split(hidden, 2, 1);
    const mixed = tf.concat([tf.add(left ?? hidden, 1), tf.square(right ?? hidden)], 1);
    return tf.mean(tf.mul(tf.softmax(mixed), tf.gather(x, ids)));
  };
  const { value, grads } = tf.valueAndGrads(forward)([w]);
  const norm = tf.sqrt(tf.addN(grads.map((grad) => tf.sum(tf.square(grad)))));
  return [value, ...grads, norm, tf.argMax(tf.matMul(x, w), 1), tf.oneHot(ids, 4), tf.greater(w, 0)];
};

function networkInputs(rows: number): tf.Tensor[] {
  return [
    tf.randomNormal([rows, 4], 0, 1, 'float32', 1),
    tf.randomNormal([4, 4], 0, 1, 'float32', 2),
    tf.tensor1d(
      Array.from({ length: rows }, (_, row) => row % 4),
      'int32',
    ),
  ];
}

function values(tensors: readonly tf.Tensor[]): number[][] {
  return tensors.map((tensor) => [...tensor.dataSync()]);
}

await describeOnEachBackend('a compiled function', (backend) => {
  it('gives what the function gives, to the bit, shapes and dtypes included', () => {
    const inputs = networkInputs(5);
    const eager = tf.tidy(() => network(inputs));
    for (const compiled of [backend.compile(network), backend.compile(network, { sequential: true })]) {
      compiled([...inputs]).forEach((output) => output.dispose());
      const outputs = compiled(inputs);
      expect(values(outputs)).toEqual(values(eager));
      expect(outputs.map(({ shape, dtype }) => [shape, dtype])).toEqual(
        eager.map(({ shape, dtype }) => [shape, dtype]),
      );
      tf.dispose(outputs);
      compiled.dispose();
    }
    tf.dispose([...inputs, ...eager]);
  });

  it('leaves no tensor behind but its outputs, from the first call on', () => {
    const inputs = networkInputs(3);
    const compiled = backend.compile(network);
    const before = backend.memory();
    for (let call = 0; call < 2; call++) {
      const outputs = compiled(inputs);
      expect(backend.memory().numTensors).toBe(before.numTensors + outputs.length);
      tf.dispose(outputs);
      expect(backend.memory()).toEqual(before);
    }
    compiled.dispose();
    tf.dispose(inputs);
  });

  it('serves several signatures, each with its own recording', () => {
    const compiled = backend.compile(([x]) => [tf.add(x ?? 0, x?.size ?? 0)], { name: 'add size' });
    const [one, two, ints] = [tf.tensor1d([1]), tf.tensor1d([1, 1]), tf.tensor1d([1], 'int32')];
    expect(values(compiled([one]))).toEqual([[2]]);
    expect(values(compiled([two]))).toEqual([[3, 3]]);
    expect(values(compiled([one]))).toEqual([[2]]);
    expect(values(compiled([ints]))).toEqual([[2]]);
    expect(compiled.stats().map(({ signature, calls }) => [signature, calls])).toEqual([
      ['float32[1]', 2],
      ['float32[2]', 1],
      ['int32[1]', 1],
    ]);
    compiled.dispose();
  });

  it('gives outputs of their own for inputs, repeats and constants', () => {
    const x = tf.tensor1d([1, 2]);
    const compiled = backend.compile(([a]) => {
      const input = a ?? tf.scalar(0);
      const sum = tf.add(input, 1);
      return [input, sum, sum, input, tf.scalar(7), tf.clone(input)];
    });
    const outputs = compiled([x]);
    expect(values(outputs)).toEqual([[1, 2], [2, 3], [2, 3], [1, 2], [7], [1, 2]]);
    tf.dispose(outputs);
    expect([...x.dataSync()]).toEqual([1, 2]);
    compiled.dispose();
    x.dispose();
  });

  it('tells inputs apart that share their data when recorded and differ later', () => {
    const compiled = backend.compile(([a, b]) => [tf.sub(a ?? 0, b ?? 0)]);
    const [x, y] = [tf.scalar(5), tf.scalar(2)];
    expect(values(compiled([x, x]))).toEqual([[0]]);
    expect(values(compiled([x, tf.clone(x)]))).toEqual([[0]]);
    expect(values(compiled([x, y]))).toEqual([[3]]);
    compiled.dispose();
  });

  it('may call another compiled function, which becomes part of it', () => {
    const inner = backend.compile(([x]) => [tf.mul(x ?? 0, 3)]);
    const outer = backend.compile(([x]) => [tf.add(inner(x === undefined ? [] : [x])[0] ?? 0, 1)]);
    expect(values(outer([tf.scalar(2)]))).toEqual([[7]]);
    expect(values(outer([tf.scalar(4)]))).toEqual([[13]]);
  });

  it('refuses what is no pure function of tensors', () => {
    const x = tf.tensor1d([1]);
    expect(() => backend.compile(() => [x.dtype as never], { name: 'bad' })([x])).toThrow(
      /"bad": output 0 is float32, not a tensor/,
    );
    expect(() => backend.compile(() => x as never, { name: 'bad' })([x])).toThrow(
      /must return an array of tensors/,
    );
    const later = (async () => []) as unknown as PureFunction;
    expect(() => backend.compile(later, { name: 'bad' })([x])).toThrow(/it returned Promise/);
    expect(() => backend.compile(() => [])([undefined as never])).toThrow(
      /input 0 is undefined, not a tensor/,
    );
  });

  it('refuses a disposed input, a gradient through it, and a call after its disposal', () => {
    const compiled = backend.compile(([x]) => [tf.square(x ?? 0)], { name: 'square' });
    const gone = tf.scalar(1);
    gone.dispose();
    expect(() => compiled([gone])).toThrow(/"square": input 0 was disposed/);
    const x = tf.scalar(3);
    expect(() => tf.grad((y) => compiled([y])[0] ?? y)(x)).toThrow(
      /no gradient flows through a compiled function/,
    );
    compiled.dispose();
    expect(() => compiled([x])).toThrow(/was disposed: compile it again/);
    expect(compiled.stats()).toEqual([]);
  });

  it('passes an error of the function on and can be called again', () => {
    const compiled = backend.compile(([x]) => {
      if (x?.shape[0] === 2) throw new Error('not for two');
      return [tf.neg(x ?? 0)];
    });
    const before = backend.memory().numTensors;
    const [one, two] = [tf.tensor1d([1]), tf.tensor1d([1, 2])];
    expect(() => compiled([two])).toThrow('not for two');
    expect(values(compiled([one]))).toEqual([[-1]]);
    expect(backend.memory().numTensors).toBe(before + 3);
  });
});

await describeOn('native', 'recording', (backend) => {
  const call = (fn: PureFunction, inputs: tf.Tensor[] = [tf.tensor1d([1, 2])]) =>
    backend.compile(fn, { name: 'fn' })(inputs);

  it('refuses a tensor from outside, whether it was uploaded already or not, and names the op', () => {
    const waiting = tf.tensor1d([1, 2]);
    expect(() => call(([x]) => [tf.add(x ?? 0, waiting)])).toThrow(
      /"fn" is not recordable: captured tensor used by Add.*pass it as an input/,
    );
    expect(() => call(([x]) => [tf.add(x ?? 0, waiting)])).toThrow(/captured tensor used by Add/); // uploaded by now
    const made = tf.square(waiting);
    expect(() => call(([x]) => [tf.matMul(tf.reshape(x ?? 0, [1, 2]), tf.reshape(made, [2, 1]))])).toThrow(
      /captured tensor used by Reshape/,
    );
    expect(() => call(() => [made])).toThrow(/captured tensor returned as output 0/);
    const variable = tf.variable(made);
    expect(() => call(([x]) => [tf.mul(x ?? 0, variable)])).toThrow(/captured tensor used by Mul/);
    expect([...made.dataSync()]).toEqual([1, 4]); // still whole
  });

  it('refuses random numbers and counters', () => {
    expect(() => call(([x]) => [tf.add(x ?? 0, tf.randomNormal([2]))])).toThrow(
      /constant \[2\] = .* \(used by Add\) changed between traces.*must be inputs/,
    );
    let step = 0;
    expect(() => call(([x]) => [tf.mul(x ?? 0, step++)])).toThrow(
      /constant \[\] = 0 \(used by Mul\) changed between traces, to \[\] = 1/,
    );
    expect(() => call(([x]) => [tf.multinomial(tf.reshape<tf.Rank.R2>(x ?? 0, [1, 2]), 1)])).toThrow(
      /Multinomial draws random numbers of its own.*pass them as an input/,
    );
    let calls = 0;
    expect(() => call(([x]) => [calls++ % 2 === 0 ? tf.neg(x ?? 0) : tf.square(x ?? 0)])).toThrow(
      /operation 1 was Neg at first and Square then/,
    );
  });

  it('refuses to read data back, but lets constants be read', () => {
    const readable: PureFunction = ([x]) => [tf.add(x ?? 0, tf.tensor1d([1, 2]).dataSync()[1] ?? 0)];
    expect(values(call(readable))).toEqual([[3, 4]]);
    expect(() => call(([x]) => [tf.add(x ?? 0, tf.square(x ?? 0).dataSync()[0] ?? 0)])).toThrow(
      /it reads a tensor back.*read it outside/,
    );
  });

  it('works as before after a refusal, with nothing left behind', () => {
    const inputs = [tf.tensor1d([1, 2])];
    const outside = tf.square(tf.tensor1d([1, 2]));
    const refused: PureFunction[] = [
      ([y]) => [tf.neg(y ?? 0), tf.scalar(tf.square(y ?? 0).dataSync()[0] ?? 0)],
      ([y]) => [tf.neg(y ?? 0), tf.add(y ?? 0, outside)],
      ([y]) => [tf.neg(y ?? 0), outside],
      ([y]) => [tf.neg(y ?? 0), tf.add(y ?? 0, tf.randomNormal([2]))],
      ([y]) => [tf.neg(y ?? 0), Math.random() as never],
    ];
    tf.neg(inputs[0] ?? 0).dispose(); // uploaded, as it would be in use
    const before = [backend.memory(), nativeBackend()?.getNumOfTFTensors()];
    for (const fn of refused) expect(() => call(fn, inputs)).toThrow(/"fn"/);
    expect([backend.memory(), nativeBackend()?.getNumOfTFTensors()]).toEqual(before);
    const x = tf.tensor1d([4]);
    expect([...tf.sqrt(x).dataSync()]).toEqual([2]);
    expect(values(call(([y]) => [tf.sqrt(y ?? 0)], [x]))).toEqual([[2]]);
  });

  it('writes constants that are all one number as one number', () => {
    const compiled = backend.compile(([x]) => [
      tf.add(x ?? 0, tf.ones([1000])),
      tf.add(x ?? 0, tf.mul(tf.ones([1000]), -0)),
      tf.cast(tf.add(tf.cast(x ?? 0, 'int32'), tf.ones([1000], 'int32')), 'bool'),
    ]);
    const [sum, same, truth] = compiled([tf.scalar(2)]);
    expect(sum?.dataSync()).toEqual(new Float32Array(1000).fill(3));
    expect(same?.dataSync()).toEqual(new Float32Array(1000).fill(2));
    expect(truth?.dataSync()).toEqual(new Uint8Array(1000).fill(1));
    // 4,000 bytes each if written out.
    expect(compiled.stats()[0]?.graphBytes).toBeLessThan(2000);
  });

  it('runs under XLA when asked to, within float32 rounding', () => {
    const inputs = networkInputs(4).slice(0, 2);
    const fn: PureFunction = ([x, w]) => [tf.softmax(tf.matMul(x ?? 0, w ?? 0))];
    const [plain] = backend.compile(fn)(inputs);
    const [fused] = backend.compile(fn, { xla: true })(inputs);
    // XLA adds the products up in another order: values up to 1, so a few times 6e-8.
    const difference = tf.max(tf.abs(tf.sub(plain ?? 0, fused ?? 1))).dataSync()[0];
    expect(difference).toBeLessThan(1e-6);
  });

  it('forgets its functions in TensorFlow when it is disposed', () => {
    const x = tf.scalar(2);
    for (let round = 0; round < 50; round++) {
      const compiled = backend.compile(([y]) => [tf.mul(y ?? 0, round)], { name: 'again' });
      expect(values(compiled([x]))).toEqual([[2 * round]]);
      compiled.dispose();
    }
    expect(() => tf.backend()).not.toThrow();
  });
});
