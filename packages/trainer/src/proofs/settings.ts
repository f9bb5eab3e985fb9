/** @file The enumerable policy's rewards, values and neighbours that the proofs measure with: of no particular form, as in life. */
import { policyGradientSchema, type PolicyGradientConfig } from '@nabla/domain';
import type { z } from 'zod';

import { everyCompletion, objective, type Setting } from './expectation.ts';
import {
  differentiate,
  END,
  irregularParameters,
  probability,
  TOKENS,
  type Completion,
} from './tabularPolicy.ts';

/** Unbiased means: equal to this, relative. The slopes of the loss are float32, 6e-8 each; the exact gradient is good to 1e-8. */
export const UNBIASED = 1e-6;

export const POLICY = irregularParameters(0.8, 1);
export const REFERENCE = irregularParameters(0.6, 5);
/** A policy near POLICY: what it was some updates ago. */
export const OLDER = POLICY.map((value, index) => value + 0.25 * Math.sin(4 + 1.9 * index));

/** POLICY without the least likely of the four tokens at each place: e^−1000 is 0, in doubles as in float32. */
export const TRUNCATED = POLICY.map((value, index) => {
  const place = POLICY.slice(index - (index % TOKENS), index - (index % TOKENS) + TOKENS);
  return value === Math.min(...place) ? value - 1000 : value;
});

/** The two prompts differ in size and spread of their rewards. */
export function irregularReward({ prompt, tokens }: Completion): number {
  const code = tokens.reduce((value, token) => value * 5 + token + 1, prompt);
  const ended = tokens.at(-1) === END ? 0.5 : 0;
  return (prompt === 0 ? 1 : 0.3) * Math.sin(3.1 * code) + ended + prompt;
}

/** 0 or 1, so that groups are often flat. */
export function binaryReward(completion: Completion): number {
  return Number(Math.sin(12.9 * irregularReward(completion) + 3) > 0.2);
}

/** What a value head might believe before it has learnt. */
export function irregularValue({ prompt, tokens }: Completion, t: number): number {
  const code = tokens.slice(0, t).reduce((value, token) => value * 5 + token + 1, prompt);
  return 0.4 * Math.cos(1.3 * code) + 0.2;
}

/** V(s_t) under a policy: the mean reward of all completions that begin so. */
export function trueValue(
  parameters: readonly number[],
  reward: Setting['reward'],
  maxTokens?: number,
): NonNullable<Setting['value']> {
  const totals = new Map<string, { chance: number; earned: number }>();
  const keyOf = ({ prompt, tokens }: Completion, t: number) => `${prompt}:${tokens.slice(0, t).join(',')}`;
  for (const completion of everyCompletion(maxTokens)) {
    const chance = probability(parameters, completion);
    completion.tokens.forEach((_, t) => {
      const { chance: before, earned } = totals.get(keyOf(completion, t)) ?? { chance: 0, earned: 0 };
      totals.set(keyOf(completion, t), {
        chance: before + chance,
        earned: earned + chance * reward(completion),
      });
    });
  }
  return (completion, t) => {
    const { chance, earned } = totals.get(keyOf(completion, t)) ?? { chance: NaN, earned: NaN };
    return earned / chance;
  };
}

/** Completions of up to three tokens; one prompt a step. */
export const SETTING: Setting = {
  parameters: POLICY,
  reward: irregularReward,
  promptsPerStep: 1,
  groupSize: 2,
};

/** The setting of the tables: up to two tokens, groups of three. */
export const SMALL: Setting = { ...SETTING, groupSize: 3, maxTokens: 2 };

/** Settings as a configuration would make them; REINFORCE's sum over completions where nothing else is said. */
export function estimator(
  choices: Partial<Omit<z.input<typeof policyGradientSchema>, 'steps'>> = {},
): PolicyGradientConfig {
  return policyGradientSchema.parse({ steps: 1, aggregation: 'sequence_sum', ...choices });
}

/** ∇(J − β KL) at POLICY. */
export function exactGradient(
  setting: Pick<Setting, 'reward' | 'reference' | 'maxTokens'>,
  beta = 0,
): number[] {
  return differentiate((parameters) => objective(parameters, setting, beta), POLICY);
}
