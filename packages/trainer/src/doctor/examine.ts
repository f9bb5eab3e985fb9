/** @file What follows from the facts: what is well, what costs speed, what stands in the way, and what to do about it. */
import { CUDA } from './cudaLibraries.ts';
import type { DoctorFacts } from './facts.ts';

export interface Finding {
  /** problem: it cannot train. warning: it can, but something costs speed or will run out. */
  readonly level: 'ok' | 'warning' | 'problem';
  readonly what: string;
  /** What to do; null when there is nothing to. */
  readonly advice: string | null;
}

export interface Diagnosis {
  readonly canTrain: boolean;
  readonly findings: readonly Finding[];
}

const BUILD = 'node scripts/native.mjs (or npm run setup)';
const GIGABYTE = 1e9;
/** A model of 1 M parameters trains in less; TensorFlow itself takes 0.4 GB. */
const LITTLE_MEMORY = 2 * GIGABYTE;
const LITTLE_DISK = 2 * GIGABYTE;
/** Ten times below what a core with AVX2 does: something else is using the machine, or it is emulated. */
const SLOW_GFLOPS_PER_CORE = 3;

export function examine(facts: DoctorFacts): Diagnosis {
  const findings = [...node(facts), ...engine(facts), ...gpu(facts), ...machine(facts)];
  return { canTrain: findings.every(({ level }) => level !== 'problem'), findings };
}

const ok = (what: string): Finding => ({ level: 'ok', what, advice: null });
const warning = (what: string, advice: string | null = null): Finding => ({ level: 'warning', what, advice });
const problem = (what: string, advice: string | null = null): Finding => ({ level: 'problem', what, advice });

function node({ node: version }: DoctorFacts): Finding[] {
  return isAtLeast(version, '20.19')
    ? []
    : [problem(`Node ${version} is too old`, 'install Node 20.19 or newer')];
}

function engine(facts: DoctorFacts): Finding[] {
  const found = facts.engine;
  if (!found.ok)
    return [
      problem(
        `no engine opens: ${found.reason}`,
        facts.wanted === 'native'
          ? `${adviceForNative(facts)}; or train with --backend wasm, several times slower`
          : 'reinstall the dependencies (npm run setup); if it stays, report it with the output of nabla doctor --json',
      ),
    ];
  const { backend, nativeMissing } = found.probe;
  if (backend === 'native') return [ok('the native engine works')];
  if (facts.wanted === 'wasm') return [warning('wasm was asked for: several times slower than native')];
  return [
    warning(
      `it trains on wasm, about 7 times slower than native: ${nativeMissing ?? 'no reason known'}`,
      adviceForNative(facts),
    ),
  ];
}

/** The first thing that stands in the way of a native engine. */
function adviceForNative(facts: DoctorFacts): string {
  const { system, native, cpu } = facts;
  if (facts.nativeForbidden) return 'unset NABLA_BACKEND';
  if (system.platform !== 'linux' || native.neededBytes === null)
    return `there is no native build for ${system.platform} on ${system.arch}: use Linux on x64 or arm64 (on Windows: WSL)`;
  if (system.glibc === null)
    return 'this system has no glibc (Alpine?): use one that has, for instance Debian';
  if (!isAtLeast(system.glibc, '2.27'))
    return `glibc ${system.glibc} is too old: TensorFlow needs 2.27, so a newer system`;
  if (system.arch === 'x64' && cpu.features.length > 0 && !cpu.features.includes('avx'))
    return 'this processor has no AVX, which TensorFlow needs: nothing to be done here';
  if (native.installed !== null) return `build it again: rm -r ${native.cache} and ${BUILD}`;
  const steps = [
    ...(native.compiler === null ? ['install a C++ compiler (on Debian: apt install g++)'] : []),
    ...(native.index !== null && native.index.problem !== null
      ? [
          `make a Python package index reachable (${native.index.problem}): PIP_INDEX_URL, or put the wheels of packages/trainer/native/wheels.json into a folder that PIP_FIND_LINKS names`,
        ]
      : []),
    ...(diskShortfall(facts) ?? []),
    `run ${BUILD}`,
  ];
  return steps.join(', then ');
}

function diskShortfall({ native, disks }: DoctorFacts): string[] | null {
  const free = disks.find(({ path }) => path === native.cache)?.freeBytes ?? null;
  if (free === null || native.neededBytes === null || free >= native.neededBytes) return null;
  return [
    `make room in ${native.cache} (${gigabytes(native.neededBytes)} are needed, ${gigabytes(free)} are free; XDG_CACHE_HOME moves it)`,
  ];
}

