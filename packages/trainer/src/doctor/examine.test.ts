import { describe, expect, it } from 'vitest';

import { examine, isAtLeast, type Finding } from './examine.ts';
import type { DoctorFacts, EngineProbe } from './facts.ts';
import { report } from './report.ts';

const PROBE: EngineProbe = {
  backend: 'native',
  device: 'cpu',
  tfjs: '4.22.0',
  tensorflow: '2.21.0',
  nativeMissing: null,
  speed: { matrixSide: 1024, gflops: 120, eagerOpMicroseconds: 6, compiledOpMicroseconds: 0.4 },
};
const WASM: EngineProbe = {
  ...PROBE,
  backend: 'wasm',
  tensorflow: null,
  nativeMissing: 'Cannot find module',
  speed: { ...PROBE.speed, matrixSide: 512, gflops: 8 },
};
const GPU = { index: 0, name: 'NVIDIA L4', memoryBytes: 23_000 * 2 ** 20, computeCapability: '8.9' };

/** A machine on which nothing is wrong, changed here and there. */
interface Changes {
  engine?: DoctorFacts['engine'];
  wanted?: DoctorFacts['wanted'];
  nativeForbidden?: boolean;
  node?: string;
  system?: Partial<DoctorFacts['system']>;
  cpu?: Partial<DoctorFacts['cpu']>;
  memory?: Partial<DoctorFacts['memory']>;
  native?: Partial<DoctorFacts['native']>;
  gpu?: Partial<DoctorFacts['gpu']>;
  disks?: DoctorFacts['disks'];
}

const machine = (changes: Changes = {}): DoctorFacts => ({
  node: changes.node ?? '20.20.2',
  nabla: '0.1.0',
  engine: changes.engine ?? { ok: true, probe: PROBE },
  wanted: changes.wanted ?? 'auto',
  nativeForbidden: changes.nativeForbidden ?? false,
  system: {
    platform: 'linux',
    arch: 'x64',
    release: '6.1',
    glibc: '2.36',
    inContainer: false,
    ...changes.system,
  },
  cpu: { model: 'a CPU', cores: 2, quota: null, features: ['avx', 'avx2'], ...changes.cpu },
  memory: { totalBytes: 16e9, availableBytes: 12e9, limitBytes: null, ...changes.memory },
  native: {
    installed: 'cpu',
    compiler: 'g++',
    index: null,
    cache: '/cache/native',
    neededBytes: 1.1e9,
    ...changes.native,
  },
  gpu: {
    devices: [],
    driver: null,
    kernelModule: false,
    deviceFiles: false,
    smiProblem: 'nvidia-smi is not installed',
    libraries: [],
    visibleDevices: null,
    ...changes.gpu,
  },
  disks: changes.disks ?? [{ purpose: 'native engine', path: '/cache/native', freeBytes: 50e9 }],
});

const ofLevel = (facts: DoctorFacts, level: Finding['level']): Finding[] =>
  examine(facts).findings.filter((finding) => finding.level === level);
/** The one warning that there should be. */
const onlyWarning = (facts: DoctorFacts): Finding => {
  const [only, ...others] = ofLevel(facts, 'warning');
  expect(others).toEqual([]);
  expect(examine(facts).canTrain).toBe(true);
  if (only === undefined) throw new Error('there is no warning');
  return only;
};

