/** @file Asks the machine for what `facts.ts` lists. Nothing here judges: `examine.ts` does. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { z } from 'zod';

import { findCompiler } from '../../native/binding.mjs';
import { findNvidia, hasNvidiaGpu } from '../../native/nvidia.mjs';
import { findWheel } from '../../native/wheelIndex.mjs';
import { checkCudaLibraries } from './cudaLibraries.ts';
import { engineProbeSchema, type DiskSpace, type DoctorFacts } from './facts.ts';

const PROBE = fileURLToPath(new URL('./probeChild.ts', import.meta.url));
/** Opening TensorFlow on a slow disk takes long; measuring takes two seconds. */
const PROBE_MS = 120_000;
/** Processor features that decide the speed of matrix products. */
const FEATURES = ['avx', 'avx2', 'avx512f', 'avx512_bf16', 'amx_tile', 'asimd', 'sve'];
/** A binding in the cache lies in a folder named after what it was built for; see scripts/native.mjs. */
const BUILD = /tfjs-[\d.]+-(tensorflow-[\d.]+-(cpu|cuda)-\w+-[0-9a-f]{12})-napi/;

const wheelsSchema = z.object({
  variants: z.record(
    z.string(),
    z.array(
      z.object({ project: z.string(), file: z.string(), bytes: z.number(), unpackedBytes: z.number() }),
    ),
  ),
});

export interface DoctorOptions {
  readonly backend: 'auto' | 'native' | 'wasm';
  /** Folders whose room matters, by what they are for. */
  readonly folders: Readonly<Record<string, string>>;
  readonly version: string;
}

export async function gatherFacts({ backend, folders, version }: DoctorOptions): Promise<DoctorFacts> {
  const nvidia = findNvidia();
  const binding = installedBinding();
  const engine = await probeEngine(backend);
  const hasGpu = hasNvidiaGpu(nvidia);
  const isLacking =
    backend !== 'wasm' &&
    (!engine.ok || engine.probe.backend === 'wasm' || (hasGpu && binding.build !== 'cuda'));
  const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'nabla', 'native');
  const wheels = wheelsFor(hasGpu ? 'cuda' : 'cpu');
  const kept = Object.entries({ ...folders, 'native engine': cache });
  return {
    node: process.versions.node,
    nabla: version,
    system: {
      platform: process.platform,
      arch: process.arch,
      release: os.release(),
      glibc: glibcVersion(),
      inContainer: existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
    },
    cpu: {
      model: os.cpus()[0]?.model.trim() ?? 'unknown',
      cores: os.availableParallelism(),
      quota: cpuQuota(),
      features: cpuFeatures(),
    },
    memory: {
      totalBytes: os.totalmem(),
      availableBytes: availableMemory(),
      limitBytes: memoryLimit(),
    },
    engine,
    wanted: backend,
    nativeForbidden: process.env.NABLA_BACKEND === 'wasm',
    native: {
      installed: binding.build,
      compiler: findCompiler(),
      index: isLacking && wheels !== null ? await askIndex(wheels[0]) : null,
      cache,
      neededBytes:
        wheels?.reduce((sum, wheel) => sum + wheel.unpackedBytes, Math.max(...wheels.map((w) => w.bytes))) ??
        null,
    },
    gpu: {
      devices: nvidia.devices,
      driver: nvidia.driver,
      kernelModule: nvidia.kernelModule,
      deviceFiles: nvidia.deviceFiles,
      smiProblem: nvidia.smiProblem,
      libraries: hasGpu || binding.build === 'cuda' ? checkCudaLibraries(binding.libraries) : [],
      visibleDevices: process.env.CUDA_VISIBLE_DEVICES ?? null,
    },
    disks: await Promise.all(kept.map(([purpose, folder]) => freeSpace(purpose, folder))),
  };
}

