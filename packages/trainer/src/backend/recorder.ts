/**
 * @file Records what the native backend executes while a pure function runs eagerly, as a TensorFlow graph.
 *
 * Every tensor of TensorFlow.js comes into being in one of three ways, and each is watched: as the output of an op
 * (`binding.executeOp`), as a host value (`backend.write`, uploaded by `binding.createTensor` when an op first needs it), or as
 * another handle of the same data (identity, which shares the binding's tensor id). An id that came from none of these
 * while recording was made outside: a captured tensor.
 */
import * as tf from '@tensorflow/tfjs-core';

import { constNode, graphDef, identityNode, opNode, placeholderNode } from './graphDef.ts';
import { ownOutputs } from './compiledCall.ts';
import type { PureFunction } from './compile.ts';
import { dtypeNumber, type HostValues, type NativeBackend, type NativeBinding } from './nativeBackend.ts';

interface RecordedNode {
  readonly name: string;
  /** The TensorFlow op. */
  readonly op: string;
  /** For error messages: what a constant holds. */
  readonly detail: string;
  readonly inputs: readonly string[];
  readonly bytes: Uint8Array;
}

export interface RecordedGraph {
  readonly nodes: readonly RecordedNode[];
  /** Names for `addFunction`, in the order of the function's inputs. */
  readonly inputs: readonly string[];
  /** Names for `addFunction`, in the order of the function's outputs; no name stands twice. */
  readonly outputs: readonly string[];
}

interface HostConstant {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: HostValues;
}

/** TensorFlow's random ops that keep a state; those named Stateless… do not. */
const DRAWS_ITS_OWN_NUMBERS = /^(Multinomial|Random|TruncatedNormal|ParameterizedTruncatedNormal)/;

let recording = false;

/** Whether a function is being recorded now: a compiled function called meanwhile becomes part of the recording. */
export function isRecording(): boolean {
  return recording;
}

/**
 * Runs `fn` once and records it. The caller owns the outputs. No two inputs may share their data.
 * @throws Error when the function captures a tensor, reads data back, or returns something else than tensors.
 */
export function record(
  native: NativeBackend,
  name: string,
  fn: PureFunction,
  inputs: readonly tf.Tensor[],
): { outputs: tf.Tensor[]; graph: RecordedGraph } {
  const recorder = new Recorder(native, name);
  const inputNames = recorder.start(inputs);
  recording = true;
  try {
    const outputs = tf.tidy(() => ownOutputs(name, inputs, fn([...inputs])));
    return {
      outputs,
      graph: { inputs: inputNames, outputs: recorder.nameOutputs(outputs), nodes: recorder.nodes },
    };
  } finally {
    recording = false;
    recorder.stop();
  }
}

/** The GraphDef of a recording. */
export function serialise(graph: RecordedGraph): Uint8Array {
  return graphDef(graph.nodes.map((node) => node.bytes));
}

/** What differs between two recordings of the same call, in words; null when they are the same to the byte. */
export function difference(first: RecordedGraph, second: RecordedGraph): string | null {
  for (const [index, a] of first.nodes.entries()) {
    const b = second.nodes[index];
    if (b === undefined || a.op !== b.op) {
      return `operation ${index} was ${a.op} at first and ${b?.op ?? 'missing'} then`;
    }
    if (Buffer.compare(a.bytes, b.bytes) === 0) continue;
    const user = first.nodes.find((node) => node.inputs.includes(a.name))?.op ?? 'nothing';
    return a.op === 'Const'
      ? `constant ${a.detail} (used by ${user}) changed between traces, to ${b.detail}`
      : `operation ${index}, ${a.op}, changed between traces`;
  }
  if (second.nodes.length > first.nodes.length) return 'the second trace had more operations than the first';
  return first.outputs.join() === second.outputs.join() ? null : 'the outputs changed between traces';
}

class Recorder {
  readonly nodes: RecordedNode[] = [];
  readonly #native: NativeBackend;
  readonly #binding: NativeBinding;
  readonly #name: string;
  /** The graph's tensor for each of the binding's ids. */
  readonly #graphTensor = new Map<number, string>();
  /** Host values uploaded while recording and made while recording; they become Const nodes when first used. */
  readonly #constants = new Map<number, HostConstant>();
  /** The graph's tensors that an op made: these can be outputs as they are. */
  readonly #opOutputs = new Set<string>();
  readonly #writtenHere = new WeakSet<object>();

  constructor(native: NativeBackend, name: string) {
    this.#native = native;
    this.#binding = native.binding;
    this.#name = name;
  }

  start(inputs: readonly tf.Tensor[]): string[] {
    const ids = this.#native.getInputTensorIds(inputs);
    const names = inputs.map((input, index) => {
      const name = `in${index}`;
      this.#add(name, 'Placeholder', '', [], placeholderNode(name, dtypeNumber(input.dtype)));
      const id = ids[index];
      if (id === undefined || this.#graphTensor.has(id)) {
        throw new Error(`${this.#prefix()}: input ${index} shares its data with an earlier input`);
      }
      this.#graphTensor.set(id, name);
      return name;
    });
    this.#watch();
    return names;
  }

