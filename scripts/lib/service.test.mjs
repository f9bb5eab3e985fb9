import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROOT } from './paths.mjs';
import { ServiceError, createService } from './service.mjs';

const READY = `console.log(JSON.stringify({ ready: true, port: 1 })); setInterval(() => {}, 1000);`;
let folder = '';
/** @type {import('./service.mjs').Service[]} */
let made = [];
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nabla-service-'))));
afterEach(() => {
  made.forEach((service) => service.kill());
  made = [];
  rmSync(folder, { recursive: true, force: true });
});

/** @param {string} code @param {Partial<import('./service.mjs').ServiceSpec>} [spec] */
function service(code, spec = {}) {
  writeFileSync(join(folder, 'entry.ts'), code);
  const events = { onReady: vi.fn(), onRestart: vi.fn(), onGivenUp: vi.fn() };
  const made1 = createService(
    {
      name: 'one',
      folder: relative(ROOT, folder),
      entry: 'entry.ts',
      env: {},
      readyMs: 20_000,
      stopMs: 10_000,
      ...spec,
    },
    join(folder, 'logs'),
    events,
  );
  made.push(made1);
  return { service: made1, events };
}

describe('a supervised process', () => {
  it('is ready when it says so, and stops when asked', async () => {
    const { service: one, events } = service(`process.on('SIGTERM', () => process.exit(0)); ${READY}`);
    expect(await one.start()).toEqual({ ready: true, port: 1 });
    expect(events.onReady).toHaveBeenCalledOnce();
    expect(await one.stop()).toBe('stopped');
    expect(one.pid).toBeUndefined();
    expect(events.onRestart).not.toHaveBeenCalled();
  });

  it('logs both streams and shows the end of the log when it does not start', async () => {
    const { service: one } = service(`console.log('out'); console.error('the reason'); process.exit(3);`);
    const error = await one.start().catch((caught) => caught);
    expect(error).toBeInstanceOf(ServiceError);
    expect(error.message).toContain('exit code 3');
    expect(error.tail).toContain('the reason');
    await vi.waitFor(() => expect(readFileSync(one.log, 'utf8')).toContain('out'));
  });

  it('is started again after it died', async () => {
    const { service: one, events } = service(READY);
    await one.start();
    const first = one.pid;
    process.kill(Number(first), 'SIGKILL');
    await vi.waitFor(() => expect(events.onReady).toHaveBeenCalledTimes(2), { timeout: 20_000 });
    expect(events.onRestart).toHaveBeenCalledWith('one', 'ended by SIGKILL', 1000);
    expect(one.pid).not.toBe(first);
  });

  it('is killed when it takes too long to stop', async () => {
    const { service: one } = service(`process.on('SIGTERM', () => {}); ${READY}`, { stopMs: 200 });
    await one.start();
    expect(await one.stop()).toBe('killed');
  });

  it('does not wait for ever for a process that never becomes ready', async () => {
    const { service: one } = service('setInterval(() => {}, 1000);', { readyMs: 1500 });
    await expect(one.start()).rejects.toThrow('did not become ready within 1.5 s');
  });

  it('stops by itself, in its own order, when the supervisor is killed', async () => {
    const trace = join(folder, 'trace');
    mkdirSync(join(folder, 'child'));
    writeFileSync(
      join(folder, 'child', 'entry.ts'),
      `import { writeFileSync } from 'node:fs';\nprocess.on('SIGTERM', () => { console.log('going'); writeFileSync(${JSON.stringify(trace)}, 'stopped in order'); process.exit(0); });\n${READY}`,
    );
    const spec = {
      name: 'one',
      folder: relative(ROOT, join(folder, 'child')),
      entry: 'entry.ts',
      env: {},
      readyMs: 20_000,
      stopMs: 1000,
    };
    const script = `const { createService } = await import(${JSON.stringify(join(import.meta.dirname, 'service.mjs'))});
      const events = { onReady() {}, onRestart() {}, onGivenUp() {} };
      const one = createService(${JSON.stringify(spec)}, ${JSON.stringify(join(folder, 'logs'))}, events);
      await one.start(); console.log(one.pid);`;
    const supervisor = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(supervisor.stdout, 'data');
    supervisor.kill('SIGKILL');
    const alive = () => {
      try {
        return process.kill(Number(String(line)), 0);
      } catch {
        return false;
      }
    };
    await vi.waitFor(() => expect(alive()).toBe(false), { timeout: 20_000 });
    expect(readFileSync(trace, 'utf8')).toBe('stopped in order');
  });
});
