/** @file Makes the folder that somebody named for results, or says in a sentence why there can be none. */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Parents too, one after another: Node's own recursive way never ends on a file system that takes no folders (/proc).
 * @throws Error saying what is in the way.
 */
export async function makeFolder(folder: string): Promise<void> {
  const whole = path.resolve(folder);
  for (const part of await missingFolders(whole))
    await mkdir(part).catch(async (cause: unknown) => {
      // Somebody else was quicker.
      if (codeOf(cause) === 'EEXIST' && (await kindOf(part)) === 'folder') return;
      throw new Error(`${whole} cannot be made: ${reasonOf(cause, path.dirname(part))}`, { cause });
    });
}

/** What of it is not there yet, outermost first. @throws Error when something else stands in its place or above it. */
export async function missingFolders(folder: string): Promise<string[]> {
  const whole = path.resolve(folder);
  const missing: string[] = [];
  for (let part = whole; ; part = path.dirname(part)) {
    const found = await kindOf(part);
    if (found === 'folder') return missing;
    if (found === 'other') throw new Error(`${whole} cannot be made: ${part} is there and is no folder`);
    missing.unshift(part);
  }
}

async function kindOf(file: string): Promise<'folder' | 'other' | null> {
  try {
    return (await stat(file)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw new Error(`${file} cannot be looked at: ${reasonOf(error, file)}`, { cause: error });
  }
}

function reasonOf(error: unknown, parent: string): string {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return `this user may not write in ${parent}`;
    case 'EROFS':
      return `${parent} is on a file system that is read-only`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `no room is left on the disk of ${parent}`;
    case 'ENOENT':
      return `${parent} takes no folders`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
