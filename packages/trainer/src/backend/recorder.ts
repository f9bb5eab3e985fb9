/**
 * @file Records what the native backend executes while a pure function runs eagerly, as a TensorFlow graph.
 *
 * Every tensor of TensorFlow.js comes into being in one of three ways, and each is watched: as the output of an op
 * (`binding.executeOp`), as a host value (`backend.write`, uploaded by `binding.createTensor` when an op first needs it), or as
 * another handle of the same data (identity, which shares the binding's tensor id). An id that came from none of these
 * while recording was made outside: a captured tensor.
 */
import * as tf from '@tensorflow/tfjs-core';

import { constNode, identityNode, opNode, placeholderNode } from './graphDef.ts';
import { contentKey, describeConstant, type HostConstant } from './hostConstants.ts';
import {
  dtypeNumber,
  type NativeBackend,
  type NativeBinding,
  type OpAttr,
  type TensorMetadata,
} from './nativeBackend.ts';
import {
  difference,
  type OutputInfo,
  type RecordedFunction,
  type RecordedGraph,
  type RecordedNode,
} from './recordedGraph.ts';

/** TensorFlow's random ops that keep a state; those named Stateless… do not. */
const DRAWS_ITS_OWN_NUMBERS = /^(Multinomial|Random|TruncatedNormal|ParameterizedTruncatedNormal)/;

/** Ops that are not executed while recording: their outputs have the shapes of their first inputs, one for one. */
const STANDS_FOR_ITS_INPUTS: ReadonlySet<string> = new Set(['XlaDynamicUpdateSlice', 'StatelessWhile']);

/** What is recorded, and what for: XLA has ops of its own that the recording may use. */
export interface RecordingTarget {
  /** For error messages. */
  readonly name: string;
  /** The name that TensorFlow is to know it by; functions inside are named after it. */
  readonly functionName: string;
  readonly xla: boolean;
}

/** Ids of tensors that exist in name only; tfjs-node deletes no tensor with a negative id, and −1 means "not uploaded". */
let nextUnreal = -2;

export class Recorder {
  readonly nodes: RecordedNode[] = [];
  readonly functions: RecordedFunction[] = [];
  readonly target: RecordingTarget;
  readonly #native: NativeBackend;
  readonly #binding: NativeBinding;
  /** What must come out again; null while recording. */
  readonly expected: RecordedGraph | null;
  /** The graph's tensor for each of the binding's ids. */
  readonly #graphTensor = new Map<number, string>();
  /** Host values uploaded while recording and made while recording; they become Const nodes when first used. */
  readonly #constants = new Map<number, HostConstant>();
  /** Constants already in the graph, by their content: shapes and axes are the same numbers again and again. */
  readonly #constNodes = new Map<string, string>();
  /** The graph's tensors that an op made: these can be outputs as they are. */
  readonly #opOutputs = new Set<string>();
  readonly #writtenHere = new WeakSet<object>();

  constructor(native: NativeBackend, target: RecordingTarget, expected: RecordedGraph | null) {
    this.expected = expected;
    this.#native = native;
    this.#binding = native.binding;
    this.target = target;
  }

  start(inputs: readonly tf.Tensor[]): string[] {
    const ids = this.#native.getInputTensorIds(inputs);
    const names = inputs.map((input, index) => {
      const name = `in${index}`;
      this.#add({
        name,
        op: 'Placeholder',
        detail: '',
        inputs: [],
        bytes: placeholderNode(name, dtypeNumber(input.dtype)),
        outputs: [],
      });
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

  /** The recording rests until `resume`; values of `tensors` that are still on the host count as its constants. */
  pause(tensors: readonly tf.Tensor[]): void {
    this.#native.getInputTensorIds(tensors);
    this.stop();
  }

  resume(): void {
    this.#watch();
  }

  /** A recorder of a function that this recording calls. */
  inner(target: RecordingTarget): Recorder {
    const expected = this.expected?.functions[this.functions.length]?.graph ?? null;
    return new Recorder(this.#native, target, expected);
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
      this.#add({
        name,
        op: 'Identity',
        detail: '',
        inputs: [tensor],
        bytes: identityNode(name, tensor, dtypeNumber(output.dtype)),
        outputs: [],
      });
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
    const watched: NativeBinding = Object.create(binding, {
      createTensor: {
        value: (shape: number[], dtype: number, values: HostConstant['values']) => {
          const id = this.expected === null ? binding.createTensor(shape, dtype, values) : nextUnreal--;
          this.#constants.set(id, { shape: [...shape], dtype, values });
          return id;
        },
      },
      tensorDataSync: {
        value: (id: number) => (id < 0 ? this.#constants.get(id)?.values : binding.tensorDataSync(id)),
      },
      executeOp: { value: this.#executeOp },
    });
    native.binding = watched;
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
    const index = this.nodes.length;
    const name = `n${index}`;
    const bytes = opNode(name, op, inputs, attrs);
    const results =
      this.expected === null
        ? this.#execute(op, attrs, inputIds, outputCount)
        : (this.expected.nodes[index]?.outputs ?? []).map((output) => this.#unreal(output));
    this.#add({
      name,
      op,
      detail: '',
      inputs,
      bytes,
      outputs: results.map(({ shape, dtype }) => ({ shape, dtype })),
    });
    results.forEach((result, place) => {
      const tensor = place === 0 ? name : `${name}:${place}`;
      this.#graphTensor.set(result.id, tensor);
      this.#opOutputs.add(tensor);
    });
    return results;
  };

  #execute(op: string, attrs: readonly OpAttr[], inputIds: readonly number[], outputCount: number) {
    if (!STANDS_FOR_ITS_INPUTS.has(op)) return this.#binding.executeOp(op, attrs, inputIds, outputCount);
    return inputIds.slice(0, outputCount).flatMap((id) => this.#binding.executeOp('Identity', [], [id], 1));
  }

  #unreal({ shape, dtype }: OutputInfo): TensorMetadata {
    return { id: nextUnreal--, shape: [...shape], dtype };
  }

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
    const key = contentKey(constant);
    const name = this.#constNodes.get(key) ?? `c${this.nodes.length}`;
    this.#graphTensor.set(id, name);
    if (this.#constNodes.has(key)) return name;
    this.#constNodes.set(key, name);
    const { shape, dtype, values } = constant;
    this.#add({
      name,
      op: 'Const',
      detail: describeConstant(constant),
      inputs: [],
      bytes: constNode(name, dtype, shape, values),
      outputs: [],
    });
    return name;
  }

  #add(node: RecordedNode): void {
    if (this.expected !== null) {
      const what = difference(this.expected, this.nodes.length, node);
      if (what !== null) throw this.changed(what);
    }
    this.nodes.push(node);
  }

  changed(what: string): Error {
    return new Error(
      `${this.#prefix()}: ${what}. Random numbers, step counters and whatever else differs from call to call must be inputs`,
    );
  }

  #prefix(): string {
    return `Function "${this.target.name}" is not recordable`;
  }
}
