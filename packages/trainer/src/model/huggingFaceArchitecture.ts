/**
 * @file Reads what a decoder is made of from a Hugging Face `config.json`, with the defaults of the transformers library, and
 * refuses by name what would change the numbers and is not built.
 */
import { z } from 'zod';

import { TrainerError } from '../errors.ts';
import type { RopeStretch } from '../ops/rope.ts';
import type { Architecture } from './architecture.ts';

/** `model_type` of each family that can be loaded, and models it stands for. */
export const SUPPORTED_MODEL_TYPES = {
  gpt2: 'GPT-2',
  llama: 'Llama 3, SmolLM, SmolLM2',
  qwen2: 'Qwen2, Qwen2.5',
  qwen3: 'Qwen3',
} as const;

const size = z.int().min(1);
const flag = z.boolean();

const commonSchema = z.object({
  model_type: z.string().nullish(),
  architectures: z.array(z.string()).nullish(),
  quantization_config: z.unknown().optional(),
});

const gpt2Schema = z.object({
  vocab_size: size,
  n_layer: size,
  n_embd: size,
  n_head: size,
  n_positions: size,
  n_inner: size.nullish(),
  layer_norm_epsilon: z.number().gt(0).default(1e-5),
  activation_function: z.string().default('gelu_new'),
  tie_word_embeddings: flag.default(true),
  initializer_range: z.number().gt(0).default(0.02),
  scale_attn_weights: flag.default(true),
  scale_attn_by_inverse_layer_idx: flag.default(false),
  add_cross_attention: flag.default(false),
});

const ropeSchema = z
  .looseObject({
    rope_type: z.string().optional(),
    /** Older name. */
    type: z.string().optional(),
    rope_theta: z.number().gt(0).optional(),
    partial_rotary_factor: z.number().nullish(),
  })
  .nullish();

const llama3RopeSchema = z.object({
  factor: z.number().gt(0),
  low_freq_factor: z.number().gt(0),
  high_freq_factor: z.number().gt(0),
  original_max_position_embeddings: size,
});

const llamaLikeSchema = z.object({
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  rms_norm_eps: z.number().gt(0).default(1e-6),
  max_position_embeddings: size.default(2048),
  hidden_act: z.string().default('silu'),
  tie_word_embeddings: flag.default(false),
  initializer_range: z.number().gt(0).default(0.02),
  attention_bias: flag.default(false),
  mlp_bias: flag.default(false),
  rope_theta: z.number().gt(0).nullish(),
  rope_scaling: ropeSchema,
  /** The name of both since transformers 5. */
  rope_parameters: ropeSchema,
  partial_rotary_factor: z.number().nullish(),
  use_sliding_window: flag.default(false),
  sliding_window: size.nullish(),
  layer_types: z.array(z.string()).nullish(),
});
type LlamaLike = z.output<typeof llamaLikeSchema>;

/**
 * @param configJson the parsed file
 * @param file for messages
 * @throws TrainerError MODEL naming what is unknown, unsupported or wrong
 */
export function huggingFaceArchitecture(configJson: unknown, file = 'config.json'): Architecture {
  if (typeof configJson !== 'object' || configJson === null || Array.isArray(configJson))
    return refuse(
      file,
      `holds ${JSON.stringify(configJson).slice(0, 40)}, where an object with a model_type is expected`,
    );
  const common = parse(commonSchema, configJson, file);
  const type =
    common.model_type ?? refuse(file, `has no model_type, which names the architecture: ${supported()}`);
  if (!Object.hasOwn(SUPPORTED_MODEL_TYPES, type))
    refuse(file, `the architecture "${type}" is not supported: ${supported()}`);
  if (common.quantization_config != null)
    refuse(
      file,
      'the weights are quantised (quantization_config): only fp32, fp16 and bf16 weights can be trained, use the unquantised model',
    );
  const other = common.architectures?.find((name) => !/(ForCausalLM|LMHeadModel)$/.test(name));
  if (other !== undefined && other !== 'GPT2Model')
    refuse(file, `"${other}" is no language model with an output over the vocabulary (…ForCausalLM)`);
  const architecture =
    type === 'gpt2'
      ? gpt2(parse(gpt2Schema, configJson, file), file)
      : llamaLike(type, parse(llamaLikeSchema, configJson, file), file);
  return checked(architecture, file);
}

