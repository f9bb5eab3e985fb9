/** @file `nabla doctor`: its options and help. */
import type { Command } from 'commander';

import { backendOption, modelsOption } from '../options.ts';
import type { DoctorCommandOptions } from '../runDoctor.ts';

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Says what this machine trains on, how fast, and what to do for a faster engine.')
    .addOption(backendOption())
    .addOption(modelsOption())
    .option('--json', 'everything found, as JSON on stdout')
    .addHelpText(
      'after',
      `
It opens the engine and measures it, which takes about five seconds. A GPU that is not used is explained: the driver, and each
CUDA library that TensorFlow opens, by name.

Examples:
  nabla doctor
  nabla doctor --backend native        fails if the native engine is not there
  nabla doctor --json | jq .facts.engine.probe.speed

Exit codes: 0 it can train · 1 it cannot`,
    )
    .action(async (options: DoctorCommandOptions) => {
      const { runDoctor } = await import('../runDoctor.ts');
      await runDoctor(options);
    });
}
