import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandError, runCommand, stopCommands } from './command.mjs';
import { birthOf } from './processTable.mjs';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nabla-command-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const node = (/** @type {string} */ code, options = {}) =>
  runCommand(process.execPath, ['-e', code], options);

describe('a command of the set-up', () => {
  it('hands on its lines and keeps a log', async () => {
    /** @type {string[]} */
    const lines = [];
    await node(`console.log('one'); process.stdout.write('tw'); setTimeout(() => console.log('o'), 20);`, {
      onLine: (/** @type {string} */ line) => lines.push(line),
      logFile: join(folder, 'log'),
    });
    expect(lines).toEqual(['one', 'two']);
    await vi.waitFor(() => expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('one\ntwo\n'));
  });

  it('fails with the beginning and the end of what it printed', async () => {
    const error = await node(`for (let i = 1; i <= 100; i++) console.log(i); process.exitCode = 3;`).catch(
      (caught) => caught,
    );
    expect(error).toBeInstanceOf(CommandError);
    expect(error.message).toContain('exited with code 3');
    expect(error.output.slice(0, 2)).toEqual(['1', '2']);
    expect(error.output).toContain('… 70 lines …');
    expect(error.output.at(-1)).toBe('100');
  });

  it('says what could not be started', async () => {
    await expect(runCommand('there-is-no-such-program', [])).rejects.toThrow(
      'could not start "there-is-no-such-program"',
    );
  });

  it('is ended together with what it started', async () => {
    /** @type {number[]} */
    const grandchildren = [];
    const code = `const { spawn } = require('node:child_process'); const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); console.log(child.pid); setInterval(() => {}, 1000);`;
    const ended = node(code, {
      onLine: (/** @type {string} */ line) => grandchildren.push(Number(line)),
    }).catch((caught) => caught);
    await vi.waitFor(() => expect(grandchildren).toHaveLength(1), { timeout: 20_000 });
    stopCommands();
    expect((await ended).message).toContain('ended by SIGTERM');
    await vi.waitFor(() => expect(birthOf(grandchildren[0] ?? 0)).toBeUndefined(), { timeout: 20_000 });
  });
});