function gpt2(config: z.output<typeof gpt2Schema>, file: string): Architecture {
  if (!['gelu_new', 'gelu_pytorch_tanh'].includes(config.activation_function))
    refuse(
      file,
      `activation_function "${config.activation_function}" is not supported for GPT-2: gelu_new and gelu_pytorch_tanh are`,
    );
  if (!config.scale_attn_weights || config.scale_attn_by_inverse_layer_idx)
    refuse(
      file,
      'attention that is not scaled by 1/√(head width) (scale_attn_weights, scale_attn_by_inverse_layer_idx) is not supported',
    );
  if (config.add_cross_attention) refuse(file, 'cross-attention (add_cross_attention) is not supported');
  return {
    family: 'gpt2',
    vocabulary: config.vocab_size,
    layers: config.n_layer,
    width: config.n_embd,
    heads: config.n_head,
    kvHeads: config.n_head,
    headWidth: config.n_embd / config.n_head,
    feedForward: config.n_inner ?? 4 * config.n_embd,
    norm: { kind: 'layer', epsilon: config.layer_norm_epsilon },
    activation: 'gelu_tanh',
    gated: false,
    positions: { kind: 'learned' },
    maxPositions: config.n_positions,
    biases: { qkv: true, out: true, feedForward: true },
    qkNorm: false,
    tieEmbeddings: config.tie_word_embeddings,
    initStd: config.initializer_range,
  };
}

function llamaLike(type: string, config: LlamaLike, file: string): Architecture {
  if (config.hidden_act !== 'silu')
    refuse(file, `hidden_act "${config.hidden_act}" is not supported: silu is`);
  refuseSlidingWindow(config, file);
  const family = type === 'qwen2' || type === 'qwen3' ? type : 'llama';
  const heads = config.num_attention_heads;
  return {
    family,
    vocabulary: config.vocab_size,
    layers: config.num_hidden_layers,
    width: config.hidden_size,
    heads,
    kvHeads: config.num_key_value_heads ?? heads,
    headWidth: config.head_dim ?? (family === 'qwen3' ? 128 : config.hidden_size / heads),
    feedForward: config.intermediate_size,
    norm: { kind: 'rms', epsilon: config.rms_norm_eps },
    activation: 'silu',
    gated: true,
    positions: { kind: 'rotary', ...rotary(config, file) },
    maxPositions: config.max_position_embeddings,
    biases: {
      // Qwen2's code has them whatever its configuration says, and none elsewhere.
      qkv: family === 'qwen2' || config.attention_bias,
      out: family !== 'qwen2' && config.attention_bias,
      feedForward: family === 'llama' && config.mlp_bias,
    },
    qkNorm: family === 'qwen3',
    tieEmbeddings: config.tie_word_embeddings,
    initStd: config.initializer_range,
  };
}

function rotary(config: LlamaLike, file: string): { theta: number; scaling: RopeStretch | null } {
  const rope = config.rope_parameters ?? config.rope_scaling ?? {};
  const theta = rope.rope_theta ?? config.rope_theta ?? 10_000;
  const partial = rope.partial_rotary_factor ?? config.partial_rotary_factor ?? 1;
  if (partial !== 1)
    refuse(
      file,
      `rotary positions of a part of the head only (partial_rotary_factor ${partial}) are not supported`,
    );
  const type = rope.rope_type ?? rope.type ?? 'default';
  if (type === 'default') return { theta, scaling: null };
  if (type !== 'llama3')
    refuse(file, `RoPE scaling of the type "${type}" is not supported: default and llama3 are`);
  const { factor, ...rest } = parse(llama3RopeSchema, rope, `${file}, RoPE scaling`);
  if (rest.high_freq_factor <= rest.low_freq_factor)
    refuse(
      file,
      `RoPE scaling: high_freq_factor ${rest.high_freq_factor} must be above low_freq_factor ${rest.low_freq_factor}`,
    );
  return {
    theta,
    scaling: {
      factor,
      lowFrequencyFactor: rest.low_freq_factor,
      highFrequencyFactor: rest.high_freq_factor,
      originalMaxPositions: rest.original_max_position_embeddings,
    },
  };
}

function refuseSlidingWindow(config: LlamaLike, file: string): void {
  const other = config.layer_types?.find((layer) => layer !== 'full_attention');
  if (other !== undefined)
    refuse(
      file,
      `attention layers of the type "${other}" (layer_types) are not supported: full_attention is`,
    );
  if (config.use_sliding_window)
    refuse(
      file,
      `attention within a sliding window (use_sliding_window, ${config.sliding_window ?? '?'} tokens) is not supported`,
    );
}

/** What the decoder's own arithmetic needs. */
function checked(architecture: Architecture, file: string): Architecture {
  const { heads, kvHeads, headWidth, positions } = architecture;
  if (!Number.isInteger(headWidth))
    refuse(file, `the width ${architecture.width} is not divisible by ${heads} heads`);
  if (heads % kvHeads !== 0) refuse(file, `${heads} heads cannot share ${kvHeads} key/value heads evenly`);
  if (positions.kind === 'rotary' && headWidth % 2 !== 0)
    refuse(file, `the head width ${headWidth} must be even for rotary positions`);
  return architecture;
}

function supported(): string {
  const list = Object.entries(SUPPORTED_MODEL_TYPES).map(([type, models]) => `${type} (${models})`);
  return `supported are ${list.join(', ')}`;
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, file: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) return refuse(file, z.prettifyError(parsed.error));
  return parsed.data;
}

function refuse(file: string, message: string): never {
  throw new TrainerError('MODEL', `${file}: ${message}`);
}
