/** @file All that a run must remember between two steps, apart from any engine: plain numbers and typed arrays. */
import { createHash } from 'node:crypto';

import type { RunConfig, RunStage } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { TrainerError } from './errors.ts';
import type { ParameterSpec } from './model/parameters.ts';
import type { TrainState } from './update.ts';

/** Raise when what a state holds, or what it means, changes. */
export const STATE_FORMAT_VERSION = 2;

export interface StateTensor {
  /** "weights/<parameter>", "m/<parameter>", "v/<parameter>", and in the policy gradient "reference/<parameter>". */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Numbers that a stage keeps beside its weights, by name: a moving baseline, an adapted beta. All finite. */
export type Scalars = Readonly<Record<string, number>>;

/** Files that weights stand on and that a state does not hold: those of a Hugging Face model. */
export interface ModelBase {
  /** As the configuration names it. */
  readonly source: string;
  /** Of its files' content, hex. */
  readonly sha256: string;
}

/**
 * Everything: restoring it repeats exactly what the uninterrupted run would have done. All random numbers are functions of the
 * seed (in the configuration) and of these counters.
 */
export interface SessionState {
  readonly formatVersion: number;
  /** That of the run, its name aside: a state says itself what model and tokenizer it belongs to. */
  readonly config: RunConfig;
  /** Of the configuration. */
  readonly configHash: string;
  /** Null for a model from scratch, of which the state holds everything. */
  readonly base: ModelBase | null;
  /** Last step done, 0 before the first. */
  readonly step: number;
  /** Stage of that step; WARM_UP or POLICY_GRADIENT, whichever is first, before the first step. */
  readonly stage: RunStage;
  readonly counters: SessionCounters;
  readonly scalars: Scalars;
  /** Last values of what checkpoints are judged by: reward, evaluations, the metric of the policy. */
  readonly metrics: Scalars;
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
  /**
   * Weights of the reference policy in the order of the model's trainable ones; none: the model's base alone, where it is frozen,
   * else no reference. Null before the policy gradient.
   */
  readonly reference: readonly tf.Tensor[] | null;
  readonly scalars: Scalars;
  readonly metrics: Scalars;
  readonly warmupCursor: number;
  readonly promptCursor: number;
}

/** Whose state it is: the same for every state of a run. */
export interface StateOwner {
  readonly config: RunConfig;
  readonly configHash: string;
  readonly base: ModelBase | null;
}

/** What learns and what it is compared with, in one stage of a run. */
export interface StateLayout {
  readonly train: readonly ParameterSpec[];
  /** Empty where a reference is not part of the state. */
  readonly reference: readonly ParameterSpec[];
}

/**
 * Copies a live state out of the engine.
 * @throws TrainerError NOT_FINITE naming the tensor: such a state is worth nothing, and the one before is kept.
 */
export async function captureState(
  live: LiveState,
  layout: StateLayout,
  owner: StateOwner,
): Promise<SessionState> {
  const tensors: StateTensor[] = [];
  for (const [group, specs, list] of groupsOf(live, layout)) {
    for (const [index, tensor] of list.entries()) {
      // A copy: on some backends data() is the very memory that the next step writes to.
      const data = Float32Array.from(await tensor.data<'float32'>());
      tensors.push({ name: `${group}/${specs[index]?.name}`, shape: [...tensor.shape], data });
    }
  }
  const broken = firstNotFinite(tensors, live.scalars);
  if (broken !== undefined)
    throw new TrainerError(
      'NOT_FINITE',
      `${broken} after step ${live.step}: no checkpoint is made of that, the one before is kept. Lower the learning rate or set a gradClip`,
      { step: live.step },
    );
  const { warmupCursor, promptCursor } = live;
  return {
    formatVersion: STATE_FORMAT_VERSION,
    ...owner,
    step: live.step,
    stage: live.stage,
    counters: { warmupCursor, promptCursor, updates: live.train.updates },
    scalars: live.scalars,
    metrics: live.metrics,
    tensors,
  };
}

function groupsOf(
  { train, reference }: LiveState,
  layout: StateLayout,
): [string, readonly ParameterSpec[], readonly tf.Tensor[]][] {
  return [
    ['weights', layout.train, train.weights],
    ['m', layout.train, train.m],
    ['v', layout.train, train.v],
    ['reference', layout.reference, layout.reference.length === 0 ? [] : (reference ?? [])],
  ];
}

/**
 * The way back into the engine, for the run that it was taken from.
 * @throws TrainerError INCOMPATIBLE_STATE saying what does not fit.
 */
export function restoreState(state: SessionState, layout: StateLayout, owner: StateOwner): LiveState {
  const refuse = refusal(state, 'resumed');
  assertReadable(state, refuse);
  if (state.configHash !== owner.configHash)
    refuse(
      `it belongs to another configuration (hash ${state.configHash.slice(0, 12)}…, this run's is ${owner.configHash.slice(0, 12)}…)`,
    );
  assertSameBase(state, owner.base, refuse);
  const find = finder(state, refuse);
  // All found before any is uploaded: a refusal leaves no tensors behind.
  const found = {
    weights: layout.train.map((spec) => find('weights', spec)),
    m: layout.train.map((spec) => find('m', spec)),
    v: layout.train.map((spec) => find('v', spec)),
    reference: layout.reference.map((spec) => find('reference', spec)),
  };
  const { warmupCursor, promptCursor, updates } = state.counters;
  return {
    step: state.step,
    stage: state.stage,
    train: { weights: upload(found.weights), m: upload(found.m), v: upload(found.v), updates },
    reference: inPolicyGradient(state) ? upload(found.reference) : null,
    scalars: state.scalars,
    metrics: state.metrics,
    warmupCursor,
    promptCursor,
  };
}

/** Whether a step of the policy gradient was made: only then there are a reference and what that stage adds to the weights. */
export function inPolicyGradient({ stage, step }: Pick<SessionState, 'stage' | 'step'>): boolean {
  return stage === 'POLICY_GRADIENT' && step > 0;
}

export type Refuse = (reason: string) => never;

export function refusal({ step }: SessionState, what: string): Refuse {
  return (reason) => {
    throw new TrainerError(
      'INCOMPATIBLE_STATE',
      `the checkpoint of step ${step} cannot be ${what}: ${reason}`,
    );
  };
}

export function assertReadable(state: SessionState, refuse: Refuse): void {
  if (state.formatVersion !== STATE_FORMAT_VERSION)
    refuse(`it has format ${state.formatVersion}, this trainer reads format ${STATE_FORMAT_VERSION}`);
  const broken = firstNotFinite(state.tensors, state.scalars);
  if (broken !== undefined) refuse(broken);
}

export function assertSameBase(state: SessionState, base: ModelBase | null, refuse: Refuse): void {
  const name = (one: ModelBase | null): string =>
    one === null ? 'a model from scratch' : `the model "${one.source}" (files ${one.sha256.slice(0, 12)}…)`;
  if (state.base?.sha256 !== base?.sha256)
    refuse(`it stands on ${name(state.base)}, the run on ${name(base)}`);
}

/** Finds a tensor by group and parameter, of the shape that is needed. */
export function finder(
  state: SessionState,
  refuse: Refuse,
): (group: string, spec: ParameterSpec) => StateTensor {
  const byName = new Map(state.tensors.map((tensor) => [tensor.name, tensor]));
  return (group, { name, shape }) => {
    const tensor = byName.get(`${group}/${name}`) ?? refuse(`it lacks the tensor ${group}/${name}`);
    const size = shape.reduce((product, axis) => product * axis, 1);
    if (String(tensor.shape) !== String(shape) || tensor.data.length !== size)
      refuse(
        `tensor ${tensor.name} has shape [${tensor.shape}] and ${tensor.data.length} values, the model's is [${shape}]`,
      );
    return tensor;
  };
}

export function upload(tensors: readonly StateTensor[]): tf.Tensor[] {
  return tensors.map(({ data, shape }) => tf.tensor(Float32Array.from(data), [...shape], 'float32'));
}

/** In words; undefined when all numbers are finite. */
function firstNotFinite(tensors: readonly StateTensor[], scalars: Scalars): string | undefined {
  for (const [name, value] of Object.entries(scalars))
    if (!Number.isFinite(value)) return `${name} is ${value}`;
  for (const { name, data } of tensors) {
    const index = data.findIndex((value) => !Number.isFinite(value));
    if (index >= 0) return `value ${index} of ${name} is ${data[index]}`;
  }
  return undefined;
}

/** Weights before the first update. */
export function freshState(weights: readonly tf.Tensor[]): TrainState {
  return {
    weights,
    m: weights.map((weight) => tf.zerosLike(weight)),
    v: weights.map((weight) => tf.zerosLike(weight)),
    updates: 0,
  };
}

/** SHA-256 (hex) of names, shapes and bytes of the weights: equal hashes, equal weights to the last bit. */
export async function hashWeights(
  weights: readonly tf.Tensor[],
  specs: readonly ParameterSpec[],
): Promise<string> {
  const tensors: StateTensor[] = [];
  for (const [index, tensor] of weights.entries())
    tensors.push({
      name: specs[index]?.name ?? '',
      shape: tensor.shape,
      data: await tensor.data<'float32'>(),
    });
  return hashTensors(tensors);
}

/** The same of a state that is not in any engine. */
export function hashStateWeights(state: Pick<SessionState, 'tensors'>): string {
  const group = 'weights/';
  return hashTensors(
    state.tensors
      .filter(({ name }) => name.startsWith(group))
      .map((tensor) => ({ ...tensor, name: tensor.name.slice(group.length) })),
  );
}

function hashTensors(tensors: readonly StateTensor[]): string {
  const hash = createHash('sha256');
  for (const { name, shape, data } of tensors)
    hash.update(`${name}[${shape}]\0`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}
