import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rotateLog, tailOf } from './logFiles.mjs';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nabla-logs-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('keeps the logs of the last five starts', () => {
  for (let start = 1; start <= 7; start += 1) writeFileSync(rotateLog(folder, 'api'), `start ${start}`);
  expect(readdirSync(folder).sort()).toEqual(['api.1.log', 'api.2.log', 'api.3.log', 'api.4.log', 'api.log']);
  expect(readFileSync(join(folder, 'api.log'), 'utf8')).toBe('start 7');
  expect(readFileSync(join(folder, 'api.4.log'), 'utf8')).toBe('start 3');
});

it('gives the last lines that say something', () => {
  const log = join(folder, 'api.log');
  writeFileSync(log, 'one\n\ntwo\nthree\n');
  expect(tailOf(log, 2)).toEqual(['two', 'three']);
  expect(tailOf(join(folder, 'none.log'))).toEqual([]);
});
