import type { RunConfig } from './config/runConfig.ts';

/**
 * What a fork does with a configuration: a checkpoint that is past its run's warm-up needs no second one, so the warm-up is left
 * out. Everything else is done as it is written: steps count from 1, and there are as many as the configuration says.
 * @param from the run that the checkpoint is of, and the step after which it was made.
 * @returns the very same object when nothing is left out.
 */
export function forkedConfig(
  config: RunConfig,
  from: { readonly config: Pick<RunConfig, 'warmup'>; readonly step: number },
): RunConfig {
  const isPast = from.step >= (from.config.warmup?.steps ?? 0);
  if (config.warmup === undefined || !isPast) return config;
  const { warmup: _left, ...rest } = config;
  return rest;
}
