/** @file `nabla replay`. */
import type { Command } from 'commander';

import { addServerOptions, backendOption, modelsOption, wholeNumber } from '../options.ts';
import type { ReplayCommandOptions } from '../replay.ts';
import { terminal } from '../terminal.ts';

export function addReplay(program: Command): void {
  const command = program
    .command('replay')
    .description(
      'Repeats a recorded step from the checkpoint before it, and says whether it comes out the same.',
    )
    .argument('<run>', 'folder of a run, or with --server the id of one there')
    .requiredOption('--step <n>', 'the step to repeat', wholeNumber(1))
    .option('--rewards <folder>', "folder of reward modules (default: the configuration's)")
    .option('--json', 'print the report as one line of JSON');
  addServerOptions(command)
    .addOption(modelsOption())
    .addOption(backendOption())
    .addHelpText('after', HELP)
    .action(async (run: string, options: ReplayCommandOptions) => {
      const { replay } = await import('../replay.ts');
      const output = terminal();
      process.exitCode = await replay(run, options, {
        print: (text) => void process.stdout.write(`${text}\n`),
        say: (text) => output.write(`${text}\n`),
      });
    });
}

const HELP = `
Compared, to the last bit and in the order in which they come about: tokens, log-probabilities, rewards, advantages and signal of
every recorded completion; every metric but time/*, throughput/* and system/*; weights and optimizer, where there is a checkpoint of
the step. Told is the first difference: step, completion, token, and both values.

The same comes out on the same backend, version and kind of processor. A reward that is not a function of its input (a clock, a
random number, a service that changes) shows up here as the first difference.

Exit codes: 0 the same · 1 not the same · 2 not possible (no such step, no valid run) · 3 server refused or not reached

Examples:
  nabla replay runs/seed-2 --step 120
  NABLA_API_KEY=nbl_… nabla replay run_2f… --server http://localhost:4000 --step 120`;
