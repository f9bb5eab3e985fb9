/** @file The memory behind TensorFlow.js's wasm backend, and our machine code on it. */
import type * as tf from '@tensorflow/tfjs-core';

import { machineCode, type MachineCode, type WasmMemoryObject } from './machineCode.ts';

/** What we use of the wasm backend (version 4.22 of TensorFlow.js, which `package.json` pins). */
export interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    readonly asm: { readonly memory: WasmMemoryObject };
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
}

export interface WasmMemory {
  readonly code: MachineCode;
  /** Where a tensor's values begin. */
  addressOf(tensor: tf.TensorInfo): number;
  /** Working memory of at least so many bytes, valid until the next call. */
  scratch(bytes: number): number;
  /** The floats, or integers, from an address on; invalid once the memory has grown. */
  floats(address: number, count: number): Float32Array;
  integers(address: number, count: number): Int32Array;
}

export function isWasmBackend(value: unknown): value is WasmBackend {
  return typeof value === 'object' && value !== null && 'wasm' in value && 'dataIdMap' in value;
}

const known = new WeakMap<WasmBackend, WasmMemory>();

/** Of this backend; made at the first call. */
export function wasmMemory(backend: WasmBackend): WasmMemory {
  const there = known.get(backend);
  if (there !== undefined) return there;
  const { wasm } = backend;
  let held = { address: 0, bytes: 0 };
  const memory: WasmMemory = {
    code: machineCode(wasm.asm.memory),
    // Above 2 GB the backend's addresses come as negative numbers.
    addressOf: ({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset >>> 0,
    scratch(bytes) {
      if (bytes > held.bytes) {
        if (held.bytes > 0) wasm._free(held.address);
        const address = wasm._malloc(bytes) >>> 0;
        if (address === 0) throw new RangeError(`wasm: there is no memory for ${bytes} bytes to work in`);
        held = { address, bytes };
      }
      return held.address;
    },
    floats: (address, count) => new Float32Array(wasm.HEAPU8.buffer, address, count),
    integers: (address, count) => new Int32Array(wasm.HEAPU8.buffer, address, count),
  };
  known.set(backend, memory);
  return memory;
}
