/** @file The model of a run: one trained from scratch, or one that a Hugging Face directory holds. */
import { z } from 'zod';

import { BOUNDS } from '../bounds.ts';
import { filePath, positiveInt } from './fields.ts';

/** A Llama-style decoder trained from scratch: RMSNorm, RoPE, SwiGLU, grouped-query attention. */
export const scratchModelSchema = z
  .strictObject({
    kind: z.literal('scratch'),
    layers: positiveInt(BOUNDS.maxLayers).default(4).describe('Transformer blocks'),
    width: positiveInt(BOUNDS.maxWidth).default(128).describe('Model width D'),
    heads: positiveInt(BOUNDS.maxHeads).default(4).describe('Query heads H'),
    kvHeads: positiveInt(BOUNDS.maxHeads)
      .optional()
      .describe('Key/value heads of grouped-query attention; as many as heads when absent'),
    feedForward: positiveInt(BOUNDS.maxFeedForward).default(512).describe('Inner width of SwiGLU'),
    ropeTheta: z.number().min(1).max(1e8).default(10_000).describe('Base of the rotary frequencies'),
    tieEmbeddings: z.boolean().default(false).describe('Use the input embedding as output projection too'),
    initStd: z.number().gt(0).max(1).default(0.02).describe('Standard deviation of the initial weights'),
  })
  .superRefine((model, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (model.width % model.heads !== 0)
      refuse('heads', `width ${model.width} is not divisible by ${model.heads} heads`);
    else if ((model.width / model.heads) % 2 !== 0)
      refuse('heads', `the head width ${model.width / model.heads} must be even for rotary positions`);
    if (model.kvHeads !== undefined && model.heads % model.kvHeads !== 0)
      refuse('kvHeads', `${model.heads} heads cannot be shared evenly by ${model.kvHeads} key/value heads`);
  })
  .describe('A small Llama-style decoder with random weights');

/** Projections that LoRA can adapt, by the field's usual names. GPT-2's fused c_attn counts as query, key and value. */
export const LORA_TARGETS = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const;

/** Low-rank adaptation (arXiv 2106.09685): the base weights stay, W + alpha/rank · A B learns. */
export const loraSchema = z.strictObject({
  rank: positiveInt(512).default(16).describe('Inner width r of the two factors'),
  alpha: z.number().gt(0).max(4096).default(32).describe('The product is scaled by alpha / rank'),
  targets: z
    .array(z.enum(LORA_TARGETS))
    .min(1)
    .max(LORA_TARGETS.length)
    .default([...LORA_TARGETS])
    .describe('Which projections get an adapter'),
});

/** GPT-2, Llama 3, Qwen2/2.5, Qwen3, SmolLM: config.json, safetensors and tokenizer.json of a directory. */
export const huggingFaceModelSchema = z
  .strictObject({
    kind: z.literal('hugging_face'),
    source: filePath.describe(
      'A directory on the worker (a path that begins with /, ./ or ../), or a name on the hub, for instance Qwen/Qwen2.5-0.5B-Instruct',
    ),
    revision: z
      .string()
      .regex(/^[\w.\-/]{1,200}$/, 'is no branch, tag or commit')
      .default('main')
      .describe('Branch, tag or commit of a name on the hub'),
    lora: loraSchema
      .optional()
      .describe('Train low-rank adapters instead of all weights; the base is the reference policy too'),
    promptFormat: z
      .enum(['plain', 'chat'])
      .default('plain')
      .describe('chat: each prompt becomes a user message in the tokenizer’s chat template'),
    system: z.string().max(16_384).optional().describe('System message before each prompt (chat only)'),
    maxContextTokens: positiveInt(131_072)
      .optional()
      .describe('Longest sequence; the model’s own limit, at most 4096, when absent'),
  })
  .superRefine((model, context) => {
    if (model.system !== undefined && model.promptFormat !== 'chat')
      context.addIssue({
        code: 'custom',
        path: ['system'],
        message: 'a system message needs promptFormat: chat',
      });
  })
  .describe('GPT-2, Llama 3, Qwen2, Qwen2.5, Qwen3 or SmolLM from a Hugging Face directory');

export const modelSchema = z.discriminatedUnion('kind', [scratchModelSchema, huggingFaceModelSchema]);

export type ModelConfig = z.output<typeof modelSchema>;
export type ScratchModelConfig = z.output<typeof scratchModelSchema>;
export type HuggingFaceModelConfig = z.output<typeof huggingFaceModelSchema>;
export type LoraConfig = z.output<typeof loraSchema>;
export type LoraTarget = (typeof LORA_TARGETS)[number];
