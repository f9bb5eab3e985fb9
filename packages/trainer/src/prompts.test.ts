import { huggingFaceModelSchema, type TaskConfig } from '@nabla/domain';
import { describe, expect, it } from 'vitest';

import { describeOn } from './backend/testBackends.ts';
import { openPolicyModel } from './model/policyModel.ts';
import { openPrompts } from './prompts.ts';
import { STREAMS } from './streams.ts';
import { FAMILIES, fixtureDir, type FixtureFamily } from './testing/huggingFaceFixtures.ts';
import { tinyConfig } from './testing/tinyModel.ts';

const TASKS: TaskConfig[] = [
  { kind: 'addition', digits: { min: 1, max: 3 } },
  { kind: 'sort_digits', length: { min: 1, max: 4 } },
  { kind: 'reverse_text', length: { min: 1, max: 4 } },
];
const WITH_TOKENIZER = FAMILIES.filter((family) => family !== 'llama_biases');

const open = (family: FixtureFamily, more: object = {}) =>
  openPolicyModel({
    config: {
      ...tinyConfig(),
      model: huggingFaceModelSchema.parse({ kind: 'hugging_face', source: fixtureDir(family), ...more }),
      tokenizer: { kind: 'model' },
    },
  });

await describeOn('wasm', 'prompts of built-in tasks', () => {
  it.each(WITH_TOKENIZER)(
    'never get longer than said with the tokenizer of %s, which may put a mark before a text',
    async (family) => {
      const model = await open(family);
      for (const task of TASKS) {
        const source = openPrompts(task, undefined, { seed: 3, stream: STREAMS.prompts, model });
        const lengths = Array.from({ length: 200 }, (_, cursor) => source.at(cursor).ids.length);
        expect(Math.max(...lengths)).toBeLessThanOrEqual(source.longest);
        expect(Math.min(...lengths)).toBeGreaterThan(0);
      }
      model.dispose();
    },
  );
});

describe('prompts that people bring', () => {
  it('may be empty where the model has a token to begin with, and are refused by number where it has none', async () => {
    const task: TaskConfig = { kind: 'file', path: 'p.jsonl' };
    const prompts = ['a', ''].map((text) => ({ text, answer: null, metadata: null }));
    const options = { seed: 1, stream: STREAMS.prompts };
    const [gpt2, llama3] = [await open('gpt2'), await open('llama3')];
    expect(() => openPrompts(task, prompts, { ...options, model: gpt2 })).toThrow(
      /prompt 1 is empty, and this model has no beginning-of-sequence token/,
    );
    expect(openPrompts(task, prompts, { ...options, model: llama3 }).longest).toBe(2);
  });
});
