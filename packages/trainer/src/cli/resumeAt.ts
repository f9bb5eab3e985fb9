/** @file Going back to an earlier checkpoint of a run kept in files. */
import { rm } from 'node:fs/promises';

import { listCheckpoints } from '../checkpoint/checkpointStore.ts';
import { CliError, EXIT } from './cliError.ts';

/**
 * Makes the checkpoint of this step the latest: later ones are removed (the same steps make the same ones again).
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
      `unknown checkpoint: there is none of step ${wanted} in ${folder}; there are those of steps ${known.join(', ')}`,
    );
  }
  for (const later of checkpoints.filter(({ step }) => step > chosen.step)) {
    await rm(later.path);
    say(`the checkpoint of step ${later.step} is removed: the run goes on from step ${chosen.step}`);
  }
}
