import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { huggingFaceModelSchema } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { describeOn } from '../backend/testBackends.ts';
import { TrainerError } from '../errors.ts';
import { fixtureDir, readCheckpoint, type FixtureFamily } from '../testing/huggingFaceFixtures.ts';
import { tinyConfig } from '../testing/tinyModel.ts';
import { openPolicyModel } from './policyModel.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nabla-model-'));
});
afterAll(() => rm(folder, { recursive: true }));

const configOf = (source: string, more: object = {}) => ({
  ...tinyConfig(),
  model: huggingFaceModelSchema.parse({ kind: 'hugging_face', source, ...more }),
  tokenizer: { kind: 'model' } as const,
});
const open = (family: FixtureFamily, more: object = {}) =>
  openPolicyModel({ config: configOf(fixtureDir(family), more) });

/** A copy of a fixture with one JSON file changed. */
async function changed(
  family: FixtureFamily,
  file: string,
  change: (json: Record<string, unknown>) => object,
): Promise<string> {
  const dir = await mkdtemp(path.join(folder, 'copy-'));
  await cp(fixtureDir(family), dir, { recursive: true });
  const json: Record<string, unknown> = JSON.parse(await readFile(path.join(dir, file), 'utf8'));
  await writeFile(path.join(dir, file), JSON.stringify(change(json)));
  return dir;
}

await describeOn('wasm', 'openPolicyModel', () => {
  it('opens a directory for full training: its weights are the beginning, nothing is frozen', async () => {
    const before = tf.memory().numTensors;
    const model = await open('llama3');
    expect(model.frozen).toEqual([]);
    expect(model.lora).toBeNull();
    expect(model.trainable.map(({ name }) => name).slice(0, 3)).toEqual([
      'embedding',
      'layers.0.attention.norm',
      'layers.0.attention.qkv',
    ]);
    const weights = await model.initial();
    const { values } = await readCheckpoint(fixtureDir('llama3'));
    weights.forEach((weight, index) => expect(weight.dataSync()).toEqual(values[index]));
    expect(weights.map(({ shape }) => shape)).toEqual(model.trainable.map(({ shape }) => shape));
    tf.dispose(weights);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('opens one for LoRA: the base is frozen, the adapters begin at nothing and from the seed alone', async () => {
    const before = tf.memory().numTensors;
    const model = await open('gpt2', { lora: { rank: 2, alpha: 4 } });
    expect(model.frozen.length).toBe(2 + 2 * 12 + 2);
    expect(model.trainable.length).toBe(2 * 8);
    const [one, two] = [await model.initial(), await model.initial()];
    one.forEach((weight, index) => expect(weight.dataSync()).toEqual(two[index]?.dataSync()));
    expect(one.filter((weight) => weight.dataSync().every((value) => value === 0)).length).toBe(8);
    tf.dispose([...one, ...two]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('puts the beginning-of-sequence token where the model has one, and the chat template where it is asked for', async () => {
    const [plain, chat, bare] = [
      await open('llama3'),
      await open('qwen2', { promptFormat: 'chat', system: 'Be brief.' }),
      await open('qwen2'),
    ];
    const { bosId } = plain.tokenizer;
    expect(bosId).not.toBeNull();
    expect(plain.encodePrompt('ab')).toEqual([bosId, ...plain.tokenizer.encode('ab')]);
    expect(bare.encodePrompt('ab')).toEqual(bare.tokenizer.encode('ab'));
    expect(chat.tokenizer.decode(chat.encodePrompt('2+2?'))).toBe(
      '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n2+2?<|im_end|>\n<|im_start|>assistant\n',
    );
    for (const model of [plain, chat, bare]) model.dispose();
  });

  it('bounds sequences by the model’s positions, or by what is asked for within them', async () => {
    expect((await open('llama')).maxTokens).toBe(64);
    expect((await open('llama', { maxContextTokens: 20 })).maxTokens).toBe(20);
    await expect(open('llama', { maxContextTokens: 65 })).rejects.toThrow(
      /maxContextTokens is 65.*64 positions/,
    );
  });

  it('identifies the files by their content', async () => {
    const [one, again] = [await open('llama'), await open('llama', { lora: {} })];
    expect(one.base?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(again.base?.sha256).toBe(one.base?.sha256);
    const other = await changed('llama', 'config.json', (json) => ({ ...json, rms_norm_eps: 1e-5 }));
    const model = await openPolicyModel({ config: configOf(other) });
    expect(model.base?.sha256).not.toBe(one.base?.sha256);
    for (const each of [one, again, model]) each.dispose();
  });

  it('refuses a tokenizer that knows more tokens than the embedding has rows', async () => {
    const smaller = await changed('llama', 'config.json', (json) => ({ ...json, vocab_size: 100 }));
    await expect(openPolicyModel({ config: configOf(smaller) })).rejects.toThrow(
      /tokenizer and model in .* do not belong together: the tokenizer has \d+ tokens, but the embedding has only 100 rows/,
    );
  });

  it('refuses an end of sequence that the embedding does not know', async () => {
    const beyond = await changed('llama', 'generation_config.json', (json) => ({
      ...json,
      eos_token_id: [2, 320],
    }));
    await expect(openPolicyModel({ config: configOf(beyond) })).rejects.toThrow(/320/);
  });

  it('refuses weights of another shape, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const wider = await changed('qwen3', 'config.json', (json) => ({ ...json, intermediate_size: 41 }));
    for (const more of [{}, { lora: {} }]) {
      const opening = openPolicyModel({ config: configOf(wider, more) });
      await expect(opening).rejects.toThrow(/gate_proj\.weight \[40, 24\] instead of \[41, 24\]/);
      await expect(opening).rejects.toThrow(TrainerError);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a number that is none, naming the tensor', async () => {
    const dir = await changed('llama', 'config.json', (json) => json);
    const file = path.join(dir, 'model.safetensors');
    const bytes = await readFile(file);
    bytes.writeFloatLE(NaN, bytes.length - 4);
    await writeFile(file, bytes);
    const model = await openPolicyModel({ config: configOf(dir) });
    await expect(model.initial()).rejects.toThrow(/hold NaN in /);
    await expect(openPolicyModel({ config: configOf(dir, { lora: {} }) })).rejects.toThrow(
      /damaged or its training diverged/,
    );
  });
});

describe('openPolicyModel without files', () => {
  it('says which directory is not there', async () => {
    await expect(openPolicyModel({ config: configOf('./no/such/model') })).rejects.toThrow(/no\/such\/model/);
  });
});
