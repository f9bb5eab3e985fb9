import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findNvidia, hasNvidiaGpu, openLibraries, parseDevices, parseModuleVersion } from './nvidia.mjs';

describe('nvidia-smi', () => {
  let folder;
  const before = process.env.PATH;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'nabla-nvidia-'));
    process.env.PATH = `${folder}:${before}`;
  });
  afterEach(async () => {
    process.env.PATH = before;
    await rm(folder, { recursive: true });
  });
  /** A program of that name which prints this and ends so. */
  const smi = async (output, status = 0) => {
    const file = path.join(folder, 'nvidia-smi');
    await writeFile(file, `#!/bin/sh\ncat <<'EOF'\n${output}\nEOF\nexit ${status}\n`);
    await chmod(file, 0o755);
  };

  it('tells devices and driver', async () => {
    await smi('0, NVIDIA L4, 23034, 550.54.15, 8.9\n1, NVIDIA GB10, [N/A], 550.54.15, 12.1');
    const found = findNvidia();
    expect(found).toMatchObject({ driver: '550.54.15', smiProblem: null });
    expect(found.devices).toEqual([
      {
        index: 0,
        name: 'NVIDIA L4',
        memoryBytes: 23034 * 2 ** 20,
        driver: '550.54.15',
        computeCapability: '8.9',
      },
      { index: 1, name: 'NVIDIA GB10', memoryBytes: null, driver: '550.54.15', computeCapability: '12.1' },
    ]);
    expect(hasNvidiaGpu(found)).toBe(true);
  });

  it('that fails, or lists nothing, is quoted', async () => {
    await smi(
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\nMake sure …",
      9,
    );
    expect(findNvidia().smiProblem).toBe(
      "nvidia-smi says: NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    );
    await smi('No devices were found');
    expect(findNvidia()).toMatchObject({ smiProblem: 'nvidia-smi lists no GPU', devices: [] });
  });

  it('that is not there is said to be so', async () => {
    await mkdir(path.join(folder, 'empty'));
    process.env.PATH = path.join(folder, 'empty');
    expect(findNvidia().smiProblem).toBe('nvidia-smi is not installed');
  });
});

it('reads what older drivers print, and no other lines', () => {
  expect(parseDevices('0, Tesla T4, 15109, 470.82.01\n\nindex, name\n')).toEqual([
    {
      index: 0,
      name: 'Tesla T4',
      memoryBytes: 15109 * 2 ** 20,
      driver: '470.82.01',
      computeCapability: null,
    },
  ]);
});

it('reads the kernel module’s version, of both kinds of modules', () => {
  expect(parseModuleVersion('NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19')).toBe(
    '535.104.05',
  );
  expect(
    parseModuleVersion('NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build'),
  ).toBe('550.54.15');
  expect(parseModuleVersion('something else')).toBeNull();
});

it('a container with the devices and without nvidia-smi has a GPU', () => {
  const none = { devices: [], driver: null, smiProblem: 'x', kernelModule: false, deviceFiles: false };
  expect(hasNvidiaGpu(none)).toBe(false);
  expect(hasNvidiaGpu({ ...none, kernelModule: true })).toBe(false);
  expect(hasNvidiaGpu({ ...none, kernelModule: true, deviceFiles: true })).toBe(true);
});

describe.runIf(process.platform === 'linux')('shared libraries', () => {
  it('open, or the dynamic linker says what is wrong', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'nabla-libraries-'));
    const broken = path.join(folder, 'libbroken.so.1');
    await writeFile(broken, 'this is no library');
    const found = openLibraries(['libm.so.6', 'libnabla-nowhere.so.7', broken]);
    await rm(folder, { recursive: true });
    expect(found.get('libm.so.6')).toBeNull();
    expect(found.get('libnabla-nowhere.so.7')).toMatch(/cannot open shared object file/);
    expect(found.get(broken)).toMatch(/invalid ELF header|file too short/);
  });
});