function gpu(facts: DoctorFacts): Finding[] {
  const { devices, kernelModule, deviceFiles, smiProblem, visibleDevices } = facts.gpu;
  const uses = facts.engine.ok && facts.engine.probe.device === 'gpu';
  if (devices.length === 0 && !kernelModule && !deviceFiles) {
    const cuda = facts.native.installed === 'cuda';
    const none = `no NVIDIA GPU is seen (${smiProblem ?? 'none is listed'})`;
    if (!cuda) return [ok(`${none}: training runs on the CPU`)];
    return [
      warning(
        `the CUDA build is installed, but ${none}`,
        facts.system.inContainer
          ? 'start the container with the GPU (docker run --gpus all; needs the NVIDIA container toolkit on the host)'
          : `install NVIDIA's driver, ${CUDA.minDriver} or newer`,
      ),
      ...libraries(facts),
    ];
  }
  const names = devices.length === 0 ? 'an NVIDIA GPU' : devices.map(({ name }) => name).join(', ');
  if (uses) return [ok(`TensorFlow computes on ${names}`), ...libraries(facts)];
  return [
    warning(`${names} is there, and TensorFlow does not compute on it`, adviceForGpu(facts)),
    ...(visibleDevices === '' || visibleDevices === '-1'
      ? [warning('CUDA_VISIBLE_DEVICES hides every GPU', 'unset CUDA_VISIBLE_DEVICES')]
      : []),
    ...oldDevices(facts),
    ...libraries(facts),
  ];
}

function adviceForGpu(facts: DoctorFacts): string | null {
  const { driver } = facts.gpu;
  if (facts.wanted === 'wasm') return 'leave --backend wasm (or NABLA_BACKEND=wasm) away';
  if (driver !== null && !isAtLeast(driver, CUDA.minDriver))
    return `update NVIDIA's driver: ${driver} is installed, CUDA ${CUDA.cuda} needs ${CUDA.minDriver} or newer`;
  if (facts.system.arch !== 'x64') return 'the CUDA build of TensorFlow exists for x64 only';
  if (facts.native.installed !== 'cuda') {
    const size = facts.native.neededBytes === null ? '' : ` (${gigabytes(facts.native.neededBytes)})`;
    return `take the CUDA build of TensorFlow${size}: ${[...(diskShortfall(facts) ?? []), `NABLA_NATIVE=cuda ${BUILD}`].join(', then ')}`;
  }
  return null;
}

/** Each library that does not open, by name. */
function libraries({ gpu: { libraries: checks }, native }: DoctorFacts): Finding[] {
  const missing = checks.filter((check) => check.problem !== null);
  return (
    missing
      // Of a build that is not installed nothing but the driver is expected to be there.
      .filter(({ soname }) => native.installed === 'cuda' || soname === 'libcuda.so.1')
      .map(({ soname, neededFor, problem: why }) =>
        warning(
          `${soname} does not open (${neededFor}): ${why}`,
          soname === 'libcuda.so.1'
            ? `it comes with NVIDIA's driver (${CUDA.minDriver} or newer); in a container it is the host's, given by the NVIDIA container toolkit`
            : `it comes with the CUDA build: rm -r ${native.cache} and NABLA_NATIVE=cuda ${BUILD}`,
        ),
      )
  );
}

function oldDevices({ gpu: { devices } }: DoctorFacts): Finding[] {
  return devices
    .filter(
      ({ computeCapability }) =>
        computeCapability !== null && !isAtLeast(computeCapability, CUDA.minComputeCapability),
    )
    .map(({ name, computeCapability }) =>
      warning(
        `${name} has compute capability ${computeCapability}; TensorFlow ${CUDA.tensorflow} needs ${CUDA.minComputeCapability}`,
        'use a GPU of the Pascal generation (2016) or later',
      ),
    );
}

function machine(facts: DoctorFacts): Finding[] {
  const { memory, cpu, disks } = facts;
  const found: Finding[] = [];
  const available = Math.min(memory.availableBytes, memory.limitBytes ?? Infinity);
  if (available < LITTLE_MEMORY)
    found.push(
      warning(
        `${gigabytes(available)} of memory are free`,
        'train small models only, or set policyGradient.microBatchSize',
      ),
    );
  if (cpu.quota !== null && cpu.quota < cpu.cores - 0.5)
    found.push(
      warning(
        `a container's limit leaves the time of ${round(cpu.quota)} of ${cpu.cores} cores, and TensorFlow starts a thread for each`,
        'raise the limit, or pin the container to as many cores (docker run --cpuset-cpus)',
      ),
    );
  for (const { purpose, path, freeBytes } of disks)
    if (freeBytes !== null && freeBytes < LITTLE_DISK)
      found.push(
        warning(
          `${gigabytes(freeBytes)} are free for ${purpose} (${path})`,
          'make room, or choose another folder',
        ),
      );
  if (facts.engine.ok && facts.engine.probe.backend === 'native' && facts.engine.probe.device === 'cpu') {
    const perCore = facts.engine.probe.speed.gflops / Math.max(1, Math.min(cpu.cores, cpu.quota ?? Infinity));
    if (perCore < SLOW_GFLOPS_PER_CORE)
      found.push(
        warning(
          `matrix products run at ${round(perCore)} GFLOP/s per core; a core with AVX2 does 30 and more`,
          'look what else uses the machine (top), and whether it is emulated',
        ),
      );
  }
  return found;
}

/** Versions of dotted numbers; what is no number counts as 0. */
export function isAtLeast(version: string, wanted: string): boolean {
  const numbers = (text: string): number[] => text.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [have, need] = [numbers(version), numbers(wanted)];
  for (let index = 0; index < need.length; index++) {
    const difference = (have[index] ?? 0) - (need[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

export function gigabytes(bytes: number): string {
  return `${round(bytes / GIGABYTE)} GB`;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
