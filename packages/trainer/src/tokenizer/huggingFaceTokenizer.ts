/** @file The tokenizer of a Hugging Face directory, from its tokenizer.json. */
import path from 'node:path';

import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';

import { TrainerError } from '../errors.ts';
import { bytesOfPiece, BYTE_OF_CHARACTER, showBytes } from './byteLevel.ts';
import { chatTemplate, type ChatTemplate } from './chatTemplate.ts';
import {
  flatten,
  readTokenizerFiles,
  type PostProcessor,
  type TokenizerFiles,
  type TokenizerPart,
} from './huggingFaceFiles.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * `vocabulary` is one more than the largest id the files know; a model's embedding may have more rows (padded to a round
 * number), never fewer. `encode` takes special tokens written in a text for what they are, as transformers does.
 */
export interface HuggingFaceTokenizer extends Tokenizer {
  /** Null where the model has none. */
  readonly chat: ChatTemplate | null;
}

export interface HuggingFaceTokenizerOptions {
  /** chat: the token that ends a message in the chat template ends a completion too, and comes first in `eosIds`. */
  readonly promptFormat?: 'plain' | 'chat' | undefined;
}

/** @throws TrainerError MODEL naming the file and what does not fit. */
export async function openHuggingFaceTokenizer(
  dir: string,
  { promptFormat = 'plain' }: HuggingFaceTokenizerOptions = {},
): Promise<HuggingFaceTokenizer> {
  const files = await readTokenizerFiles(dir);
  const file = path.join(dir, 'tokenizer.json');
  const library = openLibrary(files, file);
  const pieceById = pieces(files);
  const specials = new Map(files.json.added_tokens.map(({ id, content }) => [id, content]));
  const idOf = specialIds(files, library);
  // No Math.max of a spread: a call with 150,000 arguments overflows the stack.
  const vocabulary = [...pieceById.keys()].reduce((most, id) => Math.max(most, id), -1) + 1;
  const encode = encoder(library, files, file);
  const chat = openChat(files);
  if (promptFormat === 'chat' && chat === null)
    throw new TrainerError(
      'MODEL',
      `the tokenizer in ${dir} has no chat template: use promptFormat plain, or add chat_template.jinja to the directory`,
    );
  const eosIds = [
    ...(promptFormat === 'chat' && chat !== null ? endOfMessage(chat, encode, specials) : []),
    ...idOf('eos_token'),
    ...files.declaredEos,
  ].filter((id, index, all) => all.indexOf(id) === index);
  const [eosId] = eosIds;
  if (eosId === undefined)
    throw new TrainerError(
      'MODEL',
      `no token ends a text in ${dir}: name one as eos_token in tokenizer_config.json, or as eos_token_id in generation_config.json`,
    );
  const [padId = files.declaredPad ?? eosId] = idOf('pad_token');
  return {
    vocabulary,
    padId,
    bosId: beginOfText(files, idOf, file),
    eosIds,
    chat,
    encode,
    decode: decoder(library, pieceById),
    pieces: (ids) => Array.from(ids, pieceShower(files, pieceById, specials)),
  };
}

function openLibrary({ json, settings }: TokenizerFiles, file: string): LibraryTokenizer {
  // The library would trim and tidy what it decodes by these; what a policy wrote is shown and rewarded as it is.
  const quiet = { ...settings, clean_up_tokenization_spaces: false };
  try {
    const exact = { ...json, pre_tokenizer: json.pre_tokenizer && withExactDigits(json.pre_tokenizer) };
    return new LibraryTokenizer(exact, quiet);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TrainerError('MODEL', `${file} cannot be used: ${reason}`, {}, { cause });
  }
}

/** The library's `Digits` takes decimal digits only; the reference all numeric characters ("½", "²"), which SmolLM met so. */
function withExactDigits(part: TokenizerPart): TokenizerPart {
  if (part.pretokenizers !== undefined)
    return { ...part, pretokenizers: part.pretokenizers.map(withExactDigits) };
  if (part.type !== 'Digits') return part;
  const Regex = part['individual_digits'] === true ? '\\p{N}' : '\\p{N}+';
  return { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false };
}

/** Id → piece, added tokens over those of the model's vocabulary. */
function pieces({ json }: TokenizerFiles): Map<number, string> {
  const { vocab } = json.model;
  const own: [number, string][] = Array.isArray(vocab)
    ? vocab.map(([piece], id) => [id, piece])
    : Object.entries(vocab).map(([piece, id]) => [id, piece]);
  return new Map([...own, ...json.added_tokens.map(({ id, content }): [number, string] => [id, content])]);
}

/** The id of a special token that tokenizer_config.json names, as a list of none or one. */
function specialIds({ settings }: TokenizerFiles, library: LibraryTokenizer) {
  return (name: 'bos_token' | 'eos_token' | 'pad_token'): number[] => {
    const text = settings[name];
    if (text === undefined || text === null) return [];
    const id = library.token_to_id(text);
    if (id === undefined)
      throw new TrainerError(
        'MODEL',
        `tokenizer_config.json says that ${name} is ${JSON.stringify(text)}, but tokenizer.json has no such token: the files are of different models`,
      );
    return [id];
  };
}

/** What stands before every text: by tokenizer_config.json's word, else by what the post-processor does. */
function beginOfText(
  { settings, json }: TokenizerFiles,
  idOf: (name: 'bos_token') => number[],
  file: string,
): number | null {
  if (settings.add_bos_token === false) return null;
  if (settings.add_bos_token === true) return idOf('bos_token')[0] ?? null;
  const begin = tokensBefore(json.post_processor);
  if (begin.length > 1)
    throw new TrainerError(
      'MODEL',
      `${file} puts ${begin.length} tokens before every text: only one is supported`,
    );
  return begin[0] ?? null;
}