  stop(): void {
    this.#native.binding = this.#binding;
    // Own properties that shadow the class's methods.
    for (const method of ['getInputTensorIds', 'write', 'readSync'] as const)
      Reflect.deleteProperty(this.#native, method);
  }

  /** The outputs' names; an input, a constant, or a tensor returned twice gets an Identity of its own. */
  nameOutputs(outputs: readonly tf.Tensor[]): string[] {
    const ids = this.#native.getInputTensorIds(outputs);
    const taken = new Set<string>();
    return outputs.map((output, index) => {
      const tensor = this.#tensorOf(ids[index] ?? -1, () => `returned as output ${index}`);
      if (this.#opOutputs.has(tensor) && !taken.has(tensor)) {
        taken.add(tensor);
        return tensor;
      }
      const name = `out${index}`;
      this.#add(name, 'Identity', '', [tensor], identityNode(name, tensor, dtypeNumber(output.dtype)));
      return name;
    });
  }

  #watch(): void {
    const native = this.#native;
    const binding = this.#binding;
    const getInputTensorIds = native.getInputTensorIds;
    const write = native.write;
    const readSync = native.readSync;

    native.write = (values, shape, dtype) => {
      const dataId = write.call(native, values, shape, dtype);
      this.#writtenHere.add(dataId);
      return dataId;
    };
    native.readSync = (dataId) => {
      // Reading a constant that was made here is as constant as the constant.
      if (this.#writtenHere.has(dataId)) return readSync.call(native, dataId);
      throw new Error(
        `${this.#prefix()}: it reads a tensor back (data, dataSync, array, print) while it is recorded. ` +
          'Return the tensor and read it outside',
      );
    };
    native.getInputTensorIds = (tensors) => {
      const ids = getInputTensorIds.call(native, tensors);
      tensors.forEach((tensor, index) => {
        // A tensor of the outside whose values were still waiting on the host looks like a constant of ours: it is not.
        const made = !('dataId' in tensor) || this.#writtenHere.has(tensor.dataId);
        if (!made) this.#constants.delete(ids[index] ?? -1);
      });
      return ids;
    };

    // The binding's own properties are read-only: shadow them on an object that inherits the rest.
    native.binding = Object.create(binding, {
      createTensor: {
        value: (shape: number[], dtype: number, values: HostValues) => {
          const id = binding.createTensor(shape, dtype, values);
          this.#constants.set(id, { shape: [...shape], dtype, values });
          return id;
        },
      },
      executeOp: { value: this.#executeOp },
    }) as NativeBinding; // Object.create has no type of its own
  }

  readonly #executeOp: NativeBinding['executeOp'] = (op, attrs, inputIds, outputCount) => {
    if (DRAWS_ITS_OWN_NUMBERS.test(op)) {
      throw new Error(
        `${this.#prefix()}: ${op} draws random numbers of its own, other ones at every call. Make the numbers outside ` +
          'and pass them as an input',
      );
    }
    const inputs = inputIds.map((id, index) =>
      this.#tensorOf(id, () => `used by ${op} (its input ${index})`),
    );
    const outputs = this.#binding.executeOp(op, attrs, inputIds, outputCount);
    const name = `n${this.nodes.length}`;
    this.#add(name, op, '', inputs, opNode(name, op, inputs, attrs));
    outputs.forEach((output, index) => {
      const tensor = index === 0 ? name : `${name}:${index}`;
      this.#graphTensor.set(output.id, tensor);
      this.#opOutputs.add(tensor);
    });
    return outputs;
  };

  #tensorOf(id: number, use: () => string): string {
    const known = this.#graphTensor.get(id);
    if (known !== undefined) return known;
    const constant = this.#constants.get(id);
    if (constant === undefined) {
      throw new Error(
        `${this.#prefix()}: captured tensor ${use()}. It was made outside of the function, so its value would be ` +
          'frozen: pass it as an input',
      );
    }
    const name = `c${this.nodes.length}`;
    const { shape, dtype, values } = constant;
    this.#add(
      name,
      'Const',
      `[${shape.join(',')}] = ${preview(values)}`,
      [],
      constNode(name, dtype, shape, values),
    );
    this.#graphTensor.set(id, name);
    this.#constants.delete(id);
    return name;
  }

  #add(name: string, op: string, detail: string, inputs: readonly string[], bytes: Uint8Array): void {
    this.nodes.push({ name, op, detail, inputs, bytes });
  }

  #prefix(): string {
    return `Function "${this.#name}" is not recordable`;
  }
}

function preview(values: HostValues): string {
  return `${[...values.slice(0, 3)].join(', ')}${values.length > 3 ? ', …' : ''}`;
}
