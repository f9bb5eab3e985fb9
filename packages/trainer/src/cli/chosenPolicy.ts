/** @file The policy that a command was given, with the options that go with it. */
import { CliError, EXIT } from './cliError.ts';
import type { PolicyOptions } from './policyOptions.ts';
import { findPolicy, openPolicy, type OpenPolicy, type PolicySource } from './policySource.ts';

/** @throws CliError for options that do not go with what was given. */
export async function findChosenPolicy(given: string, options: PolicyOptions): Promise<PolicySource> {
  if (options.system !== undefined && options.chat !== true)
    throw new CliError(EXIT.usage, '--system needs --chat');
  const source = await findPolicy(given, { step: options.step });
  if (options.chat === true && source.kind === 'checkpoint')
    throw new CliError(
      EXIT.usage,
      `--chat is for models; the configuration of ${given} says how prompts are written`,
    );
  return source;
}

/** Opens it on the current backend. */
export function openChosenPolicy(
  source: PolicySource,
  options: PolicyOptions,
  warn: (message: string) => void,
): Promise<OpenPolicy> {
  const { models, base, chat = false, system } = options;
  return openPolicy(source, { modelsDir: models, base, chat, system, warn });
}
