/**
 * @file Where each of our parameters stands in a Hugging Face checkpoint: one table, read in one direction to load and in the
 * other to save. Their linear layers keep [out, in], GPT-2's Conv1D [in, out] as we do; queries, keys and values, and gate and
 * up, are tensors of their own there (except in GPT-2) and columns of one matrix here.
 */
import type { Architecture } from './architecture.ts';
import {
  PROJECTION_NAMES,
  parameterSpecs,
  projections,
  type ParameterSpec,
  type ProjectionPart,
} from './parameters.ts';

/** A tensor of the checkpoint that is columns [start, start + width) of one of our parameters. */
export interface Piece {
  readonly name: string;
  readonly shape: readonly number[];
  /** In our parameter, of its last axis. */
  readonly start: number;
  readonly width: number;
  /** [out, in] there, [in, out] here. */
  readonly transposed: boolean;
}

export interface ParameterPieces {
  readonly spec: ParameterSpec;
  readonly pieces: readonly Piece[];
}

/** In the order of `parameterSpecs`. */
export function huggingFacePieces(architecture: Architecture): ParameterPieces[] {
  const names = architecture.family === 'gpt2' ? GPT2_NAMES : LLAMA_NAMES;
  return parameterSpecs(architecture).map((spec) => ({ spec, pieces: piecesOf(architecture, spec, names) }));
}

/** The module a part of a projection belongs to: what adapters are attached to. */
export function moduleOf(
  { family }: Pick<Architecture, 'family'>,
  layer: number,
  part: ProjectionPart['name'],
): string {
  const names = family === 'gpt2' ? GPT2_NAMES : LLAMA_NAMES;
  return `${names.layer}${layer}.${names.parts[part]}`;
}

/** How PEFT's `target_modules` names it: the last word is enough but in GPT-2, where two modules are called c_proj. */
export function targetModule({ family }: Pick<Architecture, 'family'>, part: ProjectionPart['name']): string {
  if (family === 'gpt2') return GPT2_NAMES.parts[part];
  return LLAMA_NAMES.parts[part].split('.').at(-1) ?? LLAMA_NAMES.parts[part];
}

/**
 * Tensors that some checkpoints carry beside the weights and that transformers ignores too: masks and frequencies computed
 * from the configuration, and the head where it is the embedding.
 */
export function isRedundant({ tieEmbeddings }: Architecture, name: string): boolean {
  return (
    /(^|\.)(attn\.(masked_)?bias|rotary_emb\.inv_freq)$/.test(name) ||
    (tieEmbeddings && name === 'lm_head.weight')
  );
}

interface Names {
  /** Before everything but the head. */
  readonly prefix: string;
  readonly embedding: string;
  readonly positions: string;
  readonly layer: string;
  readonly attentionNorm: string;
  readonly feedForwardNorm: string;
  readonly norm: string;
  readonly parts: Readonly<Record<ProjectionPart['name'], string>>;
  /** Matrices of layers as [in, out], queries, keys and values in one. */
  readonly conv1d: boolean;
}

const LLAMA_NAMES: Names = {
  prefix: 'model.',
  embedding: 'model.embed_tokens',
  positions: '',
  layer: 'model.layers.',
  attentionNorm: 'input_layernorm',
  feedForwardNorm: 'post_attention_layernorm',
  norm: 'model.norm',
  parts: {
    q: 'self_attn.q_proj',
    k: 'self_attn.k_proj',
    v: 'self_attn.v_proj',
    out: 'self_attn.o_proj',
    gate: 'mlp.gate_proj',
    up: 'mlp.up_proj',
    down: 'mlp.down_proj',
  },
  conv1d: false,
};

const GPT2_NAMES: Names = {
  prefix: 'transformer.',
  embedding: 'transformer.wte',
  positions: 'transformer.wpe',
  layer: 'transformer.h.',
  attentionNorm: 'ln_1',
  feedForwardNorm: 'ln_2',
  norm: 'transformer.ln_f',
  parts: {
    q: 'attn.c_attn',
    k: 'attn.c_attn',
    v: 'attn.c_attn',
    out: 'attn.c_proj',
    gate: '',
    up: 'mlp.c_fc',
    down: 'mlp.c_proj',
  },
  conv1d: true,
};

/** What base models of GPT-2 leave off their names. */
export function basePrefix({ family }: Pick<Architecture, 'family'>): string {
  return family === 'gpt2' ? GPT2_NAMES.prefix : LLAMA_NAMES.prefix;
}

function piecesOf(architecture: Architecture, spec: ParameterSpec, names: Names): Piece[] {
  const whole = (name: string, transposed = false): Piece[] => [
    {
      name,
      shape: transposed ? [...spec.shape].reverse() : spec.shape,
      start: 0,
      width: spec.shape.at(-1) ?? 0,
      transposed,
    },
  ];
  const [, layer, rest] = /^layers\.(\d+)\.(.+)$/.exec(spec.name) ?? [];
  if (layer === undefined || rest === undefined) {
    switch (spec.name) {
      case 'embedding':
        return whole(`${names.embedding}.weight`);
      case 'positions':
        return whole(`${names.positions}.weight`);
      case 'norm':
        return whole(`${names.norm}.weight`);
      case 'norm.bias':
        return whole(`${names.norm}.bias`);
      case 'head':
        return whole('lm_head.weight', true);
      default:
        throw new Error(`no Hugging Face name for ${spec.name}`);
    }
  }
  const prefix = `${names.layer}${layer}.`;
  const norms: Readonly<Record<string, string>> = {
    'attention.norm': `${names.attentionNorm}.weight`,
    'attention.norm.bias': `${names.attentionNorm}.bias`,
    'feedForward.norm': `${names.feedForwardNorm}.weight`,
    'feedForward.norm.bias': `${names.feedForwardNorm}.bias`,
    'attention.qNorm': 'self_attn.q_norm.weight',
    'attention.kNorm': 'self_attn.k_norm.weight',
  };
  const norm = norms[rest];
  if (norm !== undefined) return whole(`${prefix}${norm}`);

  const isBias = rest.endsWith('.bias');
  const own = isBias ? rest.slice(0, -'.bias'.length) : rest;
  const matrix = PROJECTION_NAMES.find((name) => name === own);
  const projection = matrix && projections(architecture)[matrix];
  const [first] = projection?.parts ?? [];
  if (!projection || !first) throw new Error(`no Hugging Face name for ${spec.name}`);
  const suffix = isBias ? 'bias' : 'weight';
  if (names.conv1d) return whole(`${prefix}${names.parts[first.name]}.${suffix}`);
  let start = 0;
  return projection.parts.map(({ name, width }) => {
    const piece = {
      name: `${prefix}${names.parts[name]}.${suffix}`,
      shape: isBias ? [width] : [width, projection.rows],
      start,
      width,
      transposed: !isBias,
    };
    start += width;
    return piece;
  });
}
