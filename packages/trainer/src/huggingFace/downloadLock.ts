/** @file One download of a model at a time, also among processes that share the folder. */
import { randomUUID } from 'node:crypto';
import { link, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { hasCode } from './modelFile.ts';

const SIGN_OF_LIFE_MS = 2_000;
/** A lock whose owner gave no sign of life for so long is nobody's: its process was killed. */
const STALE_MS = 12_000;
const ASK_AGAIN_MS = 500;

/** Runs when nobody else holds the lock file. */
export async function withDownloadLock<Result>(
  file: string,
  signal: AbortSignal | undefined,
  run: () => Promise<Result>,
): Promise<Result> {
  while (!(await take(file))) await sleep(ASK_AGAIN_MS, undefined, signal === undefined ? {} : { signal });
  const alive = setInterval(() => {
    const now = new Date();
    // Without the file there is nothing to keep alive; whoever took it away downloads to the same result.
    utimes(file, now, now).catch(() => undefined);
  }, SIGN_OF_LIFE_MS);
  try {
    return await run();
  } finally {
    clearInterval(alive);
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx')).close();
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  try {
    if (await isStale(file)) await removeStale(file);
  } catch (error) {
    // Gone meanwhile: the next attempt takes it.
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  return false;
}

async function isStale(file: string): Promise<boolean> {
  return Date.now() - (await stat(file)).mtimeMs > STALE_MS;
}

/** Of two that find it stale, one may already have made a new lock when the other removes: what is no longer stale goes back. */
async function removeStale(file: string): Promise<void> {
  const aside = `${file}.${process.pid}-${randomUUID()}`;
  await rename(file, aside);
  if (!(await isStale(aside)))
    await link(aside, file).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  await rm(aside, { force: true });
}
