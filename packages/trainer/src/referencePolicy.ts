/** @file Which runs hold a copy of weights to compare the policy with. */
import type { RunConfig } from '@nabla/domain';

import type { SessionState } from './sessionState.ts';

type Deciding = Pick<RunConfig, 'model' | 'warmup'> & {
  readonly policyGradient: { readonly kl: Pick<RunConfig['policyGradient']['kl'], 'beta' | 'reference'> };
};

/**
 * Whether the policy gradient of a configuration always has a reference in its state. Where it has not:
 * - adapters without a warm-up: the base alone is the policy at first (a fork begins with adapters, and holds them);
 * - all weights of a Hugging Face model, initial, at β = 0: only metrics would use a copy as large as the model, so there is none.
 */
export function needsReference({ model, warmup, policyGradient: { kl } }: Deciding): boolean {
  if (kl.reference !== 'initial' || model.kind === 'scratch') return true;
  return model.lora ? warmup !== undefined : kl.beta > 0;
}

/** Whether a state has one: no configuration knows that its run is a fork. */
export function holdsReference({ tensors }: Pick<SessionState, 'tensors'>): boolean {
  return tensors.some(({ name }) => name.startsWith('reference/'));
}
