/** @file The shared libraries that TensorFlow 2.21's CUDA build opens, by the names that it asks the dynamic linker for. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { openLibraries } from '../../native/nvidia.mjs';
import type { LibraryCheck } from './facts.ts';

/** The version that TensorFlow 2.21 is built with, and what goes with it. Raise together with native/wheels.json. */
export const CUDA = {
  tensorflow: '2.21.0',
  cuda: '12.5.1',
  cudnn: '9.3',
  /** Oldest driver that runs any CUDA 12 program (minor-version compatibility). */
  minDriver: '525.60.13',
  /** The build holds code for 6.0, 7.0, 8.0 and 8.9, and for 9.0 a form that later GPUs compile when they start. */
  minComputeCapability: '6.0',
} as const;

/** Belongs to the driver: comes with it, never from a package. */
const DRIVER_LIBRARY = { soname: 'libcuda.so.1', neededFor: 'the NVIDIA driver itself' };

/** In the order that they depend on each other. */
const LIBRARIES: readonly { readonly soname: string; readonly neededFor: string }[] = [
  { soname: 'libcudart.so.12', neededFor: 'CUDA runtime' },
  { soname: 'libcublasLt.so.12', neededFor: 'matrix products' },
  { soname: 'libcublas.so.12', neededFor: 'matrix products' },
  { soname: 'libnvJitLink.so.12', neededFor: 'linking kernels (cuSPARSE, cuSOLVER)' },
  { soname: 'libcufft.so.11', neededFor: 'Fourier transforms (TensorFlow refuses GPUs without it)' },
  { soname: 'libcurand.so.10', neededFor: 'random numbers' },
  { soname: 'libcusparse.so.12', neededFor: 'sparse products (TensorFlow refuses GPUs without it)' },
  { soname: 'libcusolver.so.11', neededFor: 'linear solvers (TensorFlow refuses GPUs without it)' },
  { soname: 'libcudnn.so.9', neededFor: 'cuDNN (TensorFlow refuses GPUs without it)' },
  { soname: 'libcupti.so.12', neededFor: 'profiling' },
  { soname: 'libnccl.so.2', neededFor: 'several GPUs' },
];

/**
 * Opens each of them.
 * @param libraries folder of the CUDA build, with `nvidia/<part>/lib` inside; null where it is not installed: then those of the system.
 */
export function checkCudaLibraries(libraries: string | null): LibraryCheck[] {
  const folders = libraries === null ? [] : nvidiaFolders(libraries);
  const wanted = [DRIVER_LIBRARY, ...LIBRARIES].map((library) => ({
    ...library,
    name: fileOf(library.soname, folders) ?? library.soname,
  }));
  const opened = openLibraries(wanted.map(({ name }) => name));
  return wanted.map(({ soname, neededFor, name }) => ({
    soname,
    neededFor,
    problem: opened.get(name) ?? null,
  }));
}

function nvidiaFolders(libraries: string): { folder: string; names: readonly string[] }[] {
  const root = path.join(libraries, 'nvidia');
  return namesIn(root).map((part) => {
    const folder = path.join(root, part, 'lib');
    return { folder, names: namesIn(folder) };
  });
}

function fileOf(
  soname: string,
  folders: readonly { folder: string; names: readonly string[] }[],
): string | undefined {
  const found = folders.find(({ names }) => names.includes(soname));
  return found === undefined ? undefined : path.join(found.folder, soname);
}

/** Empty for a folder that is not there: what it should hold is then missing by name. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return [];
    throw error;
  }
}
