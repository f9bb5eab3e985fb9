/**
 * @file Gets the native TensorFlow engine: libtensorflow out of a Python wheel, and the addon of `@tensorflow/tfjs-node-gpu`
 * compiled against it. Everything is kept in a cache outside of the clone, so the second clone has it at once.
 * Plain Node, no dependencies. `node scripts/native.mjs` runs it alone.
 *
 * Environment: NABLA_BACKEND=wasm leaves it out · NABLA_NATIVE=cpu|cuda overrides what is found · XDG_CACHE_HOME moves the cache ·
 * PIP_INDEX_URL another package index · PIP_FIND_LINKS folders that may hold the wheel already · CXX the compiler.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { compileBinding, findCompiler, sourceHash, tryBinding } from '../packages/trainer/native/binding.mjs';
import { download, sha256Of } from '../packages/trainer/native/download.mjs';
import { withLock } from '../packages/trainer/native/lock.mjs';
import { findNvidia, hasNvidiaGpu } from '../packages/trainer/native/nvidia.mjs';
import { findWheel } from '../packages/trainer/native/wheelIndex.mjs';
import { unzip } from '../packages/trainer/native/zip.mjs';
import { createProgress } from './lib/progress.mjs';

const TRAINER = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'packages', 'trainer');
/** A build for the GPU that could not be had is tried again after so long. */
const RETRY_CUDA_MS = 24 * 60 * 60 * 1000;
const WASM_COST = 'training runs on wasm, about 7 times slower';

/**
 * Hears what is being done: a line per thing that takes time, and how far it is, in bytes.
 * @typedef {((line: string) => void) & { progress?: (label: string, done: number, total: number) => void }} Log
 */

/**
 * Makes the native backend ready. Never throws: where it cannot be had, the reason says why and what that costs.
 * @param {{ log?: Log }} [options]
 * @returns {Promise<{ native: true, tensorflow: string, device: 'cpu' | 'cuda', note?: string } | { native: false, reason: string }>}
 */
export async function ensureNative({ log = (line) => console.log(line) } = {}) {
  if (process.env.NABLA_BACKEND === 'wasm') {
    return { native: false, reason: `NABLA_BACKEND=wasm is set: ${WASM_COST}` };
  }
  try {
    const pins = JSON.parse(readFileSync(path.join(TRAINER, 'native', 'wheels.json'), 'utf8'));
    const { device, asked } = wantedDevice();
    if (device === 'cpu' || asked) return await ensureVariant(pins, device, log);
    const known = recentFailure();
    if (known !== null) return { ...(await ensureVariant(pins, 'cpu', log)), note: noteOf(known) };
    return await ensureVariant(pins, 'cuda', log).catch(async (error) => {
      // A GPU that was found and cannot be served is no reason to train on wasm: the CPU's build is a tenth of the size.
      const reason = oneLine(error);
      rememberFailure(reason);
      return { ...(await ensureVariant(pins, 'cpu', log)), note: noteOf(reason) };
    });
  } catch (error) {
    return { native: false, reason: `${oneLine(error)}: ${WASM_COST}` };
  }
}

const noteOf = (reason) =>
  `there is a GPU, but TensorFlow for it cannot be had (${reason}): it runs on the CPU. NABLA_NATIVE=cuda node scripts/native.mjs tries again`;

/** Why the build for the GPU could not be had lately: not every start is to wait for an index that does not answer. */
function recentFailure() {
  const file = failureFile();
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - written < RETRY_CUDA_MS ? readFileSync(file, 'utf8') : null;
}

function rememberFailure(reason) {
  mkdirSync(path.dirname(failureFile()), { recursive: true });
  writeFileSync(failureFile(), reason);
}

const failureFile = () => path.join(cacheFolder(), 'cuda-unavailable');

async function ensureVariant(pins, device, log) {
  const wheels = pins.variants[`${device}-${process.arch}`];
  if (process.platform !== 'linux' || wheels === undefined) {
    const what = device === 'cuda' ? 'CUDA build of TensorFlow' : 'native TensorFlow';
    throw new Error(`there is no ${what} for ${process.platform} on ${process.arch} here`);
  }
  requireGlibc();
  const tensorflow = await ensureBinding(pins.tensorflow, device, wheels, log);
  if (device === 'cuda') rmSync(failureFile(), { force: true });
  return { native: true, tensorflow, device };
}

