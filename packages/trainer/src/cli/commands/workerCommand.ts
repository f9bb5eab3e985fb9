/** @file `nabla worker`: its options and help. */
import { Option, type Command } from 'commander';

import { addServerOptions, backendOption, modelsOption, wholeNumber } from '../options.ts';
import type { WorkerOptions } from '../runWorkerCommand.ts';

export function addWorker(program: Command): void {
  const command = program
    .command('worker')
    .description('Claims and executes runs of a server, one after another, until stopped.');
  addServerOptions(command)
    .addOption(
      new Option('--dir <folder>', 'spool, checkpoints and identity; a folder for each worker')
        .env('NABLA_WORKER_DIR')
        .default('.nabla/worker'),
    )
    .option('--name <name>', 'name shown on the server (default: the host)')
    .option('--rewards <folder>', 'folder of reward modules that runs may use')
    .addOption(modelsOption())
    .option('--lease <seconds>', 'how long the server waits for a sign of life', wholeNumber(1))
    .addOption(backendOption())
    .addHelpText(
      'after',
      `
Example:
  NABLA_API_KEY_FILE=.nabla/worker-key nabla worker --server http://localhost:4000

Start as many as there are machines or GPUs; each needs nothing but the API's address and a key. kill -9 loses nothing that was
recorded: the next worker goes on from the last checkpoint. docs/cli.md tells how it behaves.

Exit codes: 0 stopped by a signal · 1 it failed · 2 command or settings not valid, or the folder is in use · 3 key refused`,
    )
    .action(async (options: WorkerOptions) => {
      const { runWorkerCommand } = await import('../runWorkerCommand.ts');
      await runWorkerCommand(options);
    });
}
