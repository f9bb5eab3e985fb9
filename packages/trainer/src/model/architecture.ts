/** @file What a decoder is made of, whatever it came from: a configuration from scratch, or a Hugging Face config.json. */
import type { ScratchModelConfig } from '@nabla/domain';

import type { RopeStretch } from '../ops/rope.ts';

export interface Architecture {
  /** Of the names that `config.json` uses as `model_type`; scratch models are Llamas. */
  readonly family: 'gpt2' | 'llama' | 'qwen2' | 'qwen3';
  /** V: rows of the embedding. */
  readonly vocabulary: number;
  readonly layers: number;
  /** D */
  readonly width: number;
  /** H */
  readonly heads: number;
  /** Hkv */
  readonly kvHeads: number;
  /** Dh; need not be D / H. */
  readonly headWidth: number;
  /** F */
  readonly feedForward: number;
  readonly norm: { readonly kind: 'rms' | 'layer'; readonly epsilon: number };
  readonly activation: 'silu' | 'gelu_tanh';
  /** SwiGLU's gate projection beside the up projection. */
  readonly gated: boolean;
  readonly positions:
    | { readonly kind: 'rotary'; readonly theta: number; readonly scaling: RopeStretch | null }
    /** GPT-2: a learned row for each position. */
    | { readonly kind: 'learned' };
  /** Longest sequence the model can read, or was trained for. */
  readonly maxPositions: number;
  readonly biases: { readonly qkv: boolean; readonly out: boolean; readonly feedForward: boolean };
  /** Qwen3: RMSNorm over each head of queries and keys, before the rotation. */
  readonly qkNorm: boolean;
  readonly tieEmbeddings: boolean;
  /** Standard deviation of initial values, where there are no others. */
  readonly initStd: number;
}

/** RMSNorm's ε of models from scratch. */
const SCRATCH_EPSILON = 1e-6;

export function scratchArchitecture(model: ScratchModelConfig, vocabulary: number): Architecture {
  return {
    family: 'llama',
    vocabulary,
    layers: model.layers,
    width: model.width,
    heads: model.heads,
    kvHeads: model.kvHeads ?? model.heads,
    headWidth: model.width / model.heads,
    feedForward: model.feedForward,
    norm: { kind: 'rms', epsilon: SCRATCH_EPSILON },
    activation: 'silu',
    gated: true,
    positions: { kind: 'rotary', theta: model.ropeTheta, scaling: null },
    maxPositions: Infinity,
    biases: { qkv: false, out: false, feedForward: false },
    qkNorm: false,
    tieEmbeddings: model.tieEmbeddings,
    initStd: model.initStd,
  };
}
