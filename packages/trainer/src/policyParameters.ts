/** @file What the policy gradient trains: the model's own parameters, then those that an estimator brings with it. */
import type { PolicyGradientConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import type { PolicyModel } from './model/policyModel.ts';
import type { ParameterSpec } from './model/parameters.ts';

export interface PolicyParameters {
  /** In the order of `TrainState.weights` in this stage. */
  readonly specs: readonly ParameterSpec[];
  /** How many of them, at the end, are not the model's. */
  readonly added: number;
  /** Values that the added ones begin with; the caller's. */
  initialAdded(): tf.Tensor[];
}

/** With advantage gae a value head [D, 1] + [1], zero at first: it begins by expecting nothing. */
export function policyParameters(
  { advantage }: Pick<PolicyGradientConfig, 'advantage'>,
  { trainable, architecture }: Pick<PolicyModel, 'trainable' | 'architecture'>,
): PolicyParameters {
  if (advantage !== 'gae') return { specs: trainable, added: 0, initialAdded: () => [] };
  const head: readonly ParameterSpec[] = [
    { name: 'value.weight', shape: [architecture.width, 1], kind: 'matrix', std: 0 },
    { name: 'value.bias', shape: [1], kind: 'gain', std: 0 },
  ];
  return {
    specs: [...trainable, ...head],
    added: head.length,
    initialAdded: () => head.map(({ shape }) => tf.zeros([...shape])),
  };
}
