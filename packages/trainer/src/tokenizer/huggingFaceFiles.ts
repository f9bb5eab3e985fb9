/** @file The files that describe a Hugging Face tokenizer, read and checked once. */
import path from 'node:path';

import { z } from 'zod';

import { TrainerError } from '../errors.ts';
import { readModelJson, readOptionalJson, readOptionalText } from '../huggingFace/modelFile.ts';

const id = z.int().min(0);
/** A special token is written as its text, or as a record around it. */
const tokenText = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])
  .nullish();

const partSchema: z.ZodType<TokenizerPart> = z.looseObject({
  type: z.string(),
  behavior: z.string().optional(),
  get normalizers() {
    return z.array(partSchema).optional();
  },
  get pretokenizers() {
    return z.array(partSchema).optional();
  },
  get decoders() {
    return z.array(partSchema).optional();
  },
});
/** A step of the tokenizer, or a sequence of them. */
export interface TokenizerPart {
  [key: string]: unknown;
  type: string;
  behavior?: string | undefined;
  normalizers?: TokenizerPart[] | undefined;
  pretokenizers?: TokenizerPart[] | undefined;
  decoders?: TokenizerPart[] | undefined;
}

const postProcessorSchema: z.ZodType<PostProcessor> = z.looseObject({
  type: z.string(),
  get processors() {
    return z.array(postProcessorSchema).optional();
  },
  cls: z.tuple([z.string(), id]).optional(),
  single: z
    .array(
      z.union([
        z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }) }),
        z.looseObject({ Sequence: z.unknown() }),
      ]),
    )
    .optional(),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(id) })).optional(),
});
/** What stands around a text. */
export interface PostProcessor {
  [key: string]: unknown;
  type: string;
  /** Of a sequence. */
  processors?: PostProcessor[] | undefined;
  /** BERT and RoBERTa: token and id. */
  cls?: [string, number] | undefined;
  /** Of a template. */
  single?: ({ SpecialToken: { id: string } } | { Sequence?: unknown })[] | undefined;
  special_tokens?: Record<string, { ids: number[] }> | undefined;
}

const tokenizerJsonSchema = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id, content: z.string(), special: z.boolean().default(false) }))
    .default([]),
  normalizer: partSchema.nullish().transform((part) => part ?? null),
  pre_tokenizer: partSchema.nullish().transform((part) => part ?? null),
  post_processor: postProcessorSchema.nullish().transform((part) => part ?? null),
  decoder: partSchema.nullish().transform((part) => part ?? null),
  model: z.looseObject({
    type: z.string().optional(),
    vocab: z.union([z.record(z.string(), id), z.array(z.tuple([z.string(), z.number()]))]),
    unk_token: z.string().nullish(),
  }),
});

const specialsSchema = z.looseObject({
  bos_token: tokenText,
  eos_token: tokenText,
  pad_token: tokenText,
  unk_token: tokenText,
});

const tokenizerConfigSchema = specialsSchema.extend({
  add_bos_token: z.boolean().nullish(),
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish(),
});

const eosSchema = z.looseObject({
  eos_token_id: z.union([id, z.array(id)]).nullish(),
  pad_token_id: id.nullish(),
});

export type TokenizerJson = z.output<typeof tokenizerJsonSchema>;
export type TokenizerSettings = z.output<typeof tokenizerConfigSchema>;

export interface TokenizerFiles {
  readonly json: TokenizerJson;
  readonly settings: TokenizerSettings;
  /** Ids that end a generation, by generation_config.json, else by config.json. */
  readonly declaredEos: readonly number[];
  readonly declaredPad: number | null;
  /** Its source, and the file it stands in; null where the tokenizer has none. */
  readonly chatTemplate: { readonly source: string; readonly file: string } | null;
}

/** What the JavaScript library has; anything else would be tokenized otherwise than the model was trained. */
const KNOWN_MODELS = ['BPE', 'Unigram', 'WordPiece'];
const KNOWN_SPLITS = ['Isolated', 'Removed'];

/** @throws TrainerError MODEL naming the file and what does not fit. */
export async function readTokenizerFiles(dir: string): Promise<TokenizerFiles> {
  const file = path.join(dir, 'tokenizer.json');
  const json = parsed(
    tokenizerJsonSchema,
    await readModelJson(
      dir,
      'tokenizer.json',
      'the tokenizer is read from it (make it with AutoTokenizer.from_pretrained(…).save_pretrained(…) where a model has only a SentencePiece or vocab.json file)',
    ),
    file,
  );
  refuseUnsupported(json, file);
  const own = await optional(tokenizerConfigSchema, dir, 'tokenizer_config.json');
  // Where older directories name them; what tokenizer_config.json says counts, that there is none too.
  const older = await optional(specialsSchema, dir, 'special_tokens_map.json');
  const settings = { ...older, ...own };
  const generation = await optional(eosSchema, dir, 'generation_config.json');
  const config = await optional(eosSchema, dir, 'config.json');
  return {
    json,
    settings,
    declaredEos: [generation.eos_token_id ?? config.eos_token_id ?? []].flat(),
    declaredPad: generation.pad_token_id ?? config.pad_token_id ?? null,
    chatTemplate: await findChatTemplate(dir, settings),
  };
}

async function findChatTemplate(
  dir: string,
  { chat_template: inSettings }: TokenizerSettings,
): Promise<TokenizerFiles['chatTemplate']> {
  const file = path.join(dir, 'chat_template.jinja');
  const source = await readOptionalText(dir, 'chat_template.jinja');
  if (source !== null) return { source, file };
  const within = path.join(dir, 'tokenizer_config.json');
  if (typeof inSettings === 'string') return { source: inSettings, file: within };
  const named = inSettings?.find(({ name }) => name === 'default');
  return named === undefined ? null : { source: named.template, file: within };
}

function refuseUnsupported(json: TokenizerJson, file: string): void {
  const refuse = (what: string): never => {
    throw new TrainerError('MODEL', `${file}: ${what}, so texts would not become the model's own tokens`);
  };
  const { type } = json.model;
  if (type !== undefined && !KNOWN_MODELS.includes(type))
    refuse(`tokenizer models of type ${type} are not supported (those are ${KNOWN_MODELS.join(', ')})`);
  for (const part of flatten(json.pre_tokenizer))
    if (part.type === 'Split' && part.behavior !== undefined && !KNOWN_SPLITS.includes(part.behavior))
      refuse(`its pre-tokenizer splits with behaviour ${part.behavior}, which is not supported`);
}

/** A part and all that a sequence holds. */
export function flatten(part: TokenizerPart | null): TokenizerPart[] {
  if (part === null) return [];
  const inside = part.normalizers ?? part.pretokenizers ?? part.decoders ?? [];
  return [part, ...inside.flatMap(flatten)];
}

async function optional<Schema extends z.ZodType>(
  schema: Schema,
  dir: string,
  name: string,
): Promise<z.output<Schema>> {
  return parsed(schema, (await readOptionalJson(dir, name)) ?? {}, path.join(dir, name));
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown, file: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success)
    throw new TrainerError('MODEL', `${file} is not as expected: ${z.prettifyError(result.error)}`);
  return result.data;
}
