import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderHeldError, lockFolder, readHolder } from './folderLock.mjs';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nabla-lock-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the lock of a folder', () => {
  it('is held by one process, which says where it serves', () => {
    const lock = lockFolder(folder);
    lock.publish({ url: 'http://localhost:3000' });
    expect(() => lockFolder(folder)).toThrow(FolderHeldError);
    expect(readHolder(folder)?.url).toBe('http://localhost:3000');
    lock.release();
    lockFolder(folder).release();
  });

  it('passes on when its holder was killed', async () => {
    const child = spawn(
      process.execPath,
      [
        '-e',
        `import(${JSON.stringify(join(import.meta.dirname, 'folderLock.mjs'))}).then((m) => { m.lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000); })`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(child.stdout, 'data');
    expect(() => lockFolder(folder)).toThrow(FolderHeldError);
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockFolder(folder).release();
  });

  it('does not take another process with the same number for the holder', () => {
    const lock = lockFolder(folder);
    const file = join(folder, 'supervisor.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), born: 'long ago' }));
    lockFolder(folder);
    lock.release();
  });

  it('is free when the file was cut short', () => {
    writeFileSync(join(folder, 'supervisor.json'), '{"pid": 1');
    lockFolder(folder).release();
  });
});
