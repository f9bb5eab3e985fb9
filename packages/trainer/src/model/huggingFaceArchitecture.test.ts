import { describe, expect, it } from 'vitest';

import { TrainerError } from '../errors.ts';
import { huggingFaceArchitecture } from './huggingFaceArchitecture.ts';

/** Llama-3.2-1B's, as its directory has it (transformers 4). */
const LLAMA_3_2 = {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  head_dim: 64,
  hidden_act: 'silu',
  hidden_size: 2048,
  intermediate_size: 8192,
  max_position_embeddings: 131072,
  mlp_bias: false,
  model_type: 'llama',
  num_attention_heads: 32,
  num_hidden_layers: 16,
  num_key_value_heads: 8,
  rms_norm_eps: 1e-5,
  rope_scaling: {
    factor: 32.0,
    high_freq_factor: 4.0,
    low_freq_factor: 1.0,
    original_max_position_embeddings: 8192,
    rope_type: 'llama3',
  },
  rope_theta: 500000.0,
  tie_word_embeddings: true,
  vocab_size: 128256,
};
/** Qwen2.5-0.5B-Instruct's. */
const QWEN_2_5 = {
  architectures: ['Qwen2ForCausalLM'],
  hidden_act: 'silu',
  hidden_size: 896,
  initializer_range: 0.02,
  intermediate_size: 4864,
  max_position_embeddings: 32768,
  max_window_layers: 21,
  model_type: 'qwen2',
  num_attention_heads: 14,
  num_hidden_layers: 24,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 1000000.0,
  sliding_window: 32768,
  tie_word_embeddings: true,
  use_sliding_window: false,
  vocab_size: 151936,
};
const GPT_2 = {
  activation_function: 'gelu_new',
  architectures: ['GPT2LMHeadModel'],
  layer_norm_epsilon: 1e-5,
  model_type: 'gpt2',
  n_ctx: 1024,
  n_embd: 768,
  n_head: 12,
  n_layer: 12,
  n_positions: 1024,
  vocab_size: 50257,
};

