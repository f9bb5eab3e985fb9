import { expect, it } from 'vitest';

import { graphDef, identityNode, opNode, placeholderNode } from './graphDef.ts';
import { DTYPE, dtypeAttr, nativeBackend, type NativeBackend } from './nativeBackend.ts';
import { describeOn } from './testBackends.ts';

function native(): NativeBackend {
  const backend = nativeBackend();
  if (backend === null) throw new Error('the native backend is not the current one');
  return backend;
}

/** x, and −x under the name "negative". */
function negation(): Uint8Array {
  return graphDef([
    placeholderNode('x', DTYPE.float32),
    opNode('negative', 'Neg', ['x'], [dtypeAttr(native(), 'T', 'float32')]),
  ]);
}

await describeOn('native', 'the patched binding', (backend) => {
  it('runs a graph as one op, any output of it, until it is removed', () => {
    const { binding } = native();
    binding.addFunction('test_negation', negation(), ['x'], ['negative', 'x:0']);
    const x = backend.tf.tensor1d([1, -2]);
    const ids = native().getInputTensorIds([x]);
    const outputs = binding
      .executeOp('test_negation', [], ids, 2)
      .map((output) => native().createOutputTensor(output));
    expect(outputs.map((output) => [...output.dataSync()])).toEqual([
      [-1, 2],
      [1, -2],
    ]);
    backend.tf.dispose(outputs);
    binding.removeFunction('test_negation');
    expect(() => binding.executeOp('test_negation', [], ids, 2)).toThrow(/test_negation/);
    x.dispose();
  });

  it('says which function and what is wrong with it', () => {
    const { binding } = native();
    const add = (graph: Uint8Array, outputs: string[]) => () =>
      binding.addFunction('test_bad', graph, ['x'], outputs);
    expect(add(Uint8Array.of(1, 2, 3), ['x'])).toThrow(/addFunction\(test_bad\): the graph is not valid/);
    expect(add(negation(), ['nowhere'])).toThrow('addFunction(test_bad): the graph has no tensor nowhere:0');
    expect(add(negation(), ['negative:1'])).toThrow(
      'addFunction(test_bad): the graph has no tensor negative:1',
    );
    const incomplete = graphDef([placeholderNode('x', DTYPE.float32), opNode('n', 'Neg', ['x'], [])]);
    expect(add(incomplete, ['n'])).toThrow(/the graph is not valid: .*'T'/);
    const unknown = graphDef([placeholderNode('x', DTYPE.float32), opNode('n', 'NoSuchOp', ['x'], [])]);
    expect(add(unknown, ['n'])).toThrow(/NoSuchOp/);
    expect(() => binding.removeFunction('test_nowhere')).toThrow(/removeFunction\(test_nowhere\)/);
  });

  it('refuses a second function of the same name that differs', () => {
    const { binding } = native();
    binding.addFunction('test_twice', negation(), ['x'], ['negative']);
    const other = graphDef([placeholderNode('x', DTYPE.float32), identityNode('same', 'x', DTYPE.float32)]);
    expect(() => binding.addFunction('test_twice', other, ['x'], ['same'])).toThrow(
      /test_twice.*cannot be registered/,
    );
    binding.removeFunction('test_twice');
  });

  it('takes arguments of the right kinds only', () => {
    const { binding } = native();
    expect(() => Reflect.apply(binding.addFunction, binding, ['only a name'])).toThrow(
      /Expecting 4 args but got 1/,
    );
    expect(() => Reflect.apply(binding.addFunction, binding, ['f', new Float32Array(2), [], []])).toThrow(
      /must be a Uint8Array/,
    );
    expect(() => Reflect.apply(binding.addFunction, binding, ['f', negation(), [3], []])).toThrow(
      /not a string/,
    );
  });
});
