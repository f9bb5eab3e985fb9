/**
 * @file A decoder-only transformer, as GPT-2, Llama, Qwen2 and Qwen3 have it: pure functions of the flat list of weights that
 * `parameters.ts` describes, adapters of `lora.ts` after them.
 *
 * Prompts of a batch are padded on the left, so that all completions begin at the same place. Rotary positions are places in the
 * padded sequence: attention depends on their differences only, and pads are masked, so padding changes no logit. Learned
 * positions count from a sequence's first token.
 */
import * as tf from '@tensorflow/tfjs-core';

import { at } from '../at.ts';
import {
  attention,
  cachePlace,
  causalBias,
  chunkedTokenScores,
  decodeAttention,
  decodeBias,
  embedding,
  frozenLinear,
  frozenLinearTransposed,
  linear,
  linearTransposed,
  logProbsAndEntropy,
  prefillCache,
  ropeAt,
  ropeFrequencies,
  ropeTables,
  writeCache,
  type RopeTables,
} from '../ops/index.ts';
import type { Architecture } from './architecture.ts';
import { layerForward, normalise, type Attend } from './layers.ts';
import type { LoraLayout } from './lora.ts';
import { weightReader, type DecoderWeights } from './weightList.ts';

export interface Decoder {
  readonly architecture: Architecture;
  /**
   * Logits of the last `tail` places of each sequence.
   * @param weights base, and adapters or none (`weightReader`)
   * @param ids int32 [B, T], pads on the left
   * @param padding int32 [B], how many pads each sequence begins with
   * @returns [B, tail, V]
   */
  logits(weights: readonly tf.Tensor[], ids: tf.Tensor, padding: tf.Tensor, tail: number): tf.Tensor;
  /** The last `tail` hidden states after the final norm, [B, tail, D]; what the head, or a value head, reads. */
  hidden(weights: readonly tf.Tensor[], ids: tf.Tensor, padding: tf.Tensor, tail: number): tf.Tensor;
  /** Hidden states [..., D] to logits [..., V]. */
  project(weights: readonly tf.Tensor[], hidden: tf.Tensor): tf.Tensor;
  /**
   * Log-probabilities of tokens from the hidden states that foresee them, without a second copy of the logits, and for large
   * vocabularies without the logits (`ops/chunkedTokenScores.ts`). Differentiable in hidden states and head.
   * @param hidden [B, C, D] @param tokens int32 [B, C]
   */
  tokenScores(
    weights: readonly tf.Tensor[],
    hidden: tf.Tensor,
    tokens: tf.Tensor,
    temperature: number,
    options?: TokenScoreOptions,
  ): TokenScores;
  /**
   * Reads prompts and keeps their keys and values.
   * @param ids int32 [B, P] @param padding int32 [B] @param length Tmax, room for prompt and completion
   */
  prefill(weights: readonly tf.Tensor[], ids: tf.Tensor, padding: tf.Tensor, length: number): DecodeState;
  /** What `decode` needs for a cache of length Tmax: made once for many steps. Null where positions are learned. */
  tables(length: number): RopeTables | null;
  /** One more token per sequence. */
  decode(weights: readonly tf.Tensor[], input: DecodeInput): DecodeState;
}

export interface TokenScoreOptions {
  /** Whether the entropy is differentiable; without it the gradient costs less. Default true. */
  readonly entropyGradient?: boolean;
  /** Numbers that a tensor of logits may hold before they are computed in slices, and those of a slice. For tests. */
  readonly maxLogits?: number;
  readonly sliceLogits?: number;
}

export interface TokenScores {
  /** [B, C], log π(token) under softmax(logits / temperature) */
  readonly logp: tf.Tensor;
  /** [B, C], nats */
  readonly entropy: tf.Tensor;
  /** [B, C], 1 where no token is likelier, else 0; has no gradient. */
  isTop(): tf.Tensor;
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
  readonly tables: RopeTables | null;
}

export interface DecodeState {
  /** [B, V], of the token to come. */
  readonly logits: tf.Tensor;
  /** Keys and values of each layer in turn, each [B, Hkv, Tmax, Dh]. */
  readonly cache: tf.Tensor[];
}

/** 256 MiB of float32: below, the logits are kept and one product of the head is saved. */
const MAX_LOGITS = 2 ** 26;
/** 32 MiB; measured, forward and backward pass hold about nine such tensors at a time. */
const SLICE_LOGITS = 2 ** 23;