describe('a machine', () => {
  it('with the native engine and no GPU is well', () => {
    expect(examine(machine())).toEqual({
      canTrain: true,
      findings: [
        { level: 'ok', what: 'the native engine works', advice: null },
        {
          level: 'ok',
          what: 'no NVIDIA GPU is seen (nvidia-smi is not installed): training runs on the CPU',
          advice: null,
        },
      ],
    });
  });

  it('with an old Node, or no engine at all, cannot train', () => {
    expect(examine(machine({ node: '18.19.0' })).canTrain).toBe(false);
    const none = machine({ engine: { ok: false, reason: 'out of memory' } });
    expect(examine(none).canTrain).toBe(false);
    expect(report(none, examine(none))).toContain('cannot train');
    const [found] = ofLevel({ ...none, wanted: 'native' }, 'problem');
    expect(found?.advice).toContain('--backend wasm');
  });

  it('short of memory, disk or processor time hears of it', () => {
    expect(onlyWarning(machine({ memory: { availableBytes: 1e9 } })).what).toBe('1.0 GB of memory are free');
    expect(onlyWarning(machine({ memory: { limitBytes: 0.5e9 } })).what).toBe('0.5 GB of memory are free');
    expect(onlyWarning(machine({ cpu: { cores: 16, quota: 2 } })).advice).toContain('--cpuset-cpus');
    const full = [{ purpose: 'models', path: '/m', freeBytes: 1e6 }];
    expect(onlyWarning(machine({ disks: full })).what).toBe('0.0 GB are free for models (/m)');
    const slow = { ok: true, probe: { ...PROBE, speed: { ...PROBE.speed, gflops: 4 } } } as const;
    expect(onlyWarning(machine({ engine: slow })).what).toContain('2.0 GFLOP/s per core');
  });
});

describe('without the native engine', () => {
  const onWasm = (changes: Changes): Finding =>
    onlyWarning(machine({ engine: { ok: true, probe: WASM }, ...changes }));

  it('says why, and the first thing in the way', () => {
    expect(onWasm({ native: { installed: null } }).what).toContain('Cannot find module');
    expect(onWasm({ native: { installed: null } }).advice).toBe(
      'run node scripts/native.mjs (or npm run setup)',
    );
    expect(onWasm({ native: { installed: null, compiler: null } }).advice).toMatch(
      /^install a C\+\+ compiler .*, then run node/,
    );
    const index = {
      address: 'the package index',
      problem: 'the package index cannot be reached (ENOTFOUND)',
    };
    expect(onWasm({ native: { installed: null, index } }).advice).toMatch(
      /ENOTFOUND.*PIP_INDEX_URL.*PIP_FIND_LINKS/,
    );
    const disks = [{ purpose: 'native engine', path: '/cache/native', freeBytes: 0.4e9 }];
    const full = examine(machine({ engine: { ok: true, probe: WASM }, native: { installed: null }, disks }));
    expect(full.findings[0]?.advice).toContain(
      'make room in /cache/native (1.1 GB are needed, 0.4 GB are free',
    );
    expect(onWasm({ native: { installed: 'cpu' } }).advice).toContain('rm -r /cache/native');
  });

  it('does not advise what cannot help', () => {
    expect(onWasm({ system: { platform: 'darwin' } }).advice).toContain('no native build for darwin');
    expect(onWasm({ native: { neededBytes: null }, system: { arch: 'riscv64' } }).advice).toContain(
      'riscv64',
    );
    expect(onWasm({ system: { glibc: null } }).advice).toContain('no glibc');
    expect(onWasm({ system: { glibc: '2.17' } }).advice).toContain('glibc 2.17 is too old');
    expect(onWasm({ cpu: { features: ['sse4_2'] } }).advice).toContain('no AVX');
    expect(onWasm({ nativeForbidden: true }).advice).toBe('unset NABLA_BACKEND');
    expect(onWasm({ wanted: 'wasm' }).advice).toBeNull();
  });
});

