import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { TrainerError } from '../errors.ts';
import { openHuggingFaceTokenizer } from './huggingFaceTokenizer.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/hugging_face/', import.meta.url));
const FAMILIES = ['gpt2', 'smollm', 'qwen2', 'qwen3', 'llama3', 'llama'] as const;
type Family = (typeof FAMILIES)[number];

const ids = z.array(z.int());
const expectedSchema = z.object({
  vocabulary: z.int(),
  texts: z.array(
    z.object({
      text: z.string(),
      ids,
      withSpecials: ids,
      decoded: z.string(),
      prefixes: z.array(z.string()),
    }),
  ),
  chats: z.array(
    z.object({
      messages: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
      rendered: z.string(),
      ids,
    }),
  ),
});

/** What the Python libraries make of the same files: scripts/fixtures/tokenizers.py. */
async function reference(family: Family) {
  const text = await readFile(path.join(FIXTURES, family, 'tokenizer_expected.json'), 'utf8');
  return expectedSchema.parse(JSON.parse(text));
}

const open = (family: Family, promptFormat: 'plain' | 'chat' = 'plain') =>
  openHuggingFaceTokenizer(path.join(FIXTURES, family), { promptFormat });

describe.each(FAMILIES)('the tokenizer of %s', (family) => {
  it('makes the same ids of every text as the reference', async () => {
    const { texts, vocabulary } = await reference(family);
    const tokenizer = await open(family);
    expect(tokenizer.vocabulary).toBe(vocabulary);
    const bos = tokenizer.bosId === null ? [] : [tokenizer.bosId];
    for (const { text, ids: wanted, withSpecials } of texts) {
      expect({ text, ids: tokenizer.encode(text) }).toEqual({ text, ids: wanted });
      expect({ text, ids: [...bos, ...tokenizer.encode(text)] }).toEqual({ text, ids: withSpecials });
    }
  });

  it('decodes them to the same texts, characters cut in the middle too', async () => {
    const { texts } = await reference(family);
    const tokenizer = await open(family);
    for (const { text, ids: all, decoded, prefixes } of texts) {
      expect({ text, decoded: tokenizer.decode(all) }).toEqual({ text, decoded });
      prefixes.forEach((wanted, end) => {
        // SentencePiece's byte fallback writes every byte of a run with half a character in it as U+FFFD, ours the half one only.
        if (family === 'llama' && wanted.includes('\uFFFD')) return;
        expect({ text, end, prefix: tokenizer.decode(all.slice(0, end)) }).toEqual({
          text,
          end,
          prefix: wanted,
        });
      });
    }
  });

  it('renders chats as transformers does', async () => {
    const { chats } = await reference(family);
    const { chat, encode } = await open(family);
    expect(chat === null).toBe(chats.length === 0);
    for (const { messages, rendered, ids: wanted } of chats) {
      const text = chat?.render(messages, true) ?? '';
      expect(text).toBe(rendered);
      expect(encode(text)).toEqual(wanted);
    }
  });
});

describe('answers that a warm-up teaches', () => {
  // SentencePiece sets a mark before every text, an answer too, and its decoder takes one away again.
  it.each(FAMILIES)('of %s are said as they are written, so that exact_match knows them', async (family) => {
    const tokenizer = await open(family);
    for (const answer of ['7', '1234', 'cba', ' 12', 'two words', '(1+2)*3'])
      expect(tokenizer.decode(tokenizer.encode(answer))).toBe(answer);
  });

  it('hold the mark of SentencePiece, which its decoder takes away at the beginning only', async () => {
    const tokenizer = await open('llama');
    const [prompt, answer] = [tokenizer.encode('1+1='), tokenizer.encode('2')];
    expect(tokenizer.pieces(answer)).toEqual([' ', '2']);
    expect(tokenizer.decode(answer)).toBe('2');
    // A policy that leaves the mark out says the same.
    expect(tokenizer.decode(answer.slice(1))).toBe('2');
    expect(tokenizer.decode([...prompt, ...answer])).toBe('1+1= 2');
  });
});