describe('huggingFaceArchitecture', () => {
  it('reads Llama 3.2', () => {
    expect(huggingFaceArchitecture(LLAMA_3_2)).toEqual({
      family: 'llama',
      vocabulary: 128256,
      layers: 16,
      width: 2048,
      heads: 32,
      kvHeads: 8,
      headWidth: 64,
      feedForward: 8192,
      norm: { kind: 'rms', epsilon: 1e-5 },
      activation: 'silu',
      gated: true,
      positions: {
        kind: 'rotary',
        theta: 500000,
        scaling: { factor: 32, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 8192 },
      },
      maxPositions: 131072,
      biases: { qkv: false, out: false, feedForward: false },
      qkNorm: false,
      tieEmbeddings: true,
      initStd: 0.02,
    });
  });

  it('reads Qwen2.5, whose biases no setting mentions, and Qwen3, whose heads have a width of their own', () => {
    const qwen2 = huggingFaceArchitecture(QWEN_2_5);
    expect(qwen2).toMatchObject({ headWidth: 64, kvHeads: 2, tieEmbeddings: true, qkNorm: false });
    expect(qwen2.biases).toEqual({ qkv: true, out: false, feedForward: false });
    const { head_dim: _, ...rest } = { ...QWEN_2_5, head_dim: 0 };
    const qwen3 = huggingFaceArchitecture({
      ...rest,
      architectures: ['Qwen3ForCausalLM'],
      model_type: 'qwen3',
      num_attention_heads: 16,
      num_key_value_heads: 8,
      hidden_size: 1024,
    });
    expect(qwen3).toMatchObject({ family: 'qwen3', headWidth: 128, qkNorm: true });
    expect(qwen3.biases).toEqual({ qkv: false, out: false, feedForward: false });
  });

  it('reads GPT-2 by the defaults that its directory leaves out', () => {
    expect(huggingFaceArchitecture(GPT_2)).toMatchObject({
      family: 'gpt2',
      headWidth: 64,
      feedForward: 3072,
      norm: { kind: 'layer', epsilon: 1e-5 },
      positions: { kind: 'learned' },
      maxPositions: 1024,
      biases: { qkv: true, out: true, feedForward: true },
      tieEmbeddings: true,
    });
  });

  it('reads the positions of transformers 5 as those of 4', () => {
    const { rope_scaling: scaling, rope_theta: theta, ...rest } = LLAMA_3_2;
    const five = { ...rest, rope_parameters: { ...scaling, rope_theta: theta } };
    expect(huggingFaceArchitecture(five)).toEqual(huggingFaceArchitecture(LLAMA_3_2));
    const older = { ...LLAMA_3_2, rope_scaling: { ...scaling, rope_type: undefined, type: 'llama3' } };
    expect(huggingFaceArchitecture(older)).toEqual(huggingFaceArchitecture(LLAMA_3_2));
  });

  it.each([
    [
      'an unknown architecture, with those supported',
      { ...LLAMA_3_2, model_type: 'gemma3' },
      /"gemma3" is not supported: supported are gpt2 \(GPT-2\), llama .*qwen2 .*qwen3/,
    ],
    ['a name that every object has', { ...LLAMA_3_2, model_type: 'toString' }, /"toString" is not supported/],
    [
      'a model with another output',
      { ...LLAMA_3_2, architectures: ['LlamaForSequenceClassification'] },
      /LlamaForSequenceClassification.*no language model/,
    ],
    ['quantised weights', { ...LLAMA_3_2, quantization_config: { quant_method: 'awq' } }, /quantised/],
    [
      'a sliding window',
      { ...QWEN_2_5, use_sliding_window: true },
      /sliding window \(use_sliding_window, 32768 tokens\)/,
    ],
    [
      'a layer that slides',
      { ...QWEN_2_5, layer_types: ['full_attention', 'sliding_attention'] },
      /"sliding_attention"/,
    ],
    ['another activation', { ...LLAMA_3_2, hidden_act: 'gelu' }, /hidden_act "gelu"/],
    [
      'another activation of GPT-2',
      { ...GPT_2, activation_function: 'relu' },
      /activation_function "relu".*gelu_new/,
    ],
    [
      'unscaled attention',
      { ...GPT_2, scale_attn_by_inverse_layer_idx: true },
      /scale_attn_by_inverse_layer_idx/,
    ],
    ['cross-attention', { ...GPT_2, add_cross_attention: true }, /cross-attention/],
    [
      'another scaling of positions',
      { ...LLAMA_3_2, rope_scaling: { rope_type: 'yarn', factor: 4 } },
      /"yarn" is not supported: default and llama3/,
    ],
    [
      'a scaling that lacks a number',
      { ...LLAMA_3_2, rope_scaling: { rope_type: 'llama3', factor: 4 } },
      /low_freq_factor/,
    ],
    [
      'a scaling upside down',
      { ...LLAMA_3_2, rope_scaling: { ...LLAMA_3_2.rope_scaling, high_freq_factor: 1 } },
      /high_freq_factor 1 must be above/,
    ],
    [
      'positions of a part of the head',
      { ...LLAMA_3_2, partial_rotary_factor: 0.5 },
      /partial_rotary_factor 0.5/,
    ],
    ['a missing number, by name', { ...LLAMA_3_2, hidden_size: undefined }, /hidden_size/],
    ['heads that do not divide the width', { ...GPT_2, n_head: 7 }, /width 768 is not divisible by 7 heads/],
    ['heads that do not share evenly', { ...LLAMA_3_2, num_key_value_heads: 5 }, /32 heads cannot share 5/],
    ['an odd head', { ...LLAMA_3_2, head_dim: 63 }, /head width 63 must be even/],
    ['no object', 'config', /holds "config", where an object with a model_type/],
    ['null', null, /holds null, where an object/],
    ['a list', [LLAMA_3_2], /where an object/],
    [
      'no model_type',
      { ...LLAMA_3_2, model_type: undefined },
      /has no model_type.*supported are gpt2 \(GPT-2\), llama/,
    ],
  ])('refuses %s', (_, config, message) => {
    const read = () => huggingFaceArchitecture(config, 'somewhere/config.json');
    expect(read).toThrow(message);
    expect(read).toThrow(TrainerError);
    expect(read).toThrow(/somewhere\/config\.json/);
  });
});
