/** @file Kernels of tfjs-node 4.22 that we replace, each for the reason given. */
import * as tf from '@tensorflow/tfjs-core';

import { asNativeBackend, dtypeAttr, type OpAttr } from './nativeBackend.ts';

/** Registers our kernels in the place of tfjs-node's. Doing it twice changes nothing. */
export function registerNativeKernels(backendName: string): void {
  replaceKernel(backendName, tf.GatherV2, gatherWithoutReadback);
}

interface KernelArguments {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly backend: unknown;
  readonly attrs?: tf.NamedAttrMap;
}

function replaceKernel(
  backendName: string,
  kernelName: string,
  kernelFunc: (args: KernelArguments) => tf.TensorInfo,
): void {
  if (tf.getKernel(kernelName, backendName) !== undefined) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ kernelName, backendName, kernelFunc });
}

/**
 * tfjs-node reads the indices back to the host to check their bounds, which stalls a GPU and cannot be recorded.
 * TensorFlow checks them itself: an error on the CPU, zeros in the place of the row on the GPU.
 */
function gatherWithoutReadback({ inputs, backend, attrs }: KernelArguments): tf.TensorInfo {
  const { x, indices } = inputs;
  if (x === undefined || indices === undefined) throw new Error('GatherV2 needs the inputs x and indices');
  const native = asNativeBackend(backend);
  const { binding } = native;
  const axis = tf.scalar(Number(attrs?.axis ?? 0), 'int32');
  const opAttrs: OpAttr[] = [
    { name: 'batch_dims', type: binding.TF_ATTR_INT, value: Number(attrs?.batchDims ?? 0) },
    dtypeAttr(native, 'Tparams', x.dtype),
    dtypeAttr(native, 'Tindices', indices.dtype),
    dtypeAttr(native, 'Taxis', 'int32'),
  ];
  const result = native.executeSingleOutput('GatherV2', opAttrs, [x, indices, axis]);
  axis.dispose();
  return result;
}
