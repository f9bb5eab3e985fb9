import { type RunConfig, parseRunConfig } from '@nabla/domain';
import type { SignalRule } from '../completions/signalArithmetic.ts';

/** A stored configuration, read again; null when it is not one of this version's (a run of an older Nabla). */
export function readConfig(config: unknown): RunConfig | null {
  const parsed = parseRunConfig(config);
  return parsed.ok ? parsed.config : null;
}

/** How a run's rewards become its signal. */
export function signalRule(config: RunConfig | null): SignalRule | null {
  if (config === null) return null;
  const { advantage, baseline, kl } = config.policyGradient;
  return { advantage, baseline, beta: kl.beta, placement: kl.placement, adaptive: kl.adaptive !== null };
}
