import { describe, expect, it } from 'vitest';

import { TrainerError } from '../errors.ts';
import { byteTokenizer } from './byteTokenizer.ts';
import { charTokenizer, DEFAULT_ALPHABET } from './charTokenizer.ts';
import { openTokenizer } from './openTokenizer.ts';

describe('charTokenizer', () => {
  const tokenizer = charTokenizer('ab😀=');

  it('gives the specials the first ids and the characters the following ones', () => {
    expect(tokenizer.encode('b😀a')).toEqual([4, 5, 3]); // pad 0, bos 1, eos 2, a 3, b 4, 😀 5, = 6
    expect(tokenizer.vocabulary).toBe(7);
    expect([tokenizer.padId, tokenizer.bosId, ...tokenizer.eosIds]).toEqual([0, 1, 2]);
  });

  it('decodes what it encoded and shows specials by name', () => {
    expect(tokenizer.decode(tokenizer.encode('a=😀'))).toBe('a=😀');
    expect(tokenizer.decode([3, 0, 4])).toBe('a<pad>b');
    expect(tokenizer.pieces([1, 3, 2])).toEqual(['<bos>', 'a', '<eos>']);
  });

  it('names an unknown character and its position, counted in characters', () => {
    const encode = () => tokenizer.encode('😀az');
    expect(encode).toThrow(TrainerError);
    expect(encode).toThrow(/"z" \(U\+007A\) at position 2/);
  });

  it('refuses an id outside the vocabulary and an alphabet with a repetition', () => {
    expect(() => tokenizer.decode([7])).toThrow(/token id 7/);
    expect(() => charTokenizer('aba')).toThrow(/twice/);
  });

  it('has printable ASCII and newline where nothing else is known', () => {
    expect(DEFAULT_ALPHABET).toHaveLength(96);
    expect(new Set(DEFAULT_ALPHABET).size).toBe(96);
    const own = openTokenizer({ kind: 'char' }, { kind: 'file', path: 'x.jsonl' });
    expect(own.decode(own.encode('{"q": ~1}\n'))).toBe('{"q": ~1}\n');
  });
});

describe('byteTokenizer', () => {
  const tokenizer = byteTokenizer();

  it('writes any text', () => {
    const text = 'Grüße, 東京 😀\n\u0000';
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    expect(tokenizer.vocabulary).toBe(259);
    expect(tokenizer.decode([...tokenizer.encode('é'), 1])).toBe('é<bos>');
  });

  it('shows half characters by their byte', () => {
    expect(tokenizer.pieces([...tokenizer.encode('é!'), 2])).toEqual(['\\xC3', '\\xA9', '!', '<eos>']);
    expect(tokenizer.decode(tokenizer.encode('é').slice(0, 1))).toBe('\uFFFD');
    expect(() => tokenizer.pieces([259])).toThrow(/259/);
  });
});
