/**
 * @file A Llama-style decoder (arXiv 2302.13971): RMSNorm before each branch, rotary positions, grouped-query attention,
 * SwiGLU. Pure functions of the flat list of weights that `parameters.ts` describes.
 *
 * Prompts of a batch are padded on the left, so that all completions begin at the same place. Positions are places in the
 * padded sequence: rotary attention depends on differences of positions only, and pads are masked, so padding changes no logit.
 */
import type { ModelConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { at } from '../at.ts';
import {
  attention,
  cachePlace,
  causalBias,
  decodeAttention,
  decodeBias,
  embedding,
  linear,
  linearTransposed,
  prefillCache,
  rmsNorm,
  rope,
  ropeAt,
  ropeTables,
  swiglu,
  writeCache,
  type RopeTables,
} from '../ops/index.ts';
import { modelSizes, PARAMETERS_PER_LAYER, type ModelSizes } from './parameters.ts';

export interface Decoder {
  readonly config: ModelConfig;
  readonly sizes: ModelSizes;
  /**
   * Logits of the last `tail` places of each sequence.
   * @param weights in the order of `parameterSpecs`
   * @param ids int32 [B, T], pads on the left
   * @param padding int32 [B], how many pads each sequence begins with
   * @returns [B, tail, V]
   */
  logits(weights: readonly tf.Tensor[], ids: tf.Tensor, padding: tf.Tensor, tail: number): tf.Tensor;
  /**
   * Reads prompts and keeps their keys and values.
   * @param ids int32 [B, P] @param padding int32 [B] @param length Tmax, room for prompt and completion
   */
  prefill(weights: readonly tf.Tensor[], ids: tf.Tensor, padding: tf.Tensor, length: number): DecodeState;
  /** What `decode` needs for a cache of length Tmax: made once for many steps. */
  tables(length: number): RopeTables;
  /** One more token per sequence. */
  decode(weights: readonly tf.Tensor[], input: DecodeInput): DecodeState;
}

export interface DecodeInput {
  /** From `prefill` or the step before. */
  readonly cache: readonly tf.Tensor[];
  /** int32 [B] */
  readonly tokens: tf.Tensor;
  /** int32 [B] */
  readonly padding: tf.Tensor;
  /** int32 [], the place of these tokens in the cache. */
  readonly position: tf.Tensor;
  readonly tables: RopeTables;
}

export interface DecodeState {
  /** [B, V], of the token to come. */
  readonly logits: tf.Tensor;
  /** Keys and values of each layer in turn, each [B, Hkv, Tmax, Dh]. */
  readonly cache: tf.Tensor[];
}

/** How one pass attends: what differs between training, prefill and decoding. */
type Attend = (layer: number, q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => tf.Tensor;

interface Layer {
  readonly attentionNorm: tf.Tensor;
  readonly qkv: tf.Tensor;
  readonly out: tf.Tensor;
  readonly feedForwardNorm: tf.Tensor;
  readonly gateUp: tf.Tensor;
  readonly down: tf.Tensor;
}

export function decoder(config: ModelConfig, vocabulary: number): Decoder {
  const sizes = modelSizes(config, vocabulary);
  const { headWidth, kvHeads } = sizes;

  /** [B, T] ids to the last hidden states [B, T, D]. */
  function hidden(
    weights: readonly tf.Tensor[],
    ids: tf.Tensor,
    tables: RopeTables,
    attend: Attend,
  ): tf.Tensor {
    let x = embedding(at(weights, 0), ids); // [B, T, D]
    for (let index = 0; index < config.layers; index++) {
      const layer = layerOf(weights, index);
      const [q, k, v] = heads(linear(rmsNorm(x, layer.attentionNorm), layer.qkv));
      const attended = attend(index, rope(q, tables), rope(k, tables), v); // [B, T, D]
      x = tf.add(x, linear(attended, layer.out));
      const gated = swiglu(linear(rmsNorm(x, layer.feedForwardNorm), layer.gateUp)); // [B, T, F]
      x = tf.add(x, linear(gated, layer.down));
    }
    return x;
  }

  /** [B, T, (H + 2 Hkv) Dh] to queries [B, T, H, Dh], keys and values [B, T, Hkv, Dh]. */
  function heads(x: tf.Tensor): [tf.Tensor, tf.Tensor, tf.Tensor] {
    const [batch, length] = [at(x.shape, 0), at(x.shape, 1)];
    const counts = [config.heads, kvHeads, kvHeads];
    const parts = tf
      .split(
        x,
        counts.map((count) => count * headWidth),
        -1,
      )
      .map((part, index) => tf.reshape(part, [batch, length, at(counts, index), headWidth]));
    return [at(parts, 0), at(parts, 1), at(parts, 2)];
  }

  /** Hidden states [B, T, D] to logits [B, T, V]. */
  function head(weights: readonly tf.Tensor[], x: tf.Tensor): tf.Tensor {
    const last = 1 + config.layers * PARAMETERS_PER_LAYER;
    const normal = rmsNorm(x, at(weights, last));
    return config.tieEmbeddings
      ? linearTransposed(normal, at(weights, 0))
      : linear(normal, at(weights, last + 1));
  }

  const tail = (x: tf.Tensor, count: number): tf.Tensor =>
    tf.slice(x, [0, at(x.shape, 1) - count, 0], [-1, count, -1]);

  return {
    config,
    sizes,
    logits(weights, ids, padding, count) {
      const length = at(ids.shape, 1);
      const bias = causalBias(padding, length);
      const tables = ropeTables(length, headWidth, config.ropeTheta);
      const x = hidden(weights, ids, tables, (_, q, k, v) => attention(q, k, v, bias));
      // Norm and head only where a logit is asked for: those of the prompt score nothing.
      return head(weights, tail(x, count));
    },
    prefill(weights, ids, padding, length) {
      const prompt = at(ids.shape, 1);
      const bias = causalBias(padding, prompt);
      const cache: tf.Tensor[] = [];
      const x = hidden(weights, ids, ropeTables(prompt, headWidth, config.ropeTheta), (_, q, k, v) => {
        cache.push(prefillCache(k, length), prefillCache(v, length));
        return attention(q, k, v, bias);
      });
      return { logits: tf.squeeze(head(weights, tail(x, 1)), [1]), cache };
    },
    tables: (length) => ropeTables(length, headWidth, config.ropeTheta),
    decode(weights, { cache, tokens, padding, position, tables }) {
      const [batch, , length] = at(cache, 0).shape;
      if (batch === undefined || length === undefined) throw new RangeError('decode: the cache has no axes');
      const bias = decodeBias(padding, position, length);
      const place = cachePlace(at(cache, 0), position);
      const here = ropeAt(tables, position);
      const next: tf.Tensor[] = [];
      const x = hidden(weights, tf.reshape(tokens, [batch, 1]), here, (layer, q, k, v) => {
        const keys = writeCache(at(cache, 2 * layer), k, place);
        const values = writeCache(at(cache, 2 * layer + 1), v, place);
        next.push(keys, values);
        return decodeAttention(q, keys, values, bias);
      });
      return { logits: tf.squeeze(head(weights, x), [1]), cache: next };
    },
  };
}

function layerOf(weights: readonly tf.Tensor[], index: number): Layer {
  const first = 1 + index * PARAMETERS_PER_LAYER;
  return {
    attentionNorm: at(weights, first),
    qkv: at(weights, first + 1),
    out: at(weights, first + 2),
    feedForwardNorm: at(weights, first + 3),
    gateUp: at(weights, first + 4),
    down: at(weights, first + 5),
  };
}
