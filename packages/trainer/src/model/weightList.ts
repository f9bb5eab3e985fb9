/** @file The flat list of weights as a decoder reads it: by name, layer by layer, with adapters where there are any. */
import type * as tf from '@tensorflow/tfjs-core';

import type { Architecture } from './architecture.ts';
import { loraSpecs, type AdaptedProjection, type LoraLayout } from './lora.ts';
import { parameterSpecs, type ProjectionName } from './parameters.ts';

export interface Norm {
  readonly gain: tf.Tensor;
  /** Of a layer norm. */
  readonly bias: tf.Tensor | null;
}

export interface Projection {
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor | null;
  /** Needs no gradient. */
  readonly frozen: boolean;
  readonly adapter: Adapter | null;
}

export interface Adapter extends AdaptedProjection {
  readonly a: tf.Tensor;
  readonly bs: readonly tf.Tensor[];
  readonly scale: number;
}

export interface LayerWeights {
  readonly attentionNorm: Norm;
  readonly qkv: Projection;
  /** Qwen3: gains over each head. */
  readonly headNorms: { readonly q: tf.Tensor; readonly k: tf.Tensor } | null;
  readonly out: Projection;
  readonly feedForwardNorm: Norm;
  readonly gateUp: Projection;
  readonly down: Projection;
}

export interface DecoderWeights {
  readonly embedding: tf.Tensor;
  /** Learned positions. */
  readonly positions: tf.Tensor | null;
  readonly layers: readonly LayerWeights[];
  readonly norm: Norm;
  /** [D, V]; null where the embedding is the head. */
  readonly head: tf.Tensor | null;
  /** Only the adapters learn: the base needs no gradients. */
  readonly frozen: boolean;
}

/**
 * Tells what stands where in the list: the base in the order of `parameterSpecs`, then all adapters in the order of `loraSpecs`,
 * or none of them: the base alone is the model as it was.
 * @returns a function that throws an Error for a list of another length
 */
export function weightReader(
  architecture: Architecture,
  lora: LoraLayout | null,
): (weights: readonly tf.Tensor[]) => DecoderWeights {
  const base = parameterSpecs(architecture);
  const adapters = lora ? loraSpecs(architecture.layers, lora) : [];
  const places = new Map([...base, ...adapters].map(({ name }, index) => [name, index]));

  return (weights) => {
    const adapted = adapters.length > 0 && weights.length > base.length;
    const expected = base.length + (adapted ? adapters.length : 0);
    if (weights.length !== expected)
      throw new Error(
        `the decoder takes ${base.length} weights${lora ? `, or these and ${adapters.length} of adapters` : ''}; it was given ${weights.length}`,
      );
    const find = (name: string): tf.Tensor | null => weights[places.get(name) ?? -1] ?? null;
    const get = (name: string): tf.Tensor => {
      const found = find(name);
      if (!found) throw new Error(`the list of weights has no ${name}`);
      return found;
    };
    const norm = (name: string): Norm => ({ gain: get(name), bias: find(`${name}.bias`) });
    const adapter = (layer: string, name: ProjectionName): Adapter | null => {
      const layout = lora?.projections.get(name);
      if (!lora || !layout || !adapted) return null;
      const prefix = `${layer}.${name}.lora`;
      const bs = layout.parts.map((part) => get(`${prefix}.b.${part.names.join('')}`));
      return { ...layout, a: get(`${prefix}.a`), bs, scale: lora.scale };
    };
    const projection = (layer: string, name: ProjectionName): Projection => ({
      weight: get(`${layer}.${name}`),
      bias: find(`${layer}.${name}.bias`),
      frozen: adapted,
      adapter: adapter(layer, name),
    });
    return {
      embedding: get('embedding'),
      positions: find('positions'),
      layers: Array.from({ length: architecture.layers }, (_, index): LayerWeights => {
        const layer = `layers.${index}`;
        return {
          attentionNorm: norm(`${layer}.attention.norm`),
          qkv: projection(layer, 'attention.qkv'),
          headNorms: architecture.qkNorm
            ? { q: get(`${layer}.attention.qNorm`), k: get(`${layer}.attention.kNorm`) }
            : null,
          out: projection(layer, 'attention.out'),
          feedForwardNorm: norm(`${layer}.feedForward.norm`),
          gateUp: projection(layer, 'feedForward.gateUp'),
          down: projection(layer, 'feedForward.down'),
        };
      }),
      norm: norm('norm'),
      head: find('head'),
      frozen: adapted,
    };
  };
}
