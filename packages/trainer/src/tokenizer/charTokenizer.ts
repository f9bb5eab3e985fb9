/** @file One token per character of a given alphabet. */
import { TrainerError } from '../errors.ts';
import { SPECIALS, SPECIAL_PIECES, type Tokenizer } from './tokenizer.ts';

/** Printable ASCII and newline. */
export const DEFAULT_ALPHABET = `${Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')}\n`;

/** @param alphabet its characters (code points) in the order of their ids, each once. */
export function charTokenizer(alphabet: string): Tokenizer {
  const characters = Array.from(alphabet);
  const first = SPECIAL_PIECES.length;
  const ids = new Map(characters.map((character, index) => [character, index + first]));
  if (ids.size !== characters.length)
    throw new RangeError('charTokenizer: a character stands in the alphabet twice');
  const pieceOf = (id: number): string =>
    SPECIAL_PIECES[id] ?? characters[id - first] ?? unknownId(id, characters.length + first);
  return {
    vocabulary: characters.length + first,
    padId: SPECIALS.pad,
    bosId: SPECIALS.bos,
    eosIds: [SPECIALS.eos],
    encode: (text) =>
      Array.from(
        text,
        (character, position) => ids.get(character) ?? unknownCharacter(character, position, text),
      ),
    decode: (tokens) => Array.from(tokens, pieceOf).join(''),
    pieces: (tokens) => Array.from(tokens, pieceOf),
  };
}

function unknownCharacter(character: string, position: number, text: string): never {
  const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
  const start = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  throw new TrainerError(
    'UNKNOWN_CHARACTER',
    `character ${JSON.stringify(character)} (U+${code}) at position ${position} of ${JSON.stringify(start)} is not in the tokenizer's alphabet: add it to tokenizer.alphabet, or use the byte tokenizer`,
  );
}

function unknownId(id: number, vocabulary: number): never {
  throw new RangeError(`token id ${id} is outside the vocabulary of ${vocabulary}`);
}