describe('special tokens', () => {
  it('knows what begins and ends a text, and what fills it up', async () => {
    const names = async (family: Family, promptFormat: 'plain' | 'chat' = 'plain') => {
      const { bosId, padId, eosIds, decode } = await open(family, promptFormat);
      return {
        bos: bosId === null ? null : decode([bosId]),
        eos: eosIds.map((id) => decode([id])),
        pad: decode([padId]),
      };
    };
    // GPT-2 names a token for the beginning, but puts none there; without one to fill with, the end's is taken.
    expect(await names('gpt2')).toEqual({ bos: null, eos: ['<|endoftext|>'], pad: '<|endoftext|>' });
    expect(await names('llama')).toEqual({ bos: '<s>', eos: ['</s>'], pad: '</s>' });
    expect(await names('smollm')).toEqual({ bos: null, eos: ['<|im_end|>'], pad: '<|im_end|>' });
    // The tokenizer's own first, then the others that generation_config.json lists.
    expect(await names('llama3')).toEqual({
      bos: '<|begin_of_text|>',
      eos: ['<|eot_id|>', '<|end_of_text|>', '<|eom_id|>'],
      pad: '<|eot_id|>',
    });
    expect(await names('qwen2')).toEqual({
      bos: null,
      eos: ['<|im_end|>', '<|endoftext|>'],
      pad: '<|endoftext|>',
    });
  });

  it('ends a chat with what the template puts after a message, though nothing declares it', async () => {
    const plain = await open('qwen3');
    expect(plain.eosIds.map((id) => plain.decode([id]))).toEqual(['<|endoftext|>']);
    const chat = await open('qwen3', 'chat');
    expect(chat.eosIds.map((id) => chat.decode([id]))).toEqual(['<|im_end|>', '<|endoftext|>']);
  });

  it('shows each id for itself: halves of characters as bytes, specials and unused rows by name', async () => {
    const qwen = await open('qwen3');
    const text = ' é😀<think>a<|im_end|>';
    // é and 😀 are no tokens of so small a vocabulary: two and four bytes.
    expect(qwen.pieces(qwen.encode(text))).toEqual([
      ' ',
      '\\xC3',
      '\\xA9',
      '\\xF0',
      '\\x9F',
      '\\x98',
      '\\x80',
      '<think>',
      'a',
      '<|im_end|>',
    ]);
    expect(qwen.pieces([qwen.vocabulary + 5])).toEqual(['<unused_305>']);
    expect(qwen.decode([...qwen.encode('a'), 310, ...qwen.encode('b')])).toBe('a<unused_310>b');
    expect(() => qwen.decode([-1])).toThrow(/-1/);

    const llama = await open('llama');
    expect(llama.pieces(llama.encode('a é'))).toEqual([' a', ' ', '\\xC3', '\\xA9']);
    expect(llama.decode([])).toBe('');
  });
});