async function ensureBinding(version, device, wheels, log) {
  const resolve = createRequire(path.join(TRAINER, 'package.json')).resolve;
  const packageFolder = path.dirname(resolve('@tensorflow/tfjs-node-gpu/package.json'));
  const manifest = JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8'));
  const napi = Math.max(...manifest.binary.napi_versions);
  const headers = path.join(path.dirname(resolve('node-api-headers/package.json')), 'include');

  const cache = cacheFolder();
  const libraries = path.join(
    cache,
    `tensorflow-${version}-${device}-${process.arch}-${wheels[0].sha256.slice(0, 12)}`,
  );
  const key = `tfjs-${manifest.version}-${path.basename(libraries)}-napi${napi}-${sourceHash(packageFolder, headers).slice(0, 16)}`;
  const binding = path.join(cache, key, 'tfjs_binding.node');
  if (!existsSync(binding)) {
    const compiler = findCompiler();
    if (compiler === null)
      throw new Error('no C++ compiler was found (g++ or clang++; on Debian: apt install g++)');
    await mkdir(cache, { recursive: true });
    const onWait = () => log('Another process is preparing the native engine: waiting for it');
    await withLock(path.join(cache, 'lock'), onWait, async () => {
      await removeLeftovers(cache);
      if (!existsSync(libraries)) await unpackWheels(cache, libraries, wheels, device, log);
      if (!existsSync(binding)) {
        log(`Compiling the TensorFlow binding with ${compiler} (about 15 s)`);
        await publish(path.dirname(binding), async (folder) => {
          const output = path.join(folder, path.basename(binding));
          await compileBinding({ compiler, packageFolder, headers, tensorflow: libraries, napi, output });
          const { version: loaded, gpu } = await tryBinding(output);
          await writeFile(path.join(folder, 'tensorflow-version'), loaded);
          if (device === 'cuda' && !gpu)
            log('TensorFlow was built for CUDA but finds no GPU that it can use: it runs on the CPU');
        });
      }
    });
  }
  await place(binding, path.join(packageFolder, 'lib', `napi-v${napi}`, 'tfjs_binding.node'));
  return readFileSync(path.join(path.dirname(binding), 'tensorflow-version'), 'utf8');
}

/** Downloads the wheels and keeps of them what the addon needs, in the layout of a Python environment. */
async function unpackWheels(cache, libraries, wheels, device, log) {
  await requireSpace(cache, wheels);
  await publish(libraries, async (folder) => {
    for (const wheel of wheels) {
      const { file, downloaded } = await wheelFile(cache, wheel, log);
      const onProgress = (done, total) => log.progress?.(`Unpacking ${wheel.project}`, done, total);
      const paths = await unzip(file, folder, neededPath, onProgress);
      // ptxas and its like: a wheel's permissions are in its index only.
      const programs = paths.filter((name) => name.includes('/bin/'));
      await Promise.all(programs.map((name) => chmod(path.join(folder, name), 0o755)));
      if (downloaded) await rm(file);
    }
    if (device === 'cpu') return;
    if ((await readdir(path.join(folder, 'nvidia'))).length === 0)
      throw new Error('the NVIDIA wheels were empty');
  });
}

