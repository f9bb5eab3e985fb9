/** @file One token per byte of UTF-8: any text can be written. */
import { SPECIALS, SPECIAL_PIECES, type Tokenizer } from './tokenizer.ts';

const FIRST = SPECIAL_PIECES.length;
const VOCABULARY = FIRST + 256;

/** 256 bytes and the specials. Bytes that form no character decode to U+FFFD and show as "\xE2" in pieces. */
export function byteTokenizer(): Tokenizer {
  return {
    vocabulary: VOCABULARY,
    padId: SPECIALS.pad,
    bosId: SPECIALS.bos,
    eosIds: [SPECIALS.eos],
    encode: (text) => Array.from(new TextEncoder().encode(text), (byte) => byte + FIRST),
    decode: (ids) =>
      new TextDecoder().decode(Uint8Array.from(Array.from(ids, (id) => bytesOf(inVocabulary(id))).flat())),
    pieces: (ids) => Array.from(ids, (id) => pieceOf(inVocabulary(id))),
  };
}

function bytesOf(id: number): number[] {
  const special = SPECIAL_PIECES[id];
  return special === undefined ? [id - FIRST] : Array.from(special, (character) => character.charCodeAt(0));
}

function pieceOf(id: number): string {
  const special = SPECIAL_PIECES[id];
  if (special !== undefined) return special;
  const byte = id - FIRST;
  return byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase()}`;
}

function inVocabulary(id: number): number {
  if (!Number.isInteger(id) || id < 0 || id >= VOCABULARY)
    throw new RangeError(`token id ${id} is outside the vocabulary of ${VOCABULARY}`);
  return id;
}
