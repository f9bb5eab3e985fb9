import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

const SCRIPT = path.join(
  path.dirname(fileURLToPath(import.meta.url)),
  '..',
  '..',
  '..',
  'scripts',
  'native.mjs',
);

/** Runs the script with an empty cache of its own; the tests reach no network. */
async function run(env) {
  const cache = await mkdtemp(path.join(os.tmpdir(), 'nabla-native-'));
  try {
    return await new Promise((resolve) => {
      const settings = {
        ...process.env,
        PIP_FIND_LINKS: '',
        XDG_CACHE_HOME: cache,
        NABLA_NATIVE: 'cpu',
        ...env,
      };
      execFile(process.execPath, [SCRIPT], { env: settings }, (error, stdout) => {
        resolve(
          readdir(cache, { recursive: true }).then((left) => ({
            status: error?.code ?? 0,
            stdout: stdout.trim(),
            left,
          })),
        );
      });
    });
  } finally {
    await rm(cache, { recursive: true });
  }
}

const supported = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);

it('is left out where NABLA_BACKEND=wasm asks for it', async () => {
  const { stdout, status } = await run({ NABLA_BACKEND: 'wasm' });
  expect(stdout).toContain(
    '! Native TensorFlow — NABLA_BACKEND=wasm is set: training runs on wasm, about 7 times slower (',
  );
  expect(status).toBe(1);
});

it.runIf(supported)('says in one line that a compiler is missing, before it downloads anything', async () => {
  const { stdout, left } = await run({ PATH: '', CXX: '', PIP_INDEX_URL: 'http://127.0.0.1:1/simple' });
  expect(stdout).toMatch(
    /! Native TensorFlow — no C\+\+ compiler was found .*: training runs on wasm, about 7 times slower \(.*\)$/,
  );
  expect(left).toEqual([]);
});

it.runIf(supported)(
  'says in one line that the index cannot be reached, and leaves no half of anything',
  async () => {
    // Port 1 of this machine: nothing listens there. CXX answers --version and is not needed further.
    const { stdout, left } = await run({ CXX: process.execPath, PIP_INDEX_URL: 'http://127.0.0.1:1/simple' });
    expect(stdout.split('\n').at(-1)).toMatch(
      /! Native TensorFlow — the package index http:\/\/127\.0\.0\.1:1 cannot be reached \(.+\): training runs on wasm/,
    );
    expect(left.filter((name) => name !== 'nabla' && name !== path.join('nabla', 'native'))).toEqual([]);
  },
);

it.runIf(supported && process.arch === 'x64')(
  'tries the build for the CPU where there is a GPU and its build cannot be had',
  async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'nabla-smi-'));
    const smi = path.join(folder, 'nvidia-smi');
    await writeFile(smi, "#!/bin/sh\necho '0, NVIDIA L4, 23034, 550.54.15, 8.9'\n", { mode: 0o755 });
    const { stdout, left } = await run({
      PATH: `${folder}:${process.env.PATH}`,
      CXX: process.execPath,
      NABLA_NATIVE: undefined,
      PIP_INDEX_URL: 'http://127.0.0.1:1/simple',
    });
    await rm(folder, { recursive: true });
    // Neither can be had here: the reason given is that of the build tried last.
    expect(stdout.split('\n').at(-1)).toMatch(/cannot be reached .*: training runs on wasm/);
    expect(left).toContain(path.join('nabla', 'native', 'cuda-unavailable'));
  },
);

it('refuses a device that is none', async () => {
  const { stdout } = await run({ NABLA_NATIVE: 'tpu' });
  expect(stdout).toContain('NABLA_NATIVE is "tpu", it can be cpu or cuda');
});
