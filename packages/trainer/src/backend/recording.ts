/** @file Recording a pure function, checking that it records the same again, and recording functions inside of it. */
import * as tf from '@tensorflow/tfjs-core';

import type { PureFunction } from './compile.ts';
import { ownOutputs } from './compiledCall.ts';
import type { NativeBackend } from './nativeBackend.ts';
import type { RecordedGraph } from './recordedGraph.ts';
import { Recorder, type RecordingTarget } from './recorder.ts';

/** The innermost recording under way. */
let active: Recorder | null = null;

/** Whether a function is being recorded now: a compiled function called meanwhile becomes part of the recording. */
export function isRecording(): boolean {
  return active !== null;
}

/** Whether what is recorded now will be compiled by XLA. */
export function isRecordingForXla(): boolean {
  return active?.target.xla === true;
}

/**
 * Runs `fn` once and records it; its outputs are dropped. No two inputs may share their data.
 * @throws Error when the function captures a tensor, reads data back, or returns something else than tensors.
 */
export function record(
  native: NativeBackend,
  target: RecordingTarget,
  fn: PureFunction,
  inputs: readonly tf.Tensor[],
): RecordedGraph {
  return trace(new Recorder(native, target, null), fn, inputs);
}

/**
 * Runs `fn` again without executing its ops: they get the shapes that they had when it was recorded.
 * @throws Error at the first node that is not the same to the byte: what JavaScript put there is no constant.
 */
export function verify(
  native: NativeBackend,
  target: RecordingTarget,
  fn: PureFunction,
  inputs: readonly tf.Tensor[],
  graph: RecordedGraph,
): void {
  trace(new Recorder(native, target, graph), fn, inputs);
}

/**
 * Records a function that a node of the recording under way is to call, and gives the name to call it by.
 * @param inputs tensors of the outer recording with the shapes that the function will be called with
 */
export function recordInner(label: string, fn: PureFunction, inputs: readonly tf.Tensor[]): string {
  const outer = active;
  if (outer === null)
    throw new Error(`The function "${label}" can only be recorded inside another recording`);
  const { name, functionName, xla } = outer.target;
  const innerName = `${functionName}_${label}_${outer.functions.length}`;
  outer.pause(inputs);
  try {
    const recorder = outer.inner({ name: `${name}, ${label}`, functionName: innerName, xla });
    outer.functions.push({ name: innerName, graph: trace(recorder, fn, inputs) });
  } finally {
    outer.resume();
  }
  return innerName;
}

function trace(recorder: Recorder, fn: PureFunction, inputs: readonly tf.Tensor[]): RecordedGraph {
  const outer = active;
  const inputNames = recorder.start(inputs);
  active = recorder;
  let graph: RecordedGraph;
  try {
    const outputNames = tf.tidy(() => {
      const outputs = ownOutputs(recorder.target.name, inputs, fn([...inputs]));
      const names = recorder.nameOutputs(outputs);
      tf.dispose(outputs); // also those that the function keeps
      return names;
    });
    const { nodes, functions } = recorder;
    graph = { inputs: inputNames, outputs: outputNames, nodes, functions };
  } finally {
    active = outer;
    recorder.stop();
  }
  const { expected } = recorder;
  if (
    expected !== null &&
    (graph.nodes.length !== expected.nodes.length || graph.outputs.join() !== expected.outputs.join())
  ) {
    throw recorder.changed('it returned other outputs the second time');
  }
  return graph;
}
