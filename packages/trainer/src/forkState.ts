/**
 * @file What a run takes from a checkpoint of another one: the weights it begins with, or those of its reference policy. The two
 * configurations may differ in everything but the model and its tokenizer.
 */
import { forkRefusals, type RunConfig } from '@nabla/domain';

import { TrainerError } from './errors.ts';
import type { PolicyModel } from './model/policyModel.ts';
import type { PolicyParameters } from './policyParameters.ts';
import {
  assertReadable,
  assertSameBase,
  finder,
  inPolicyGradient,
  refusal,
  type Refuse,
  type SessionState,
  type StateTensor,
} from './sessionState.ts';
import { tokenizerMismatch } from './tokenizer/tokenizerMismatch.ts';

/** Found and checked, but not yet in the engine. */
export interface Fork {
  /** In the order of the model's trainable weights. */
  readonly weights: readonly StateTensor[];
  /** What an estimator had added to them, where the new one adds the same; null: it begins anew. */
  readonly added: readonly StateTensor[] | null;
  /** Moments of `[...weights, ...added]`, where the optimizer is the same and goes on; null: it begins anew. */
  readonly moments: {
    readonly m: readonly StateTensor[];
    readonly v: readonly StateTensor[];
    readonly updates: number;
  } | null;
}

/**
 * A fork takes the weights; the value head of gae, if both runs have one; and the optimizer's moments, if both have the same
 * optimizer (learning rate, weight decay and clipping aside, which no moment depends on) and no warm-up comes first. Everything
 * else begins as in a new run: steps at 1, prompts at the first, all moving averages as configured, and the reference policy too:
 * `initial` is the weights taken.
 * @throws TrainerError INCOMPATIBLE_STATE naming what differs.
 */
export function openFork(
  state: SessionState,
  config: RunConfig,
  model: PolicyModel,
  parameters: PolicyParameters,
): Fork {
  const refuse = refusal(state, 'forked');
  assertFits(state, config, model, refuse);
  const find = finder(state, refuse);
  const has = new Set(state.tensors.map(({ name }) => name));
  const all = (group: string): StateTensor[] => parameters.specs.map((spec) => find(group, spec));
  const weights = model.trainable.map((spec) => find('weights', spec));
  const ownSpecs = parameters.specs.slice(model.trainable.length);
  // Before a warm-up nothing is carried that a resumed warm-up would have to remember.
  const sameAdded =
    config.warmup === undefined &&
    inPolicyGradient(state) &&
    ownSpecs.every(({ name }) => has.has(`weights/${name}`)) &&
    [...has].filter((name) => name.startsWith('weights/')).length === parameters.specs.length;
  if (!sameAdded) return { weights, added: null, moments: null };
  return {
    weights,
    added: ownSpecs.map((spec) => find('weights', spec)),
    moments: sameMoments(state.config, config)
      ? { m: all('m'), v: all('v'), updates: state.counters.updates }
      : null,
  };
}

/**
 * Weights of the configuration's reference checkpoint, in the order of the model's trainable ones; null where it names none.
 * @throws TrainerError INCOMPATIBLE_STATE, also when it names one and none was brought.
 */
export function openReference(
  state: SessionState | undefined,
  config: RunConfig,
  model: PolicyModel,
): readonly StateTensor[] | null {
  const { kl } = config.policyGradient;
  if (kl.reference !== 'checkpoint') return null;
  if (state === undefined)
    throw new TrainerError(
      'INCOMPATIBLE_STATE',
      `the reference checkpoint ${JSON.stringify(kl.checkpoint)} was not brought to the trainer`,
    );
  const refuse = refusal(state, 'the reference policy');
  assertFits(state, config, model, refuse);
  const find = finder(state, refuse);
  return model.trainable.map((spec) => find('weights', spec));
}

function assertFits(state: SessionState, config: RunConfig, model: PolicyModel, refuse: Refuse): void {
  assertReadable(state, refuse);
  const differing = forkDifferences(state.config, config);
  if (differing.length > 0) refuse(differing.join('; '));
  assertSameBase(state, model.base, refuse);
}

/** Where the files of a model lie is no difference: their content is compared instead. */
const WHERE = new Set(['source', 'revision']);

/** What of a configuration does not fit a checkpoint of another one, in words; empty when the weights fit. */
export function forkDifferences(theirs: RunConfig, ours: RunConfig): string[] {
  const settings = forkRefusals(theirs, ours)
    .filter(({ path: [, name] }) => name === undefined || !WHERE.has(name))
    .map(({ path, message }) => `${path.join('.')} ${message}`);
  const tokens = tokenizerMismatch(theirs, ours);
  return settings.length === 0 && tokens !== null ? [tokens] : settings;
}

function sameMoments(theirs: RunConfig, ours: RunConfig): boolean {
  const [a, b] = [theirs.policyGradient.optimizer, ours.policyGradient.optimizer];
  return a.kind === b.kind && a.beta1 === b.beta1 && a.beta2 === b.beta2;
}
