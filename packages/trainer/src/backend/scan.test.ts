import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import type { CompileOptions } from './compile.ts';
import { scan } from './scan.ts';
import { describeOn, describeOnEachBackend } from './testBackends.ts';

/** x ← x · factor + index, four times; the outputs are x and the index as it was. */
const recurrence = ([x, factor]: tf.Tensor[]): tf.Tensor[] => {
  if (x === undefined || factor === undefined) throw new Error('two inputs');
  const { carried, stacked } = scan({
    label: 'test',
    count: 4,
    carried: [x],
    fixed: [factor],
    outputs: [
      { shape: x.shape, dtype: 'float32' },
      { shape: [], dtype: 'int32' },
    ],
    body(index, [state], [by]) {
      if (state === undefined || by === undefined) throw new Error('two tensors');
      const next = tf.add(tf.mul(state, by), tf.cast(index, 'float32'));
      return { carried: [next], outputs: [next, index] };
    },
  });
  return [...carried, ...stacked];
};
// From 1, times 2: 2 + 0, 4 + 1, 10 + 2, 24 + 3. From 3, times 2: 6, 13, 28, 59.
const EXPECTED = [
  [27, 59],
  [2, 6, 5, 13, 12, 28, 27, 59],
  [0, 1, 2, 3],
];

await describeOnEachBackend('scan', (backend) => {
  const kinds: CompileOptions[] = backend.kind === 'native' ? [{}, { xla: true }] : [{}];
  for (const options of kinds)
    it(`carries, reads and stacks${options.xla === true ? ' as a loop of XLA' : ''}`, () => {
      const compiled = backend.compile(recurrence, options);
      const [x, factor] = [tf.tensor1d([1, 3]), tf.scalar(2)];
      for (let call = 0; call < 2; call++) {
        const outputs = compiled([x, factor]);
        expect(outputs.map((output) => [...output.dataSync()])).toEqual(EXPECTED);
        expect(outputs.map(({ shape }) => shape)).toEqual([[2], [4, 2], [4]]);
        tf.dispose(outputs);
      }
      // Another shape is another function, with a loop of its own.
      const [wide] = compiled([tf.ones([3]), factor]);
      expect(wide?.shape).toEqual([3]);
      compiled.dispose();
    });

  it('takes no gradient and needs no compiling when called plainly', () => {
    expect([...(recurrence([tf.tensor1d([1, 3]), tf.scalar(2)])[0]?.dataSync() ?? [])]).toEqual([27, 59]);
  });
});

await describeOn('native', 'scan', (backend) => {
  it('names a tensor of the outside that a loop captures', () => {
    const captured = backend.compile(
      ([x]) => {
        if (x === undefined) throw new Error('one input');
        const double = tf.mul(x, 2);
        const body = () => ({ carried: [tf.add(x, double)], outputs: [] });
        return [...scan({ label: 'leak', count: 2, carried: [x], fixed: [], outputs: [], body }).carried];
      },
      { name: 'careless', xla: true },
    );
    expect(() => captured([tf.ones([2])])).toThrow(/careless, leak_body.*captured tensor/);
  });

  it('finds what changes from trace to trace inside a loop', () => {
    let trace = 0;
    const changing = backend.compile(
      ([x]) => {
        if (x === undefined) throw new Error('one input');
        const body = (_: tf.Tensor, [state]: readonly tf.Tensor[]) => ({
          carried: state === undefined ? [] : [tf.add(state, trace++)],
          outputs: [],
        });
        return [...scan({ label: 'loop', count: 2, carried: [x], fixed: [], outputs: [], body }).carried];
      },
      { name: 'restless', xla: true },
    );
    expect(() => changing([tf.ones([2])])).toThrow(/restless, loop_body.*changed between traces/);
  });
});
