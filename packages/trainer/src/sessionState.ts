/** @file All that a run must remember between two steps, apart from any engine: plain numbers and typed arrays. */
import { createHash } from 'node:crypto';

import type { RunStage } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { TrainerError } from './errors.ts';
import type { ParameterSpec } from './model/parameters.ts';
import type { TrainState } from './update.ts';

/** Raise when what a state holds, or what it means, changes. */
export const STATE_FORMAT_VERSION = 1;

export interface StateTensor {
  /** "weights/<parameter>", "m/<parameter>", "v/<parameter>", and in the policy gradient "reference/<parameter>". */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Everything: restoring it repeats exactly what the uninterrupted run would have done. All random numbers are functions of the
 * seed (in the configuration) and of these counters.
 */
export interface SessionState {
  readonly formatVersion: number;
  /** Of the configuration it belongs to. */
  readonly configHash: string;
  /** Last step done, 0 before the first. */
  readonly step: number;
  /** Stage of that step; WARM_UP or POLICY_GRADIENT, whichever is first, before the first step. */
  readonly stage: RunStage;
  readonly counters: SessionCounters;
  readonly tensors: readonly StateTensor[];
}

export interface SessionCounters {
  /** Pairs taken from the warm-up's source. */
  readonly warmupCursor: number;
  /** Prompts taken from the policy gradient's source. */
  readonly promptCursor: number;
  /** Updates made with the current optimizer moments (they start anew with each stage). */
  readonly updates: number;
}

/** What a session holds while it lives. */
export interface LiveState {
  readonly step: number;
  readonly stage: RunStage;
  readonly train: TrainState;
  /** Weights at the start of the policy gradient; null before. */
  readonly reference: readonly tf.Tensor[] | null;
  readonly warmupCursor: number;
  readonly promptCursor: number;
}

/** Copies a live state out of the engine. */
export async function captureState(
  live: LiveState,
  specs: readonly ParameterSpec[],
  configHash: string,
): Promise<SessionState> {
  const groups: [string, readonly tf.Tensor[]][] = [
    ['weights', live.train.weights],
    ['m', live.train.m],
    ['v', live.train.v],
    ...(live.reference ? [['reference', live.reference] satisfies [string, readonly tf.Tensor[]]] : []),
  ];
  const tensors: StateTensor[] = [];
  for (const [group, list] of groups) {
    for (const [index, tensor] of list.entries()) {
      // A copy: on some backends data() is the very memory that the next step writes to.
      const data = Float32Array.from(await tensor.data<'float32'>());
      tensors.push({ name: `${group}/${specs[index]?.name}`, shape: [...tensor.shape], data });
    }
  }
  const counters = {
    warmupCursor: live.warmupCursor,
    promptCursor: live.promptCursor,
    updates: live.train.updates,
  };
  return {
    formatVersion: STATE_FORMAT_VERSION,
    configHash,
    step: live.step,
    stage: live.stage,
    counters,
    tensors,
  };
}

/**
 * The way back into the engine.
 * @throws TrainerError INCOMPATIBLE_STATE saying what does not fit.
 */
export function restoreState(
  state: SessionState,
  specs: readonly ParameterSpec[],
  configHash: string,
): LiveState {
  const refuse = (reason: string): never => {
    throw new TrainerError(
      'INCOMPATIBLE_STATE',
      `the state of step ${state.step} cannot be resumed: ${reason}`,
    );
  };
  if (state.formatVersion !== STATE_FORMAT_VERSION)
    refuse(`it has format ${state.formatVersion}, this trainer reads format ${STATE_FORMAT_VERSION}`);
  if (state.configHash !== configHash)
    refuse(
      `it belongs to another configuration (hash ${state.configHash.slice(0, 12)}…, this run's is ${configHash.slice(0, 12)}…)`,
    );

  const byName = new Map(state.tensors.map((tensor) => [tensor.name, tensor]));
  const find = (group: string, { name, shape }: ParameterSpec): StateTensor => {
    const tensor = byName.get(`${group}/${name}`) ?? refuse(`it lacks the tensor ${group}/${name}`);
    const size = shape.reduce((product, axis) => product * axis, 1);
    if (String(tensor.shape) !== String(shape) || tensor.data.length !== size)
      refuse(
        `tensor ${tensor.name} has shape [${tensor.shape}] and ${tensor.data.length} values, the model's is [${shape}]`,
      );
    return tensor;
  };
  const groups = [
    'weights',
    'm',
    'v',
    ...(state.stage === 'POLICY_GRADIENT' && state.step > 0 ? ['reference'] : []),
  ];
  // All found before any is uploaded: a refusal leaves no tensors behind.
  const found = groups.map((group) => specs.map((spec) => find(group, spec)));
  const [weights = [], m = [], v = [], reference = null] = found.map((list) =>
    list.map(({ data, shape }) => tf.tensor(Float32Array.from(data), [...shape], 'float32')),
  );
  return {
    step: state.step,
    stage: state.stage,
    train: { weights, m, v, updates: state.counters.updates },
    reference,
    warmupCursor: state.counters.warmupCursor,
    promptCursor: state.counters.promptCursor,
  };
}

/** SHA-256 (hex) of names, shapes and bytes of the weights: equal hashes, equal weights to the last bit. */
export async function hashWeights(
  weights: readonly tf.Tensor[],
  specs: readonly ParameterSpec[],
): Promise<string> {
  const hash = createHash('sha256');
  for (const [index, tensor] of weights.entries()) {
    const data = await tensor.data<'float32'>();
    hash
      .update(`${specs[index]?.name}[${tensor.shape}]\0`)
      .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
