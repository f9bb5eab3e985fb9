/** @file Compiles the native addon of `@tensorflow/tfjs-node-gpu` (as patched) against an unpacked libtensorflow. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * The first C++ compiler that answers: CXX, g++, clang++, c++.
 * @returns {string | null}
 */
export function findCompiler() {
  const candidates = [process.env.CXX, 'g++', 'clang++', 'c++'];
  return (
    candidates.find(
      (name) => name !== undefined && name !== '' && spawnSync(name, ['--version']).status === 0,
    ) ?? null
  );
}

/**
 * What the addon is made of, as one hash: the sources as patched, and the headers of Node's C API.
 * @param {string} packageFolder @param {string} headers
 */
export function sourceHash(packageFolder, headers) {
  const hash = createHash('sha256');
  for (const folder of [path.join(packageFolder, 'binding'), headers]) {
    for (const name of readdirSync(folder).sort()) {
      if (/\.(cc|h)$/.test(name))
        hash
          .update(name)
          .update('\0')
          .update(readFileSync(path.join(folder, name)));
    }
  }
  return hash.digest('hex');
}

/**
 * @param {{ compiler: string, packageFolder: string, headers: string, tensorflow: string, napi: number, output: string }} options
 * `tensorflow`: the folder as a Python environment would have it, with `tensorflow/` and perhaps `nvidia/` inside.
 * @throws Error with the compiler's first complaint
 */
export async function compileBinding({ compiler, packageFolder, headers, tensorflow, napi, output }) {
  const library = path.join(tensorflow, 'tensorflow');
  const sources = readdirSync(path.join(packageFolder, 'binding')).filter((name) => name.endsWith('.cc'));
  const args = [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', `-DNAPI_VERSION=${napi}`],
    ...[`-I${headers}`, `-I${packageFolder}`, `-I${path.join(library, 'include')}`],
    ...sources.map((name) => path.join(packageFolder, 'binding', name)),
    ...['-o', output, `-L${library}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    `-Wl,-rpath,${library}`,
    ...cudaArguments(tensorflow),
  ];
  const { status, stderr } = await run(compiler, args);
  if (status !== 0) {
    const complaint =
      stderr.split('\n').find((line) => /error|undefined|cannot/i.test(line)) ?? stderr.slice(0, 300);
    throw new Error(`${compiler} could not compile the native binding: ${complaint.trim()}`);
  }
}

/**
 * TensorFlow opens CUDA's libraries by name when it starts. Named as needed by the addon they are loaded with it, so that no
 * LD_LIBRARY_PATH has to be set for every process.
 */
function cudaArguments(tensorflow) {
  const root = path.join(tensorflow, 'nvidia');
  if (!existsSync(root)) return [];
  const args = ['-Wl,--no-as-needed', '-Wl,--disable-new-dtags'];
  for (const part of readdirSync(root).sort()) {
    const folder = path.join(root, part, 'lib');
    if (!existsSync(folder)) continue;
    args.push(`-Wl,-rpath,${folder}`, `-Wl,-rpath-link,${folder}`);
    // One library per package speaks for it; cuDNN opens its own parts, NVRTC's builtins come with NVRTC.
    const names = readdirSync(folder).filter((name) =>
      /^lib(cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse|cudnn|nccl|nvJitLink|cupti)\.so\.\d+$/.test(
        name,
      ),
    );
    args.push(...names.map((name) => path.join(folder, name)));
  }
  return args;
}

/**
 * Loads the addon in a process of its own: a crash there is an answer here.
 * @param {string} binding
 * @returns {Promise<{ version: string, gpu: boolean }>} of the TensorFlow inside
 */
export async function tryBinding(binding) {
  const script =
    'const b = require(process.argv[1]); process.stdout.write(JSON.stringify({ version: b.TF_Version, gpu: b.isUsingGpuDevice() }))';
  const { status, stdout, stderr } = await run(process.execPath, ['-e', script, binding], {
    ...process.env,
    TF_CPP_MIN_LOG_LEVEL: '3',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  });
  if (status !== 0) {
    const complaint = stderr.split('\n').find((line) => /Error|error/.test(line)) ?? `exit status ${status}`;
    throw new Error(`the native binding was built but does not load: ${complaint.trim()}`);
  }
  return JSON.parse(stdout);
}

function run(command, args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject).on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
