/** @file The parts of a decoder's layer, as each architecture has them: norm, projection, split into heads, activation. */
import * as tf from '@tensorflow/tfjs-core';

import { at } from '../at.ts';
import {
  frozenLinear,
  geluTanh,
  layerNorm,
  linear,
  lowRank,
  rmsNorm,
  rope,
  swiglu,
  type RopeTables,
} from '../ops/index.ts';
import type { Architecture } from './architecture.ts';
import type { LayerWeights, Norm, Projection } from './weightList.ts';

/** How one pass attends, which is where training, prefill and decoding differ: q [B, T, H, Dh], k and v [B, T, Hkv, Dh] to [B, T, H · Dh]. */
export type Attend = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => tf.Tensor;

/**
 * One layer: both residual branches.
 * @param x [B, T, D]
 * @param tables of the T positions; null where positions are learned
 */
export function layerForward(
  architecture: Architecture,
  layer: LayerWeights,
  x: tf.Tensor,
  tables: RopeTables | null,
  attend: Attend,
): tf.Tensor {
  const qkv = project(normalise(architecture, x, layer.attentionNorm), layer.qkv);
  const { q, k, v } = splitHeads(architecture, qkv);
  const turned = (heads: tf.Tensor, gain: tf.Tensor | undefined): tf.Tensor => {
    const normal = gain === undefined ? heads : rmsNorm(heads, gain, architecture.norm.epsilon);
    return tables === null ? normal : rope(normal, tables);
  };
  const attended = attend(turned(q, layer.headNorms?.q), turned(k, layer.headNorms?.k), v);
  const middle = tf.add(x, project(attended, layer.out));
  const inner = project(normalise(architecture, middle, layer.feedForwardNorm), layer.gateUp);
  return tf.add(middle, project(activate(architecture, inner), layer.down));
}

export function normalise({ norm }: Architecture, x: tf.Tensor, { gain, bias }: Norm): tf.Tensor {
  return bias === null ? rmsNorm(x, gain, norm.epsilon) : layerNorm(x, gain, bias, norm.epsilon);
}

/** x [..., D] to [..., E]. */
function project(x: tf.Tensor, { weight, bias, frozen, adapter }: Projection): tf.Tensor {
  let y = frozen ? frozenLinear(x, weight) : linear(x, weight);
  if (adapter !== null) {
    const { a, bs, parts, columns, scale } = adapter;
    y = tf.add(y, lowRank(x, a, bs, parts, columns, scale));
  }
  return bias === null ? y : tf.add(y, bias);
}

/** [B, T, (H + 2 Hkv) Dh] to queries [B, T, H, Dh], keys and values [B, T, Hkv, Dh]. */
function splitHeads(
  { heads, kvHeads, headWidth }: Architecture,
  x: tf.Tensor,
): { q: tf.Tensor; k: tf.Tensor; v: tf.Tensor } {
  const [batch, length] = [at(x.shape, 0), at(x.shape, 1)];
  const counts = [heads, kvHeads, kvHeads];
  const parts = tf
    .split(
      x,
      counts.map((count) => count * headWidth),
      -1,
    )
    .map((part, index) => tf.reshape(part, [batch, length, at(counts, index), headWidth]));
  return { q: at(parts, 0), k: at(parts, 1), v: at(parts, 2) };
}

/** [B, T, 2F] (gate, up) or [B, T, F] to [B, T, F]. */
function activate({ gated, activation }: Architecture, x: tf.Tensor): tf.Tensor {
  if (gated && activation === 'silu') return swiglu(x);
  if (!gated && activation === 'gelu_tanh') return geluTanh(x);
  throw new Error(`decoder: no activation ${activation}${gated ? ' with' : ' without'} a gate`);
}
