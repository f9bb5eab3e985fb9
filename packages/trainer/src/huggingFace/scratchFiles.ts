/**
 * @file What a model trained from scratch lacks to be a Hugging Face directory: config.json of a Llama, and our built-in
 * tokenizers as tokenizer.json: BPE without merges, whose tokens are single characters or bytes.
 */
import { BOUNDS, type TokenizerConfig } from '@nabla/domain';

import type { Architecture } from '../model/architecture.ts';
import { BYTE_OF_CHARACTER } from '../tokenizer/byteLevel.ts';
import { SPECIALS, SPECIAL_PIECES, type Tokenizer } from '../tokenizer/tokenizer.ts';
import type { StoredDtype } from './writeSafetensors.ts';

/** Name → content, to be written as JSON. */
export function scratchFiles(
  architecture: Architecture,
  tokenizer: Tokenizer,
  kind: TokenizerConfig['kind'],
  dtype: StoredDtype,
): Record<string, object> {
  const ids = { bos_token_id: SPECIALS.bos, eos_token_id: SPECIALS.eos, pad_token_id: SPECIALS.pad };
  const [pad, bos, eos] = SPECIAL_PIECES;
  return {
    'config.json': { ...llamaConfig(architecture), ...ids, dtype: torchDtype(dtype) },
    'generation_config.json': { ...ids, do_sample: true, temperature: 1, top_k: 0, top_p: 1 },
    'tokenizer.json': kind === 'byte' ? byteTokenizerJson() : charTokenizerJson(tokenizer),
    'tokenizer_config.json': {
      tokenizer_class: 'PreTrainedTokenizerFast',
      pad_token: pad,
      bos_token: bos,
      eos_token: eos,
      clean_up_tokenization_spaces: false,
      model_max_length: BOUNDS.maxContextTokens,
    },
  };
}

/** As transformers calls it. */
export function torchDtype(dtype: StoredDtype): string {
  return dtype === 'F32' ? 'float32' : 'bfloat16';
}

function llamaConfig(architecture: Architecture): object {
  const { positions } = architecture;
  if (architecture.family !== 'llama' || positions.kind !== 'rotary')
    throw new Error(`scratchFiles: a model from scratch is a Llama, this is ${architecture.family}`);
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: architecture.vocabulary,
    hidden_size: architecture.width,
    intermediate_size: architecture.feedForward,
    num_hidden_layers: architecture.layers,
    num_attention_heads: architecture.heads,
    num_key_value_heads: architecture.kvHeads,
    head_dim: architecture.headWidth,
    hidden_act: architecture.activation,
    rms_norm_eps: architecture.norm.epsilon,
    rope_theta: positions.theta,
    rope_scaling: null,
    tie_word_embeddings: architecture.tieEmbeddings,
    attention_bias: false,
    mlp_bias: false,
    initializer_range: architecture.initStd,
    max_position_embeddings: BOUNDS.maxContextTokens,
  };
}

function byteTokenizerJson(): object {
  const bytes = [...BYTE_OF_CHARACTER].map(([character, byte]): [string, number] => [
    character,
    SPECIAL_PIECES.length + byte,
  ]);
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  return tokenizerJson(bytes, { pre_tokenizer: byteLevel, decoder: byteLevel });
}

/** A character outside the alphabet is an error here; the Python library, which has no unknown token to put, leaves it out. */
function charTokenizerJson({ vocabulary, pieces }: Tokenizer): object {
  const first = SPECIAL_PIECES.length;
  const ids = Array.from({ length: vocabulary - first }, (_, index) => first + index);
  const characters = pieces(ids).map((piece, index): [string, number] => [piece, first + index]);
  return tokenizerJson(characters, { pre_tokenizer: null, decoder: { type: 'Fuse' } });
}

function tokenizerJson(
  tokens: readonly [string, number][],
  parts: { readonly pre_tokenizer: object | null; readonly decoder: object },
): object {
  const specials = SPECIAL_PIECES.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const [, bos] = SPECIAL_PIECES;
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials,
    normalizer: null,
    pre_tokenizer: parts.pre_tokenizer,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [
        { SpecialToken: { id: bos, type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { Sequence: { id: 'B', type_id: 1 } },
      ],
      special_tokens: { [bos]: { id: bos, ids: [SPECIALS.bos], tokens: [bos] } },
    },
    decoder: parts.decoder,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries([
        ...SPECIAL_PIECES.map((piece, id): [string, number] => [piece, id]),
        ...tokens,
      ]),
      merges: [],
    },
  };
}
