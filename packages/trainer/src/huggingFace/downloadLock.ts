/** @file One download of a model at a time, also among processes that share the folder. */
import { open, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { hasCode } from './modelFile.ts';

const SIGN_OF_LIFE_MS = 5_000;
/** A lock whose owner gave no sign of life for so long is nobody's: its process was killed. */
const STALE_MS = 30_000;
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
    if (Date.now() - (await stat(file)).mtimeMs > STALE_MS) await rm(file, { force: true });
  } catch (error) {
    // Gone meanwhile: the next attempt takes it.
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  return false;
}