/** @param lora where weights come with adapters */
export function decoder(architecture: Architecture, lora: LoraLayout | null = null): Decoder {
  const { headWidth, positions, maxPositions, vocabulary } = architecture;
  const frequencies =
    positions.kind === 'rotary' ? ropeFrequencies(headWidth, positions.theta, positions.scaling) : null;
  const read = weightReader(architecture, lora);
  const tablesOf = (length: number) => (frequencies ? ropeTables(length, frequencies) : null);

  /** Ids and their places, int32 [B, T], to the first hidden states [B, T, D]. */
  function embed(weights: DecoderWeights, ids: tf.Tensor, places: () => tf.Tensor): tf.Tensor {
    const tokens = lookUp(weights, weights.embedding, ids);
    if (weights.positions === null) return tokens;
    // Pads come before place 0; a block of a rollout may reach past the last place, and what it draws there is dropped.
    const inside = tf.clipByValue(places(), 0, maxPositions - 1);
    return tf.add(tokens, lookUp(weights, weights.positions, tf.cast(inside, 'int32')));
  }

  /** All layers: [B, T, D] to [B, T, D]. */
  function layersForward(
    weights: DecoderWeights,
    x: tf.Tensor,
    tables: RopeTables | null,
    attend: (layer: number) => Attend,
  ): tf.Tensor {
    return weights.layers.reduce(
      (state, layer, index) => layerForward(architecture, layer, state, tables, attend(index)),
      x,
    );
  }

  /** Whole sequences [B, T] to the hidden states of the last layer; `seen` gets its keys and values. */
  function sequences(
    weights: DecoderWeights,
    ids: tf.Tensor,
    padding: tf.Tensor,
    seen: (k: tf.Tensor, v: tf.Tensor) => void,
  ): tf.Tensor {
    const length = at(ids.shape, 1);
    const bias = causalBias(padding, length);
    const places = () => tf.sub(rangeRow(length), tf.reshape(padding, [padding.size, 1]));
    return layersForward(weights, embed(weights, ids, places), tablesOf(length), () => (q, k, v) => {
      seen(k, v);
      return attention(q, k, v, bias);
    });
  }

  // Norm and head only where a logit is asked for: those of the prompt score nothing.
  const lastStates = (weights: DecoderWeights, x: tf.Tensor, count: number): tf.Tensor =>
    normalise(architecture, tf.slice(x, [0, at(x.shape, 1) - count, 0], [-1, count, -1]), weights.norm);

  function head({ embedding, head, frozen }: DecoderWeights, x: tf.Tensor): tf.Tensor {
    if (head === null) return frozen ? frozenLinearTransposed(x, embedding) : linearTransposed(x, embedding);
    return frozen ? frozenLinear(x, head) : linear(x, head);
  }

  function hidden(list: readonly tf.Tensor[], ids: tf.Tensor, padding: tf.Tensor, tail: number): tf.Tensor {
    const weights = read(list);
    return lastStates(
      weights,
      sequences(weights, ids, padding, () => undefined),
      tail,
    );
  }

  return {
    architecture,
    hidden,
    logits: (list, ids, padding, tail) => head(read(list), hidden(list, ids, padding, tail)),
    project: (list, states) => head(read(list), states),
    tokenScores(list, states, tokens, temperature, options = {}) {
      const weights = read(list);
      const { entropyGradient = true, maxLogits = MAX_LOGITS, sliceLogits = SLICE_LOGITS } = options;
      const rows = tokens.size;
      const flat = tf.reshape(states, [rows, architecture.width]);
      const chosen = tf.reshape(tokens, [rows]);
      const asTokens = (x: tf.Tensor) => tf.reshape(x, tokens.shape);
      if (rows * vocabulary > maxLogits) {
        const { embedding, head: untied, frozen } = weights;
        const scores = chunkedTokenScores(
          flat,
          { weight: untied ?? embedding, transposed: untied === null, frozen },
          chosen,
          { temperature, entropyGradient, columns: Math.max(1, Math.floor(sliceLogits / rows)) },
        );
        const [logp, entropy, isTop] = tf.split(scores, 3, 1).map(asTokens);
        return { logp: given(logp), entropy: given(entropy), isTop: () => given(isTop) };
      }
      const logits = head(weights, flat);
      const scores = logProbsAndEntropy(logits, chosen, temperature, entropyGradient);
      const [logp, entropy] = tf.split(scores, 2, 1).map(asTokens);
      const isTop = () =>
        asTokens(tf.cast(tf.equal(tf.cast(tf.argMax(logits, -1), 'int32'), chosen), 'float32'));
      return { logp: given(logp), entropy: given(entropy), isTop };
    },
    prefill(list, ids, padding, length) {
      const weights = read(list);
      const cache: tf.Tensor[] = [];
      const x = sequences(weights, ids, padding, (k, v) =>
        cache.push(prefillCache(k, length), prefillCache(v, length)),
      );
      return { logits: tf.squeeze(head(weights, lastStates(weights, x, 1)), [1]), cache };
    },
    tables: tablesOf,
    decode(list, { cache, tokens, padding, position, tables }) {
      const weights = read(list);
      const [batch, , length] = at(cache, 0).shape;
      if (batch === undefined || length === undefined) throw new RangeError('decode: the cache has no axes');
      const bias = decodeBias(padding, position, length);
      const place = cachePlace(at(cache, 0), position);
      const here = tables === null ? null : ropeAt(tables, position);
      const next: tf.Tensor[] = [];
      const x = embed(weights, tf.reshape(tokens, [batch, 1]), () =>
        tf.reshape(tf.sub(position, padding), [batch, 1]),
      );
      const last = layersForward(weights, x, here, (layer) => (q, k, v) => {
        const keys = writeCache(at(cache, 2 * layer), k, place);
        const values = writeCache(at(cache, 2 * layer + 1), v, place);
        next.push(keys, values);
        return decodeAttention(q, keys, values, bias);
      });
      return { logits: tf.squeeze(head(weights, lastStates(weights, last, 1)), [1]), cache: next };
    },
  };
}

/** A frozen table is read without the gradient that would be as large as the table. */
function lookUp({ frozen }: DecoderWeights, table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  return frozen ? tf.gather(table, tf.cast(ids, 'int32')) : embedding(table, ids);
}

/** int32 [1, T]: 0 … T − 1 */
function rangeRow(length: number): tf.Tensor {
  return tf.tensor2d(
    Int32Array.from({ length }, (_, place) => place),
    [1, length],
    'int32',
  );
}

function given(tensor: tf.Tensor | undefined): tf.Tensor {
  if (tensor === undefined) throw new Error('decoder: the scores have too few columns');
  return tensor;
}
