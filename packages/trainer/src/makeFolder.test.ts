import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeFolder } from './makeFolder.ts';

describe('makeFolder', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'nabla-folder-'));
    await writeFile(path.join(root, 'file'), '');
  });
  afterAll(() => rm(root, { recursive: true }));

  it('makes it with its parents, and leaves one that is there', async () => {
    const wanted = path.join(root, 'a', 'b', 'c');
    await Promise.all([makeFolder(wanted), makeFolder(wanted)]);
    await makeFolder(wanted);
    expect((await stat(wanted)).isDirectory()).toBe(true);
  });

  it.each(['file', 'file/below', 'file/below/further'])('says that a file is in the way of %s', (name) =>
    expect(makeFolder(path.join(root, name))).rejects.toThrow(
      `${path.join(root, name)} cannot be made: ${path.join(root, 'file')} is there and is no folder`,
    ),
  );

  it.runIf(process.platform === 'linux')('ends where there can be no folders', () =>
    expect(makeFolder('/proc/nabla/runs')).rejects.toThrow(
      '/proc/nabla/runs cannot be made: /proc takes no folders',
    ),
  );
});
