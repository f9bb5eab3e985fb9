/** @file `compile` on the native backend: record once per signature, then run as one TensorFlow function. */
import * as tf from '@tensorflow/tfjs-core';

import {
  signatureOf,
  type CompileOptions,
  type Compiled,
  type CompiledSignature,
  type PureFunction,
} from './compile.ts';
import { assertCallable, ownOutputs } from './compiledCall.ts';
import { dtypeAttr, type NativeBackend, type OpAttr } from './nativeBackend.ts';
import { serialise, type RecordedGraph } from './recordedGraph.ts';
import { isRecording, record, verify } from './recording.ts';

interface Registered {
  /** The name of the function in TensorFlow's eager context. */
  readonly functionName: string;
  /** Those of the functions that it calls. */
  readonly inner: readonly string[];
  readonly outputCount: number;
  readonly nodes: number;
  readonly graphBytes: number;
  readonly recordMs: number;
  calls: number;
}

/** How many functions of each name there were. Not one count for all: XLA's cache knows a function by its name too, whatever came before. */
const namesTaken = new Map<string, number>();

/** See `Backend.compile`. */
export function compileNative(
  native: NativeBackend,
  fn: PureFunction,
  options: CompileOptions = {},
): Compiled {
  const name = options.name ?? (fn.name || 'function');
  const attrs = callAttributes(native, options);
  const signatures = new Map<string, Registered>();
  let disposed = false;

  function run(inputs: readonly tf.Tensor[]): tf.Tensor[] {
    assertCallable(name, inputs, disposed);
    // Inside another recording the function is part of that one: TensorFlow gets one flat graph.
    if (isRecording()) return tf.tidy(() => ownOutputs(name, inputs, fn([...inputs])));
    const signature = signatureOf(inputs);
    let registered = signatures.get(signature);
    if (registered === undefined) {
      registered = register(native, name, fn, inputs, options);
      signatures.set(signature, registered);
    }
    registered.calls += 1;
    const ids = native.getInputTensorIds(inputs);
    const outputs = native.binding.executeOp(registered.functionName, attrs, ids, registered.outputCount);
    return outputs.map((output) => native.createOutputTensor(output));
  }

  return Object.assign(run, {
    dispose() {
      disposed = true;
      for (const { functionName, inner } of signatures.values())
        for (const each of [functionName, ...inner]) native.binding.removeFunction(each);
      signatures.clear();
    },
    stats: () => [...signatures].map(([signature, registered]) => statOf(signature, registered)),
  });
}

/** Attributes of the call, not of the function: how TensorFlow is to run it. */
function callAttributes({ binding, isUsingGpuDevice }: NativeBackend, options: CompileOptions): OpAttr[] {
  const attrs: OpAttr[] = [];
  if (options.xla === true) attrs.push({ name: '_XlaMustCompile', type: binding.TF_ATTR_BOOL, value: true });
  // This executor knows no asynchronous ops, which is what copies between a GPU and its host are.
  if (options.sequential === true && !isUsingGpuDevice) {
    attrs.push({ name: 'executor_type', type: binding.TF_ATTR_STRING, value: 'SINGLE_THREADED_EXECUTOR' });
  }
  return attrs;
}

/**
 * Records the function for the shapes of these inputs. It is traced twice: what JavaScript put into the graph must be the
 * same both times, else it is no constant. The values of the eager run are dropped and the registered function runs from the
 * first call on, so that a resumed process computes the same bits as one that went on.
 */
function register(
  native: NativeBackend,
  name: string,
  fn: PureFunction,
  inputs: readonly tf.Tensor[],
  options: CompileOptions,
): Registered {
  const started = performance.now();
  const distinct = withDistinctData(native, inputs);
  const functionName = nextName(`nabla_${name.replace(/\W/g, '_')}`);
  const target = { name, functionName, xla: options.xla === true };
  try {
    const graph = record(native, target, fn, distinct.tensors);
    verify(native, target, fn, distinct.tensors, graph);
    const added = addGraph(native, functionName, graph);
    return {
      functionName,
      inner: added.inner,
      outputCount: graph.outputs.length,
      nodes: added.nodes,
      graphBytes: added.bytes,
      recordMs: performance.now() - started,
      calls: 0,
    };
  } finally {
    tf.dispose(distinct.made);
  }
}

function nextName(base: string): string {
  const count = namesTaken.get(base) ?? 0;
  namesTaken.set(base, count + 1);
  return `${base}_${count}`;
}

/** Registers a graph, those that it calls first. */
function addGraph(
  native: NativeBackend,
  functionName: string,
  graph: RecordedGraph,
): { inner: string[]; nodes: number; bytes: number } {
  const inner = graph.functions.map(({ name, graph: called }) => ({
    name,
    ...addGraph(native, name, called),
  }));
  const graphDef = serialise(graph);
  native.binding.addFunction(functionName, graphDef, graph.inputs, graph.outputs);
  return {
    inner: inner.flatMap((each) => [each.name, ...each.inner]),
    nodes: inner.reduce((sum, each) => sum + each.nodes, graph.nodes.length),
    bytes: inner.reduce((sum, each) => sum + each.bytes, graphDef.length),
  };
}

/** The recorder tells inputs apart by their data: one that shares its data with an earlier one is copied for the recording. */
function withDistinctData(
  native: NativeBackend,
  inputs: readonly tf.Tensor[],
): { tensors: tf.Tensor[]; made: tf.Tensor[] } {
  const made: tf.Tensor[] = [];
  const seen = new Set<object>();
  const tensors = inputs.map((input) => {
    if (!seen.has(input.dataId)) {
      seen.add(input.dataId);
      return input;
    }
    const copy = native.executeSingleOutput('DeepCopy', [dtypeAttr(native, 'T', input.dtype)], [input]);
    made.push(copy);
    return copy;
  });
  return { tensors, made };
}

function statOf(signature: string, registered: Registered): CompiledSignature {
  const { calls, nodes, graphBytes, recordMs } = registered;
  return { signature, calls, nodes, graphBytes, recordMs };
}