function tokensBefore(part: PostProcessor | null): number[] {
  if (part === null) return [];
  if (part.processors !== undefined) return part.processors.flatMap(tokensBefore);
  // BERT's and RoBERTa's: one before, one after.
  if (part.cls !== undefined) return [part.cls[1]];
  const names = (part.single ?? []).map((item) => ('SpecialToken' in item ? item.SpecialToken.id : null));
  const before = names.slice(0, Math.max(0, names.indexOf(null)));
  return before.flatMap((name) => part.special_tokens?.[name ?? '']?.ids ?? []);
}

function encoder(
  library: LibraryTokenizer,
  { json }: TokenizerFiles,
  file: string,
): (text: string) => number[] {
  const isByteLevel = flatten(json.pre_tokenizer).some(({ type }) => type === 'ByteLevel');
  const lacking = isByteLevel ? lackingBytes(json.model.vocab) : [];
  // Tokens that are the text's own characters: what is missing in them was dropped for lack of a token.
  const { type, unk_token: unknownToken = null, byte_fallback: byteFallback } = json.model;
  const isVerbatim =
    type === 'BPE' &&
    unknownToken === null &&
    byteFallback !== true &&
    json.normalizer === null &&
    json.pre_tokenizer === null;
  return (text) => {
    if (text === '') return [];
    if (lacking.length > 0) assertBytes(text, lacking, file);
    const { ids, tokens } = library.encode(text, { add_special_tokens: false });
    if (isVerbatim && tokens.join('') !== text) throw unknown(lostFrom(text, tokens.join('')), text, file);
    // The library gives undefined where neither the text nor an unknown token has an id.
    ids.forEach((id: number | undefined, index) => {
      if (id === undefined) throw unknown(tokens[index] ?? '', text, file);
    });
    return ids;
  };
}

/** The first character of the text that did not come through. */
function lostFrom(text: string, kept: string): string {
  const characters = Array.from(kept);
  return Array.from(text).find((character, index) => character !== characters[index]) ?? '';
}

function lackingBytes(vocab: TokenizerFiles['json']['model']['vocab']): number[] {
  if (Array.isArray(vocab)) return [];
  return [...BYTE_OF_CHARACTER].filter(([character]) => !(character in vocab)).map(([, byte]) => byte);
}

/** A byte-level vocabulary that lacks a byte drops it without a word. */
function assertBytes(text: string, lacking: readonly number[], file: string): void {
  for (const character of text)
    if (new TextEncoder().encode(character).some((byte) => lacking.includes(byte)))
      throw unknown(character, text, file);
}

function unknown(what: string, text: string, file: string): TrainerError {
  const start = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return new TrainerError(
    'UNKNOWN_CHARACTER',
    `${JSON.stringify(what)} in ${JSON.stringify(start)} has no token in ${file}, and there is none for unknown text`,
  );
}

function openChat({ chatTemplate: found, settings }: TokenizerFiles): ChatTemplate | null {
  if (found === null) return null;
  const variables = Object.fromEntries(
    (['bos_token', 'eos_token', 'pad_token', 'unk_token'] as const).flatMap((name) => {
      const text = settings[name];
      return text === undefined || text === null ? [] : [[name, text]];
    }),
  );
  return chatTemplate(found.source, variables, found.file);
}

/** The first special token after an assistant's message: what the model was taught to end its turn with. */
function endOfMessage(
  chat: ChatTemplate,
  encode: (text: string) => number[],
  specials: ReadonlyMap<number, string>,
): number[] {
  const said = 'said';
  const text = chat.render(
    [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: said },
    ],
    false,
  );
  const at = text.lastIndexOf(said);
  if (at < 0) return [];
  return encode(text.slice(at + said.length))
    .filter((id) => specials.has(id))
    .slice(0, 1);
}

/** Ids that no token has (rows of the embedding that only fill it up) show as "<unused_151700>". */
function decoder(
  library: LibraryTokenizer,
  pieceById: ReadonlyMap<number, string>,
): (ids: Iterable<number>) => string {
  return (ids) => {
    let text = '';
    let known: number[] = [];
    const flush = (): void => {
      if (known.length > 0)
        text += library.decode(known, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
      known = [];
    };
    for (const id of ids) {
      if (pieceById.has(id)) known.push(id);
      else {
        flush();
        text += unusedPiece(id);
      }
    }
    flush();
    return text;
  };
}

function pieceShower(
  { json }: TokenizerFiles,
  pieceById: ReadonlyMap<number, string>,
  specials: ReadonlyMap<number, string>,
): (id: number) => string {
  const isByteLevel = flatten(json.decoder).some(({ type }) => type === 'ByteLevel');
  return (id) => {
    const piece = specials.get(id);
    if (piece !== undefined) return piece;
    const raw = pieceById.get(id);
    if (raw === undefined) return unusedPiece(id);
    const bytes = isByteLevel ? bytesOfPiece(raw) : byteOfFallback(raw);
    return bytes === null ? raw.replaceAll('\u2581', ' ') : showBytes(bytes);
  };
}

/** SentencePiece writes a byte outside its vocabulary as "<0xE2>". */
function byteOfFallback(piece: string): Uint8Array | null {
  const [, hex] = /^<0x([0-9A-F]{2})>$/.exec(piece) ?? [];
  return hex === undefined ? null : Uint8Array.of(Number.parseInt(hex, 16));
}

function unusedPiece(id: number): string {
  if (!Number.isInteger(id) || id < 0) throw new RangeError(`token id ${id} is no whole number from 0`);
  return `<unused_${id}>`;
}
