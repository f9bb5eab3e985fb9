/** @file What `nabla doctor` prints. */
import { gigabytes, type Diagnosis } from './examine.ts';
import type { DoctorFacts } from './facts.ts';

const MARK = { ok: '✓', warning: '!', problem: '✗' } as const;
const LABEL = 9;

export function report(facts: DoctorFacts, { canTrain, findings }: Diagnosis): string {
  const rows: [string, string][] = [
    ['nabla', `${facts.nabla} on Node ${facts.node}`],
    ['system', systemLine(facts)],
    ['cpu', cpuLine(facts)],
    ['memory', memoryLine(facts)],
    ['engine', engineLine(facts)],
    ...speedLines(facts),
    ['gpu', gpuLine(facts)],
    ['native', nativeLine(facts)],
    ...facts.disks.map(({ purpose, path, freeBytes }): [string, string] => [
      'disk',
      `${freeBytes === null ? 'unknown' : gigabytes(freeBytes)} free for ${purpose} (${path})`,
    ]),
  ];
  return [
    ...rows.map(([label, text]) => `${label.padEnd(LABEL)} ${text}`),
    '',
    ...findings.flatMap(({ level, what, advice }) => [
      `${MARK[level]} ${what}`,
      ...(advice === null ? [] : [`  → ${advice}`]),
    ]),
    '',
    canTrain ? 'This machine can train.' : 'This machine cannot train as it is: see ✗ above.',
    '',
  ].join('\n');
}

function systemLine({ system: { platform, release, arch, glibc, inContainer } }: DoctorFacts): string {
  const library = platform !== 'linux' ? '' : glibc === null ? ', no glibc' : `, glibc ${glibc}`;
  return `${platform} ${release}, ${arch}${library}${inContainer ? ', in a container' : ''}`;
}

function cpuLine({ cpu: { model, cores, quota, features } }: DoctorFacts): string {
  const limit = quota === null ? '' : `, limited to the time of ${quota.toFixed(1)}`;
  const known = features.length === 0 ? '' : `; ${features.join(', ')}`;
  return `${model}, ${cores} ${cores === 1 ? 'core' : 'cores'}${limit}${known}`;
}

function memoryLine({ memory: { totalBytes, availableBytes, limitBytes } }: DoctorFacts): string {
  const limit = limitBytes === null ? '' : `, limited to ${gigabytes(limitBytes)}`;
  return `${gigabytes(totalBytes)}, ${gigabytes(availableBytes)} available${limit}`;
}

function engineLine({ engine }: DoctorFacts): string {
  if (!engine.ok) return `none: ${engine.reason}`;
  const { backend, device, tfjs, tensorflow } = engine.probe;
  return tensorflow === null
    ? `${backend}: TensorFlow.js ${tfjs} in WebAssembly, one thread`
    : `${backend}: TensorFlow ${tensorflow} on the ${device.toUpperCase()}, through TensorFlow.js ${tfjs}`;
}

function speedLines({ engine }: DoctorFacts): [string, string][] {
  if (!engine.ok) return [];
  const { matrixSide, gflops, eagerOpMicroseconds, compiledOpMicroseconds } = engine.probe.speed;
  return [
    [
      'speed',
      `${gflops.toFixed(gflops < 10 ? 1 : 0)} GFLOP/s in float32 products of ${matrixSide} × ${matrixSide}`,
    ],
    [
      '',
      `a small op takes ${eagerOpMicroseconds.toFixed(1)} µs called alone, ${compiledOpMicroseconds.toFixed(1)} µs inside a compiled function`,
    ],
  ];
}

function gpuLine({ gpu, engine }: DoctorFacts): string {
  const used = engine.ok && engine.probe.device === 'gpu';
  if (gpu.devices.length === 0) return `none seen: ${gpu.smiProblem ?? 'none is listed'}`;
  const devices = gpu.devices.map(({ index, name, memoryBytes, computeCapability }) =>
    [
      `${index}: ${name}`,
      ...(memoryBytes === null ? [] : [gigabytes(memoryBytes)]),
      ...(computeCapability === null ? [] : [`compute capability ${computeCapability}`]),
    ].join(', '),
  );
  return `${devices.join('; ')}; driver ${gpu.driver ?? 'unknown'}; ${used ? 'used' : 'not used'}`;
}

function nativeLine({ native: { installed, compiler, index } }: DoctorFacts): string {
  const build =
    installed === null
      ? 'no native build is installed'
      : installed === 'unknown'
        ? 'a native build is installed'
        : `TensorFlow's ${installed === 'cuda' ? 'CUDA' : 'CPU'} build is installed`;
  const asked = index === null ? '' : `; ${index.problem ?? `package index ${index.address} answers`}`;
  return `${build}; C++ compiler: ${compiler ?? 'none'}${asked}`;
}
