/** @file The decoder's weights as a flat, ordered list: names, shapes, and their initial values from the seed alone. */
import type { ModelConfig } from '@nabla/domain';

import { normals } from '../ops/random.ts';
import { STREAMS } from '../streams.ts';

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Matrices shrink under weight decay and start from normals; the gains of the norms start at 1. */
  readonly kind: 'matrix' | 'gain';
  /** Standard deviation of the initial values; 0 for gains. */
  readonly std: number;
}

/** Sizes that are not in the configuration as such. */
export interface ModelSizes {
  /** V */
  readonly vocabulary: number;
  /** Dh */
  readonly headWidth: number;
  /** Hkv */
  readonly kvHeads: number;
}

export function modelSizes(model: ModelConfig, vocabulary: number): ModelSizes {
  return { vocabulary, headWidth: model.width / model.heads, kvHeads: model.kvHeads ?? model.heads };
}

/** How many parameters a layer has in the list. */
export const PARAMETERS_PER_LAYER = 6;

/**
 * The list: embedding, then six per layer, then the last norm and, unless it is tied to the embedding, the head. Query, key
 * and value projections are one matrix, gate and up projections another: one product each. The projections that end a
 * residual branch start smaller by sqrt(2 · layers), so that the residual stream does not grow with depth (GPT-2).
 */
export function parameterSpecs(
  model: ModelConfig,
  { vocabulary, headWidth, kvHeads }: ModelSizes,
): ParameterSpec[] {
  const { width, feedForward, initStd } = model;
  const matrix = (name: string, rows: number, columns: number, std = initStd): ParameterSpec => ({
    name,
    shape: [rows, columns],
    kind: 'matrix',
    std,
  });
  const gain = (name: string): ParameterSpec => ({ name, shape: [width], kind: 'gain', std: 0 });
  const branchStd = initStd / Math.sqrt(2 * model.layers);
  const layers = Array.from({ length: model.layers }, (_, layer) => [
    gain(`layers.${layer}.attention.norm`),
    matrix(`layers.${layer}.attention.qkv`, width, (model.heads + 2 * kvHeads) * headWidth),
    matrix(`layers.${layer}.attention.out`, width, width, branchStd),
    gain(`layers.${layer}.feedForward.norm`),
    matrix(`layers.${layer}.feedForward.gateUp`, width, 2 * feedForward),
    matrix(`layers.${layer}.feedForward.down`, feedForward, width, branchStd),
  ]);
  const head = model.tieEmbeddings ? [] : [matrix('head', width, vocabulary)];
  return [matrix('embedding', vocabulary, width), ...layers.flat(), gain('norm'), ...head];
}

/** Initial values in the order of the list: the same on every backend and machine. */
export function initialValues(specs: readonly ParameterSpec[], seed: number): Float32Array[] {
  return specs.map(({ shape, kind, std }, counter) => {
    const size = shape.reduce((product, axis) => product * axis, 1);
    if (kind === 'gain') return new Float32Array(size).fill(1);
    return normals({ seed, stream: STREAMS.weights, counter }, size).map((value) => value * std);
  });
}
