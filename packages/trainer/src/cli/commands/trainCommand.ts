/** @file `nabla train`: its options and help. */
import { ESTIMATOR_PRESET_NAMES, PRESETS } from '@nabla/domain';
import type { Command } from 'commander';

import { addServerOptions, backendOption, collect, modelsOption } from '../options.ts';
import { Progress } from '../progress.ts';
import { terminal } from '../terminal.ts';
import type { TrainOptions } from '../train.ts';

export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description('Executes a run here: recorded on a server, or in files only.')
    .argument('[run.yaml]', 'configuration, YAML or JSON; docs/cli.md explains it')
    .option('--preset <name>', `begin from one of: ${PRESETS.map(({ name }) => name).join(', ')}`)
    .option(
      '--set <path=value>',
      'change a field: --set policyGradient.groupSize=16, --set rewards.0.weight=2 in a list, --set warmup= leaves it away (repeatable)',
      collect,
      [],
    )
    .option('--print-config', 'print the configuration with all defaults filled in, and train nothing')
    .option(
      '--from <checkpoint>',
      'begin with the weights of a checkpoint: a file, the folder of a run (folder:step), or with --server a run there (run:step)',
    )
    .option('--out <folder>', 'folder of the run (default: runs/<name>-<time>)')
    .option('--resume [step]', 'go on with the run in --out, from its latest checkpoint or that of a step')
    .option('--rewards <folder>', "folder of reward modules (default: the configuration's)")
    .addOption(modelsOption());
  addServerOptions(command)
    .option('--project <slug>', 'project of the run on the server (needed where there are several)')
    .addOption(backendOption())
    .addHelpText('after', () => HELP)
    .action(async (file: string | undefined, options: TrainOptions) => {
      const { train } = await import('../train.ts');
      process.exitCode = await train(file, options, new Progress(terminal()));
    });
}

const HELP = `
Without --server everything is written to files in --out:
  config.yaml        the configuration with all defaults filled in
  metrics.jsonl      one line a step
  completions.jsonl  one line a completion: prompt, text, rewards, advantage, log-probabilities
  checkpoints/       resume from any of them: the weights become exactly those of a run that was not interrupted

Presets of whole runs (--preset):
${PRESETS.map(({ name, title }) => `  ${name.padEnd(18)} ${title}`).join('\n')}
Presets of the estimator (policyGradient.preset in the configuration, or --set policyGradient.preset=grpo):
  ${ESTIMATOR_PRESET_NAMES.join(', ')}

Examples:
  nabla train --preset sort_grpo                                a first run; a few minutes on two cores
  nabla train --preset sort_grpo --print-config > run.yaml      every setting there is, to edit
  nabla train run.yaml
  nabla train run.yaml --set seed=2 --set policyGradient.preset=dr_grpo --out runs/seed-2
  nabla train --resume --out runs/seed-2
  nabla train --from runs/seed-2:300 --set policyGradient.optimizer.learningRate=1e-4 --out runs/fork
  NABLA_API_KEY=nbl_… nabla train run.yaml --server http://localhost:4000 --project demo

Ctrl-C ends the step under way, writes a checkpoint and says how to go on.
kill -USR2 <pid> writes a checkpoint after the step under way.
Then: nabla eval, nabla sample, nabla replay and nabla export read the run's folder.

Exit codes: 0 done · 1 the run failed · 2 command, configuration or file not valid · 3 server refused or not reached
            4 cancelled, or the run went to another worker · 5 paused on the server · 130 interrupted, can be resumed`;
