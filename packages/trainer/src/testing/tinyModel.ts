/** @file For tests: a decoder small enough that a step takes milliseconds, and configurations around it. */
import {
  parseRunConfig,
  scratchModelSchema,
  type RunConfig,
  type RunConfigInput,
  type ScratchModelConfig,
} from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { scratchArchitecture } from '../model/architecture.ts';
import { decoder, type Decoder } from '../model/decoder.ts';
import { initialValues, parameterSpecs, type ParameterSpec } from '../model/parameters.ts';
import type { TrainState } from '../update.ts';

/** Grouped-query attention and two layers, so that nothing is left out; weights of deviation 0.3, so that nothing is flat. */
export const TINY_MODEL: ScratchModelConfig = scratchModelSchema.parse({
  kind: 'scratch',
  layers: 2,
  width: 16,
  heads: 4,
  kvHeads: 2,
  feedForward: 24,
  initStd: 0.3,
});

export interface TinyPolicy {
  readonly model: Decoder;
  readonly specs: readonly ParameterSpec[];
  readonly state: TrainState;
  dispose(): void;
}

export function tinyPolicy(
  vocabulary: number,
  config: ScratchModelConfig = TINY_MODEL,
  seed = 1,
): TinyPolicy {
  const architecture = scratchArchitecture(config, vocabulary);
  const model = decoder(architecture);
  const specs = parameterSpecs(architecture);
  const weights = initialValues(specs, seed).map((values, index) =>
    tf.tensor(values, [...(specs[index]?.shape ?? [])], 'float32'),
  );
  const state: TrainState = {
    weights,
    m: weights.map((weight) => tf.zerosLike(weight)),
    v: weights.map((weight) => tf.zerosLike(weight)),
    updates: 0,
  };
  return { model, specs, state, dispose: () => tf.dispose([...state.weights, ...state.m, ...state.v]) };
}

/** A run of a few small steps; `change` replaces whole top-level parts. */
export function tinyConfig(change: Partial<RunConfigInput> = {}): RunConfig {
  const parsed = parseRunConfig({
    name: 'tiny',
    model: TINY_MODEL,
    task: { kind: 'sort_digits', length: { min: 1, max: 2 } },
    warmup: { steps: 3, batchSize: 8 },
    policyGradient: { steps: 4, promptsPerStep: 3, groupSize: 4, maxNewTokens: 4 },
    ...change,
  });
  if (!parsed.ok)
    throw new Error(parsed.errors.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  return parsed.config;
}
