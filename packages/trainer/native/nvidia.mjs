/**
 * @file What of NVIDIA this machine has, without CUDA and without any package: the driver's devices, and which shared libraries
 * open. Used when the native engine is installed (to choose its build) and by `nabla doctor` (to say what is missing).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** A library that does not answer within this time is counted as one that hangs. */
const OPEN_MS = 20_000;
const SMI_QUERY = 'index,name,memory.total,driver_version,compute_cap';

/**
 * Asks `nvidia-smi`, the kernel module and the device files.
 * @returns {import('./nvidia.d.mts').Nvidia}
 */
export function findNvidia() {
  const kernelModule = existsSync('/proc/driver/nvidia/version');
  const deviceFiles = existsSync('/dev/nvidiactl') || existsSync('/dev/dxg');
  const { status, stdout, stderr, error } = spawnSync(
    'nvidia-smi',
    [`--query-gpu=${SMI_QUERY}`, '--format=csv,noheader,nounits'],
    { encoding: 'utf8', timeout: OPEN_MS },
  );
  const smiProblem =
    error !== undefined
      ? error.code === 'ENOENT'
        ? 'nvidia-smi is not installed'
        : `nvidia-smi could not be run (${error.message})`
      : status !== 0
        ? `nvidia-smi says: ${firstLine(stdout) || firstLine(stderr) || `exit status ${status}`}`
        : null;
  const devices = smiProblem === null ? parseDevices(stdout) : [];
  return {
    kernelModule,
    deviceFiles,
    smiProblem: smiProblem ?? (devices.length === 0 ? 'nvidia-smi lists no GPU' : null),
    driver: devices[0]?.driver ?? (kernelModule ? driverOfModule() : null),
    devices,
  };
}

/**
 * Whether a build for CUDA is worth its size here.
 * @param {import('./nvidia.d.mts').Nvidia} nvidia
 */
export function hasNvidiaGpu({ devices, kernelModule, deviceFiles }) {
  // A container may be given the devices without nvidia-smi.
  return devices.length > 0 || (kernelModule && deviceFiles);
}

/**
 * The lines of `nvidia-smi --query-gpu=index,name,memory.total,driver_version,compute_cap --format=csv,noheader,nounits`.
 * @param {string} csv
 */
export function parseDevices(csv) {
  return csv
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length >= 4 && /^\d+$/.test(cells[0] ?? ''))
    .map(([index = '', name = '', memory = '', driver = '', capability = '']) => ({
      index: Number(index),
      name,
      // MiB; "[N/A]" where memory is shared with the CPU.
      memoryBytes: /^\d+$/.test(memory) ? Number(memory) * 2 ** 20 : null,
      driver,
      computeCapability: /^\d+\.\d+$/.test(capability) ? capability : null,
    }));
}

/**
 * Opens shared libraries, each in the way that TensorFlow does, in a process of their own: one that crashes is an answer too.
 * @param {readonly string[]} names sonames or paths
 * @returns {Map<string, string | null>} by name, what is wrong with it, or null
 */
export function openLibraries(names) {
  // Node opens an addon by dlopen: a library that opens and is none is refused only after that, by these words.
  const script = `
    const found = process.argv.slice(1).map((name) => {
      try { process.dlopen({ exports: {} }, name); return [name, null]; }
      catch (error) {
        const message = String(error.message).split('\\n')[0];
        return [name, /did not self-register|symbol napi_register|was compiled against/.test(message) ? null : message];
      }
    });
    process.stdout.write(JSON.stringify(found));`;
  const open = (some) =>
    spawnSync(process.execPath, ['-e', script, ...some], { encoding: 'utf8', timeout: OPEN_MS });
  const all = open(names);
  if (all.status === 0) return new Map(JSON.parse(all.stdout));
  // One of them took the process down: each alone.
  return new Map(
    names.map((name) => {
      const { status, signal, stdout } = open([name]);
      if (status === 0) return JSON.parse(stdout)[0];
      return [name, `opening it ended the process (${signal ?? `exit status ${status}`})`];
    }),
  );
}

function driverOfModule() {
  return parseModuleVersion(readFileSync('/proc/driver/nvidia/version', 'utf8'));
}

/** "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat …" @param {string} text */
export function parseModuleVersion(text) {
  return /Kernel Module(?: for \S+)?\s+(\d+(?:\.\d+)+)/.exec(text)?.[1] ?? null;
}

/** @param {string} text */
function firstLine(text) {
  return (text.trim().split('\n')[0] ?? '').trim();
}