describe('files that do not fit', () => {
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });

  /** A copy of a family's directory with one file changed. */
  async function changed(
    family: Family,
    file: string,
    change: (text: string) => string | null,
  ): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), 'nabla-tokenizer-'));
    folders.push(folder);
    await cp(path.join(FIXTURES, family), folder, { recursive: true });
    const text = change(await readFile(path.join(folder, file), 'utf8'));
    if (text === null) await rm(path.join(folder, file));
    else await writeFile(path.join(folder, file), text);
    return folder;
  }
  const edited = (family: Family, file: string, edit: (value: Record<string, unknown>) => object) =>
    changed(family, file, (text) =>
      JSON.stringify(edit(z.record(z.string(), z.unknown()).parse(JSON.parse(text)))),
    );
  const refusal = async (dir: Promise<string>, message: RegExp, promptFormat: 'plain' | 'chat' = 'plain') => {
    const opening = openHuggingFaceTokenizer(await dir, { promptFormat });
    await expect(opening).rejects.toThrow(TrainerError);
    await expect(opening).rejects.toThrow(message);
  };

  it('names a tokenizer.json that is missing, cut off, or of another make', async () => {
    await refusal(
      changed('gpt2', 'tokenizer.json', () => null),
      /tokenizer\.json is missing: .*save_pretrained/,
    );
    await refusal(
      changed('gpt2', 'tokenizer.json', (text) => text.slice(0, 500)),
      /tokenizer\.json is not valid JSON/,
    );
    await refusal(
      edited('gpt2', 'tokenizer.json', () => ({ version: '1.0' })),
      /tokenizer\.json is not as expected: .*model/s,
    );
    await refusal(
      edited('gpt2', 'tokenizer.json', (json) => ({
        ...json,
        model: { type: 'WordLevel', vocab: { a: 0 } },
      })),
      /models of type WordLevel are not supported/,
    );
    await refusal(
      edited('gpt2', 'tokenizer.json', (json) => ({
        ...json,
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithNext', invert: false },
          ],
        },
      })),
      /splits with behaviour MergedWithNext/,
    );
    await refusal(
      edited('gpt2', 'tokenizer.json', (json) => ({ ...json, normalizer: { type: 'Nonsense' } })),
      /tokenizer\.json cannot be used: .*Nonsense/,
    );
  });

  it('names a special token that the vocabulary does not have', async () => {
    await refusal(
      edited('gpt2', 'tokenizer_config.json', (json) => ({ ...json, eos_token: '<|im_end|>' })),
      /eos_token is "<\|im_end\|>", but tokenizer\.json has no such token: the files are of different models/,
    );
  });

  it('asks for a token that ends a text', async () => {
    const dir = await edited('gpt2', 'tokenizer_config.json', () => ({}));
    await rm(path.join(dir, 'generation_config.json'));
    await rm(path.join(dir, 'config.json'), { force: true });
    await refusal(Promise.resolve(dir), /no token ends a text .*eos_token_id in generation_config\.json/);
  });

  it('finds special tokens in special_tokens_map.json too, as older directories name them', async () => {
    const dir = await edited('smollm', 'tokenizer_config.json', (json) => ({
      ...json,
      eos_token: undefined,
      pad_token: undefined,
    }));
    await rm(path.join(dir, 'generation_config.json'));
    await writeFile(
      path.join(dir, 'special_tokens_map.json'),
      '{"eos_token":{"content":"<|im_end|>","lstrip":false},"pad_token":"<|endoftext|>","unk_token":"<|endoftext|>"}',
    );
    const tokenizer = await openHuggingFaceTokenizer(dir);
    expect(tokenizer.eosIds.map((id) => tokenizer.decode([id]))).toEqual(['<|im_end|>']);
    expect(tokenizer.decode([tokenizer.padId])).toBe('<|endoftext|>');
  });

  it('asks for a chat template where one is needed, and names one that is broken or refuses', async () => {
    await refusal(
      changed('gpt2', 'tokenizer_config.json', (text) => text),
      /has no chat template: use promptFormat plain/,
      'chat',
    );
    await refusal(
      changed('qwen3', 'chat_template.jinja', () => '{% if %}'),
      /chat_template\.jinja is not valid/,
    );
    const llama = await open('llama');
    expect(() => llama.chat?.render([{ role: 'assistant', content: 'first' }], true)).toThrow(
      /cannot render the messages: roles must alternate/,
    );
  });

  it('names the character that a vocabulary without all bytes would drop', async () => {
    // "é" is the bytes C3 A9, which a byte-level vocabulary writes as "Ã" and "©".
    const dir = await changed('gpt2', 'tokenizer.json', (text) => text.replace('"Ã":', '"\\u4e00":'));
    const tokenizer = await openHuggingFaceTokenizer(dir);
    expect(tokenizer.decode(tokenizer.encode('plain'))).toBe('plain');
    expect(() => tokenizer.encode('café')).toThrow(/"é" in "café" has no token/);
  });
});
