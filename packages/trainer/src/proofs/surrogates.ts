/**
 * @file What a loss is meant to be, written down once more in doubles from its formula and differentiated by differences: an
 * independent way to what `expectedGradient` gets through the trainer's code.
 */
import type { PolicyGradientConfig } from '@nabla/domain';

import { everyCompletion, type Setting } from './expectation.ts';
import {
  differentiate,
  probability,
  PROMPTS,
  tokenEntropies,
  tokenLogps,
  type Completion,
} from './tabularPolicy.ts';

type LossChoice = Pick<PolicyGradientConfig, 'loss' | 'epsilonLow' | 'epsilonHigh' | 'dualClip'>;

/**
 * ∇ E_{o ~ π_old} [Σ_t objective of token t] at `parameters`, the signal of a completion being its reward.
 * @param parameters no ratio may lie within 1e-3 of a bound, where the objective has a kink
 */
export function surrogateGradient(
  choice: LossChoice,
  setting: Setting & { readonly sampler: readonly number[] },
): number[] {
  const { parameters, sampler, reward, maxTokens } = setting;
  return differentiate((moved) => {
    let value = 0;
    for (const completion of everyCompletion(maxTokens)) {
      const share = probability(sampler, completion) / PROMPTS;
      value += share * gainOf(choice, completion, reward(completion), { moved, fixed: parameters, sampler });
    }
    return value;
  }, parameters);
}

interface Policies {
  /** The parameters that are differentiated by, where they are, and those of the policy that sampled. */
  readonly moved: readonly number[];
  readonly fixed: readonly number[];
  readonly sampler: readonly number[];
}

function gainOf(choice: LossChoice, completion: Completion, signal: number, policies: Policies): number {
  const clip = (ratio: number) => Math.min(Math.max(ratio, 1 - choice.epsilonLow), 1 + choice.epsilonHigh);
  const logp = tokenLogps(policies.moved, completion);
  const [still, old] = [tokenLogps(policies.fixed, completion), tokenLogps(policies.sampler, completion)];
  const logRatio = logp.map((value, t) => value - (old[t] ?? NaN));
  const clipped = (ratio: number): number => {
    const gain = Math.min(ratio * signal, clip(ratio) * signal);
    return choice.dualClip !== null && signal < 0 ? Math.max(gain, choice.dualClip * signal) : gain;
  };
  switch (choice.loss) {
    case 'reinforce':
      return signal * sum(logp);
    case 'clip':
      return sum(logRatio.map((value) => clipped(Math.exp(value))));
    case 'gspo':
      return logRatio.length * clipped(Math.exp(sum(logRatio) / logRatio.length));
    case 'cispo':
      return sum(
        logp.map((value, t) => clip(Math.exp((still[t] ?? NaN) - (old[t] ?? NaN))) * signal * value),
      );
  }
}

/** ∇ of E_o [mean_t H(s_t)], by differences: the states that are reached change with the policy too. */
export function meanEntropyGradient(parameters: readonly number[], maxTokens?: number): number[] {
  return differentiate((moved) => meanEntropy(moved, moved, maxTokens), parameters);
}

/** The part of it that an entropy bonus has: states as the policy reaches them now. */
export function directEntropyGradient(parameters: readonly number[], maxTokens?: number): number[] {
  return differentiate((moved) => meanEntropy(parameters, moved, maxTokens), parameters);
}

function meanEntropy(visiting: readonly number[], measured: readonly number[], maxTokens?: number): number {
  return sum(
    everyCompletion(maxTokens).map((completion) => {
      const entropies = tokenEntropies(measured, completion);
      return (probability(visiting, completion) / PROMPTS) * (sum(entropies) / entropies.length);
    }),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
