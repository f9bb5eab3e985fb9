/** @file Options of the commands that take a policy and look at what it does. */
import type { Command } from 'commander';

import { backendOption, modelsOption, wholeNumber, type EngineChoice } from './options.ts';

export interface PolicyOptions {
  readonly base?: string;
  readonly step?: number;
  readonly chat?: boolean;
  readonly system?: string;
  readonly backend: EngineChoice;
  readonly models: string;
}

/** `--base`, `--step`, `--chat`, `--system`, `--backend`, `--models`. */
export function addPolicyOptions(command: Command): Command {
  return command
    .option('--base <folder>', "where the run's base model lies now (default: as its configuration says)")
    .option('--step <n>', 'of a run: the checkpoint of this step instead of the latest', wholeNumber(1))
    .option('--chat', "of a model: put prompts into its chat template (a run's configuration says it itself)")
    .option('--system <text>', 'system message before each prompt, with --chat')
    .addOption(backendOption())
    .addOption(modelsOption());
}
