/**
 * @file Going back to an earlier checkpoint of a run kept in files. Later ones are set aside, and removed only when the run has
 * really begun again: a start that fails loses nothing.
 */
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { listCheckpoints } from '../checkpoint/checkpointStore.ts';
import { CliError, EXIT } from './cliError.ts';

const ASIDE = '.later';

/**
 * Makes the checkpoint of this step the latest, by setting later ones aside.
 * @throws CliError naming the checkpoints there are, when that is none of them.
 */
export async function resumeAt(
  folder: string,
  wanted: string,
  say: (message: string) => void,
): Promise<void> {
  const checkpoints = await listCheckpoints(folder);
  const chosen = checkpoints.find(({ step }) => String(step) === wanted);
  if (chosen === undefined) {
    const known = checkpoints.map(({ step }) => step).reverse();
    throw new CliError(
      EXIT.usage,
      known.length === 0
        ? `unknown checkpoint: there is none yet in ${folder}`
        : `unknown checkpoint: there is none of step ${wanted} in ${folder}; there are those of steps ${known.join(', ')}`,
    );
  }
  for (const later of checkpoints.filter(({ step }) => step > chosen.step)) {
    await rename(later.path, `${later.path}${ASIDE}`);
    say(
      `the checkpoint of step ${later.step} goes once the run has begun again from step ${chosen.step}: the same steps make it again`,
    );
  }
}

/** The run goes on from where it was: what was set aside is a checkpoint again. */
export async function bringBackLater(folder: string): Promise<void> {
  for (const file of await setAside(folder)) await rename(file, file.slice(0, -ASIDE.length));
}

/** The run has begun again: nobody needs what was set aside. */
export async function removeLater(folder: string): Promise<void> {
  for (const file of await setAside(folder)) await rm(file, { force: true });
}

async function setAside(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => name.endsWith(ASIDE)).map((name) => path.join(folder, name));
}