/** Opens and measures the engine in a process of its own. */
async function probeEngine(backend: DoctorOptions['backend']): Promise<DoctorFacts['engine']> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const { stdout, stderr, ended } = await new Promise<{
    stdout: string;
    stderr: string;
    ended: string | null;
  }>((resolve) => {
    execFile(
      process.execPath,
      ['--import', loader, PROBE, backend],
      { timeout: PROBE_MS, maxBuffer: 16 * 1024 * 1024 },
      (error, out, err) =>
        resolve({ stdout: out, stderr: err, ended: error === null ? null : howEnded(error) }),
    );
  });
  if (ended !== null) return { ok: false, reason: lastLine(stderr) ?? ended };
  const parsed = engineProbeSchema.safeParse(JSON.parse(lastLine(stdout) ?? 'null'));
  return parsed.success
    ? { ok: true, probe: parsed.data }
    : { ok: false, reason: `its measurements make no sense: ${z.prettifyError(parsed.error)}` };
}

function howEnded(error: { signal?: NodeJS.Signals | null | undefined; message: string }): string {
  if (error.signal === 'SIGILL')
    return 'it ended with an illegal instruction: TensorFlow uses instructions (AVX) that this processor does not have';
  return typeof error.signal === 'string'
    ? `the process that opened it was ended by ${error.signal}`
    : error.message;
}

/** Which build the binding inside the package is a link to. */
function installedBinding(): { build: 'cpu' | 'cuda' | 'unknown' | null; libraries: string | null } {
  const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json');
  const file = path.join(path.dirname(manifest), 'lib', 'napi-v8', 'tfjs_binding.node');
  if (!existsSync(file)) return { build: null, libraries: null };
  let target: string;
  try {
    target = readlinkSync(file);
  } catch {
    // A copy, on a file system without links: it works, but does not tell where it came from.
    return { build: 'unknown', libraries: null };
  }
  const [, folder, device] = BUILD.exec(target) ?? [];
  if (folder === undefined) return { build: 'unknown', libraries: null };
  const libraries = path.join(path.dirname(path.dirname(target)), folder);
  return { build: device === 'cuda' ? 'cuda' : 'cpu', libraries };
}

function wheelsFor(device: 'cpu' | 'cuda') {
  if (process.platform !== 'linux') return null;
  const file = new URL('../../native/wheels.json', import.meta.url);
  const { variants } = wheelsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return variants[`${device}-${process.arch}`] ?? null;
}

async function askIndex(
  wheel: { project: string; file: string } | undefined,
): Promise<{ address: string; problem: string | null } | null> {
  if (wheel === undefined) return null;
  try {
    const { url } = await findWheel(wheel.project, wheel.file);
    return { address: new URL(url).origin, problem: null };
  } catch (error) {
    return { address: 'the package index', problem: error instanceof Error ? error.message : String(error) };
  }
}

const reportSchema = z.object({ header: z.object({ glibcVersionRuntime: z.string().optional() }) });

function glibcVersion(): string | null {
  if (process.platform !== 'linux') return null;
  return reportSchema.parse(process.report.getReport()).header.glibcVersionRuntime ?? null;
}

function cpuFeatures(): string[] {
  const text = fileText('/proc/cpuinfo') ?? '';
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1] ?? '';
  const present = new Set(line.split(/\s+/));
  return FEATURES.filter((feature) => present.has(feature));
}

function availableMemory(): number {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(fileText('/proc/meminfo') ?? '')?.[1];
  return kilobytes === undefined ? os.freemem() : Number(kilobytes) * 1024;
}

/** cgroup v2 of this process's namespace; v1 and machines without a limit give null. */
function cpuQuota(): number | null {
  const [quota, period] = (fileText('/sys/fs/cgroup/cpu.max') ?? 'max 1').trim().split(' ').map(Number);
  return quota === undefined || period === undefined || !Number.isFinite(quota) ? null : quota / period;
}

function memoryLimit(): number | null {
  const bytes = Number((fileText('/sys/fs/cgroup/memory.max') ?? 'max').trim());
  return Number.isFinite(bytes) ? bytes : null;
}

/** Null where there is no such file: other platforms have none of them. */
function fileText(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** Of the nearest folder that exists. */
async function freeSpace(purpose: string, folder: string): Promise<DiskSpace> {
  let existing = path.resolve(folder);
  while (!existsSync(existing) && existing !== path.dirname(existing)) existing = path.dirname(existing);
  const freeBytes = await statfs(existing).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  return { purpose, path: path.resolve(folder), freeBytes };
}

function lastLine(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1)?.trim();
}