/** The libraries, the 14 headers that the binding includes, and everything of NVIDIA's that is loaded or run. */
function neededPath(name) {
  if (/^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/.test(name)) return name;
  if (
    /^tensorflow\/include\/(tensorflow\/c\/|(tensorflow\/core|tsl)\/platform\/ctstring|xla\/tsl\/c\/).*\.h$/.test(
      name,
    )
  )
    return name;
  if (/^nvidia\/[^/]+\/(lib|bin|nvvm)\//.test(name)) return name;
  return null;
}

async function wheelFile(cache, wheel, log) {
  for (const folder of (process.env.PIP_FIND_LINKS ?? '')
    .split(/\s+/)
    .filter((entry) => entry.startsWith('/'))) {
    const file = path.join(folder, wheel.file);
    if (existsSync(file) && (await sha256Of(file)) === wheel.sha256) return { file, downloaded: false };
  }
  const target = path.join(cache, 'downloads', wheel.file);
  if (!existsSync(target)) {
    log(
      `Downloading TensorFlow for the native engine: ${wheel.file}, ${Math.round(wheel.bytes / 1e6)} MB, once per machine`,
    );
    const source = await findWheel(wheel.project, wheel.file);
    if (source.sha256 !== null && source.sha256 !== wheel.sha256) {
      throw new Error(`the package index gives another SHA-256 for ${wheel.file} than the one pinned here`);
    }
    const onProgress = (done, total) => log.progress?.(`Downloading ${wheel.project}`, done, total);
    await download(source, wheel, target, onProgress);
  }
  return { file: target, downloaded: true };
}

/** Lets `fill` fill a new folder and puts it in its place in one move: a reader sees all of it or nothing. */
async function publish(folder, fill) {
  const staging = `${folder}.${process.pid}.tmp`;
  mkdirSync(staging, { recursive: true });
  try {
    await fill(staging);
    await rename(staging, folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** What a killed process was staging: nobody else stages while we hold the lock. */
async function removeLeftovers(cache) {
  const names = (await readdir(cache)).filter((name) => name.endsWith('.tmp'));
  await Promise.all(names.map((name) => rm(path.join(cache, name), { recursive: true })));
}

/** node-pre-gyp looks inside the package; pnpm empties it on every reinstall, so it holds a link only. */
async function place(binding, target) {
  const present = lstatSync(target, { throwIfNoEntry: false });
  if (present?.isSymbolicLink() === true && readlinkSync(target) === binding) return;
  await mkdir(path.dirname(target), { recursive: true });
  rmSync(target, { force: true });
  try {
    symlinkSync(binding, target);
  } catch (error) {
    if (error.code !== 'EPERM') throw error;
    await copyFile(binding, target); // a file system without links
  }
}

function cacheFolder() {
  return path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'nabla', 'native');
}

/** The device to build for, and whether somebody asked for it. */
function wantedDevice() {
  const wanted = process.env.NABLA_NATIVE;
  if (wanted === 'cpu' || wanted === 'cuda') return { device: wanted, asked: true };
  if (wanted !== undefined) throw new Error(`NABLA_NATIVE is "${wanted}", it can be cpu or cuda`);
  const device = process.arch === 'x64' && hasNvidiaGpu(findNvidia()) ? 'cuda' : 'cpu';
  return { device, asked: false };
}

/** The wheels are built for glibc 2.27 and later; Alpine's musl has none. */
function requireGlibc() {
  const version = process.report.getReport().header.glibcVersionRuntime;
  if (version === undefined) throw new Error('TensorFlow needs glibc, and this system has none');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 27))
    throw new Error(`TensorFlow needs glibc 2.27, this system has ${version}`);
}

/** What is unpacked (as pinned), and the largest wheel beside it meanwhile. */
async function requireSpace(folder, wheels) {
  const { bavail, bsize } = await statfs(folder);
  const need =
    wheels.reduce((sum, wheel) => sum + wheel.unpackedBytes, 0) +
    Math.max(...wheels.map((wheel) => wheel.bytes));
  if (bavail * bsize < need) {
    throw new Error(
      `${folder} has ${Math.round((bavail * bsize) / 1e6)} MB free, TensorFlow needs ${Math.round(need / 1e6)} MB`,
    );
  }
}

function oneLine(error) {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0].replace(/\.$/, '');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const progress = createProgress();
  const stage = progress.stage('Native TensorFlow');
  const log = Object.assign((line) => stage.detail(line), {
    progress: (label, done, total) => stage.fraction(done / total, `${label}, ${Math.round(total / 1e6)} MB`),
  });
  const result = await ensureNative({ log });
  if (result.note !== undefined) stage.warn(result.note);
  else if (result.native) stage.succeed(`TensorFlow ${result.tensorflow}, ${result.device}`);
  else {
    stage.warn(result.reason);
    process.exitCode = 1;
  }
  progress.close();
}
