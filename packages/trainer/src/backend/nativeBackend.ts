/**
 * @file The backend object of `@tensorflow/tfjs-node-gpu`: its internals that we build on are typed here, checked once, and used
 * nowhere else but in `backend/` and `ops/native.ts`.
 */
import * as tf from '@tensorflow/tfjs-core';

/** The name under which tfjs-node registers itself. */
export const NATIVE_NAME = 'tensorflow';

/** TensorFlow's numbers of the dtypes that TensorFlow.js makes (types.proto). */
export const DTYPE = { float32: 1, int32: 3, string: 7, complex64: 8, int64: 9, bool: 10 } as const;

/** One attribute of a TensorFlow op, as the binding takes it; `type` is one of the binding's `TF_ATTR_*`. */
export interface OpAttr {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | readonly number[] | readonly string[] | object;
}

/** What the binding tells of a tensor that an op made. `id` is never used twice in a process. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export type HostValues = Float32Array | Int32Array | Uint8Array | readonly Uint8Array[];

/** The part of the native addon that we call; `addFunction` and `removeFunction` come from our patch. */
export interface NativeBinding {
  createTensor(shape: number[], dtype: number, values: HostValues): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(
    name: string,
    attrs: readonly OpAttr[],
    inputs: readonly number[],
    outputs: number,
  ): TensorMetadata[];
  addFunction(
    name: string,
    graphDef: Uint8Array,
    inputs: readonly string[],
    outputs: readonly string[],
  ): void;
  removeFunction(name: string): void;
  readonly TF_Version: string;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

/** The backend object of tfjs-node: TensorFlow.js tensors in front, tensor ids of the binding behind. */
export interface NativeBackend {
  binding: NativeBinding;
  readonly isUsingGpuDevice: boolean;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  executeSingleOutput(name: string, attrs: readonly OpAttr[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attrs: readonly OpAttr[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
  write(values: HostValues, shape: number[], dtype: tf.DataType): object;
  readSync(dataId: object): tf.backend_util.BackendValues;
  /** Tensors that TensorFlow holds for us, whether TensorFlow.js still knows them or not. */
  getNumOfTFTensors(): number;
}

/** The attribute that tells an op a dtype, for example `dtypeAttr(native, 'T', x.dtype)`. */
export function dtypeAttr(native: NativeBackend, name: string, dtype: tf.DataType): OpAttr {
  return { name, type: native.binding.TF_ATTR_TYPE, value: dtypeNumber(dtype) };
}

/** The native backend if it is the current one, else null. */
export function nativeBackend(): NativeBackend | null {
  if (tf.getBackend() !== NATIVE_NAME) return null;
  return asNativeBackend(tf.backend());
}

/** TensorFlow's number of a dtype. */
export function dtypeNumber(dtype: tf.DataType): number {
  return DTYPE[dtype];
}

/** tfjs types a backend only by its public face: here it becomes the one whose insides we know. @throws Error if it is another. */
export function asNativeBackend(backend: unknown): NativeBackend {
  if (isNativeBackend(backend)) return backend;
  throw new Error('The TensorFlow.js backend "tensorflow" is not the one of @tensorflow/tfjs-node-gpu 4.22');
}

function isNativeBackend(backend: unknown): backend is NativeBackend {
  const members = [
    'binding',
    'getInputTensorIds',
    'createOutputTensor',
    'executeSingleOutput',
    'write',
    'readSync',
  ];
  return typeof backend === 'object' && backend !== null && members.every((member) => member in backend);
}