describe('with an NVIDIA GPU', () => {
  const present = {
    devices: [GPU],
    driver: '550.54.15',
    kernelModule: true,
    deviceFiles: true,
    smiProblem: null,
  };
  const missing = (soname: string) => ({
    soname,
    neededFor: 'something',
    problem: `${soname}: cannot open shared object file: No such file or directory`,
  });
  const opens = (soname: string) => ({ ...missing(soname), problem: null });

  it('that TensorFlow uses, all is well', () => {
    const engine = { ok: true, probe: { ...PROBE, device: 'gpu' } } as const;
    const facts = machine({ engine, gpu: present, native: { installed: 'cuda' } });
    expect(ofLevel(facts, 'ok').map(({ what }) => what)).toContain('TensorFlow computes on NVIDIA L4');
    expect(report(facts, examine(facts))).toContain(
      'gpu       0: NVIDIA L4, 24.1 GB, compute capability 8.9; driver 550.54.15; used',
    );
  });

  it('advises the CUDA build where the CPU’s is installed', () => {
    const found = onlyWarning(machine({ gpu: present, native: { neededBytes: 4.7e9 } }));
    expect(found.what).toBe('NVIDIA L4 is there, and TensorFlow does not compute on it');
    expect(found.advice).toBe(
      'take the CUDA build of TensorFlow (4.7 GB): NABLA_NATIVE=cuda node scripts/native.mjs (or npm run setup)',
    );
  });

  it('names each CUDA library that does not open, and only of the build that is installed', () => {
    const libraries = [
      opens('libcuda.so.1'),
      opens('libcudart.so.12'),
      missing('libcudnn.so.9'),
      missing('libcufft.so.11'),
    ];
    const whats = (installed: 'cpu' | 'cuda') =>
      ofLevel(machine({ gpu: { ...present, libraries }, native: { installed } }), 'warning').map(
        ({ what }) => what,
      );
    expect(whats('cuda')).toEqual([
      expect.stringContaining('does not compute on it'),
      expect.stringMatching(/^libcudnn\.so\.9 does not open \(something\): .*cannot open shared object file/),
      expect.stringMatching(/^libcufft\.so\.11 does not open/),
    ]);
    expect(whats('cpu')).toHaveLength(1);
  });

  it('tells an old driver, an old GPU, a hidden GPU and another processor from each other', () => {
    const advice = (changes: Changes): (string | null)[] =>
      ofLevel(machine({ native: { installed: 'cuda' }, ...changes }), 'warning').map((found) => found.advice);
    expect(advice({ gpu: { ...present, driver: '470.82.01' } })).toEqual([
      "update NVIDIA's driver: 470.82.01 is installed, CUDA 12.5.1 needs 525.60.13 or newer",
    ]);
    const old = { ...GPU, computeCapability: '5.2' };
    expect(advice({ gpu: { ...present, devices: [old] } })).toContain(
      'use a GPU of the Pascal generation (2016) or later',
    );
    expect(advice({ gpu: { ...present, visibleDevices: '' } })).toContain('unset CUDA_VISIBLE_DEVICES');
    expect(advice({ gpu: present, system: { arch: 'arm64' } })).toContain(
      'the CUDA build of TensorFlow exists for x64 only',
    );
  });

  it('knows a CUDA build in a container that was not given the GPU', () => {
    const gpu = { libraries: [missing('libcuda.so.1'), opens('libcudart.so.12')] };
    const found = ofLevel(
      machine({ gpu, native: { installed: 'cuda' }, system: { inContainer: true } }),
      'warning',
    );
    expect(found.map(({ advice }) => advice)).toEqual([
      expect.stringContaining('docker run --gpus all'),
      expect.stringContaining('NVIDIA container toolkit'),
    ]);
  });

  it('without nvidia-smi is seen by its kernel module and device files', () => {
    const gpu = { kernelModule: true, deviceFiles: true, driver: '550.54.15' };
    expect(onlyWarning(machine({ gpu })).what).toBe(
      'an NVIDIA GPU is there, and TensorFlow does not compute on it',
    );
  });
});

it.each([
  ['2.36', '2.27', true],
  ['2.9', '2.27', false],
  ['525.60.13', '525.60.13', true],
  ['525.60', '525.60.13', false],
  ['21.0.0-nightly', '20.19', true],
])('%s is at least %s: %s', (version, wanted, expected) => expect(isAtLeast(version, wanted)).toBe(expected));
