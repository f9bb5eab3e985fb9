/** @file What the first step of the policy gradient finds: the weights of the warm-up, of a fork, or the model's own, made ready. */
import type { RunConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import type { Fork } from './forkState.ts';
import type { PolicyModel } from './model/policyModel.ts';
import type { PolicyParameters } from './policyParameters.ts';
import { needsReference } from './referencePolicy.ts';
import { freshState, upload, type LiveState, type StateTensor } from './sessionState.ts';

/** A state of the policy gradient. */
export interface PolicyState extends LiveState {
  readonly reference: readonly tf.Tensor[];
}

export interface PolicyStart {
  readonly config: RunConfig;
  readonly model: PolicyModel;
  readonly parameters: PolicyParameters;
  /** What the run took from another one, until this moment. */
  readonly fork: Fork | null;
  /** Of the configuration's reference checkpoint. */
  readonly givenReference: readonly StateTensor[] | null;
}

export function inPolicyState(state: LiveState): state is PolicyState {
  return state.reference !== null;
}

/**
 * What this stage adds joins the weights, the optimizer forgets the warm-up, and what was learnt so far becomes the reference.
 * @param before stays the caller's
 */
export function beginPolicyGradient(before: LiveState, start: PolicyStart): PolicyState {
  const { fork, parameters } = start;
  const { weights } = before.train;
  const added = fork?.added ? upload(fork.added) : parameters.initialAdded();
  const train = freshState([...weights.map((weight) => tf.clone(weight)), ...added]);
  const reference = firstReference(weights, start);
  if (!fork?.moments) return { ...before, train, reference };
  const { m, v, updates } = fork.moments;
  tf.dispose([...train.m, ...train.v]);
  return { ...before, train: { ...train, m: upload(m), v: upload(v), updates }, reference };
}

function firstReference(
  weights: readonly tf.Tensor[],
  { config, model, fork, givenReference }: PolicyStart,
): tf.Tensor[] {
  if (givenReference) return upload(givenReference);
  // Under LoRA the base, which no state holds, is the policy that a run begins with, unless a fork brought adapters.
  const hasAdapters = fork !== null && model.lora !== null;
  return hasAdapters || needsReference(config) ? weights.map((weight) => tf.clone(weight)) : [];
}
