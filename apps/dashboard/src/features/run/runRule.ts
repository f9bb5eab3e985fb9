import { type RunConfig, parseRunConfig } from '@nabla/domain';
import type { SignalRule } from '../completions/signalArithmetic.ts';

/** A stored configuration, read again; null when it is not one of this version's (a run of an older Nabla). */
export function readConfig(config: unknown): RunConfig | null {
  const parsed = parseRunConfig(config);
  return parsed.ok ? parsed.config : null;
}

/** How a run's rewards become its signal. */
export function signalRule(config: RunConfig | null): SignalRule | null {
  return config && { advantage: config.policyGradient.advantage, beta: config.policyGradient.kl.beta };
}
