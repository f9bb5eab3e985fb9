import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/nabla.mjs', import.meta.url));
const COMMANDS = ['train', 'eval', 'sample', 'replay', 'export', 'doctor', 'worker'];

function nabla(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('nabla --help', () => {
  it('names every command, and the exit codes', async () => {
    const { code, stdout } = await nabla('--help');
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(stdout).toContain('Exit codes: 0 done');
  });

  it.each(COMMANDS)('%s teaches: examples, and what its exit codes mean', async (command) => {
    const { code, stdout } = await nabla(command, '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples?:\n/);
    expect(stdout).toContain(`nabla ${command}`);
    expect(stdout).toMatch(/Exit codes: /);
    expect(stdout).not.toContain('(default: [])');
  });
});

describe('what is no command', () => {
  it('ends with 2 and a hint', async () => {
    const unknown = await nabla('trian');
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain('Did you mean train?');
    const option = await nabla('sample', 'runs/x', '--temperature', 'hot');
    expect(option).toMatchObject({ code: 2 });
    expect(option.stderr).toContain('Give a number above 0.');
    expect(option.stderr).toContain('(nabla sample --help tells more)');
    const nothing = await nabla('train');
    expect(nothing).toMatchObject({ code: 2 });
    expect(nothing.stderr).toContain('nabla train --preset demo');
  });
});
