import { describe, expect, it } from 'vitest';

import { TrainerError } from '../errors.ts';
import { openSafetensors } from '../huggingFace/safetensors.ts';
import { FAMILIES, fixtureDir, readCheckpoint } from '../testing/huggingFaceFixtures.ts';
import type { Architecture } from './architecture.ts';
import { checkpointReader, toHuggingFace, transposed, type WeightSource } from './huggingFaceWeights.ts';
import { parameterSpecs } from './parameters.ts';

type Tensors = Map<string, { shape: readonly number[]; data: Float32Array }>;

function sourceOf(tensors: Tensors): WeightSource {
  const get = (name: string) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`no ${name}`);
    return tensor;
  };
  return {
    names: () => [...tensors.keys()],
    shape: (name) => get(name).shape,
    read: (name) => Promise.resolve(get(name).data),
  };
}

/** A checkpoint in memory whose every number is different. */
async function exported(
  family: (typeof FAMILIES)[number],
): Promise<{ architecture: Architecture; tensors: Tensors; values: Float32Array[] }> {
  const { architecture } = await readCheckpoint(fixtureDir(family));
  let next = 0;
  const values = parameterSpecs(architecture).map(({ shape }) =>
    new Float32Array(shape.reduce((product, axis) => product * axis, 1)).map(() => next++),
  );
  return { architecture, values, tensors: new Map(toHuggingFace(architecture, values)) };
}

describe('Hugging Face weights', () => {
  it.each(FAMILIES)('of %s go there and back without losing a number', async (family) => {
    const { architecture, tensors, values } = await exported(family);
    for (const [name, { shape, data }] of tensors)
      expect(data.length, name).toBe(shape.reduce((product, axis) => product * axis, 1));
    const reader = checkpointReader(architecture, sourceOf(tensors), 'memory');
    expect(await Promise.all(reader.parameters.map((parameter) => reader.read(parameter)))).toEqual(values);
  });

  it.each(FAMILIES)('of %s keep the names, shapes and numbers that they were read from', async (family) => {
    const { dir, architecture, values } = await readCheckpoint(fixtureDir(family));

    const files = await openSafetensors(dir);
    const tensors = toHuggingFace(architecture, values);
    expect([...tensors.keys()].sort()).toEqual(files.names().sort());
    for (const [name, { shape, data }] of tensors) {
      expect(shape, name).toEqual(files.shape(name));
      expect(data, name).toEqual(await files.read(name));
    }
    await files.close();
  });

  it('stand where they belong: [out, in] there is [in, out] here, GPT-2’s as it is', async () => {
    const llama = await exported('llama');
    const specs = parameterSpecs(llama.architecture);
    const qkv = specs.findIndex(({ name }) => name === 'layers.1.attention.qkv');
    const [rows = 0, columns = 0] = specs[qkv]?.shape ?? [];
    // Element [out 3, in 5] of the keys, which come after 24 columns of queries.
    const keys = llama.tensors.get('model.layers.1.self_attn.k_proj.weight');
    expect(keys?.data[3 * rows + 5]).toBe(llama.values[qkv]?.[5 * columns + 24 + 3]);
    const gpt2 = await exported('gpt2');
    const attn = gpt2.tensors.get('transformer.h.0.attn.c_attn.weight');
    expect(attn?.shape).toEqual([24, 72]);
    const place = parameterSpecs(gpt2.architecture).findIndex(
      ({ name }) => name === 'layers.0.attention.qkv',
    );
    expect(attn?.data).toEqual(gpt2.values[place]);
  });

  it('are read where names lack the prefix of the base model, and masks or a tied head lie beside', async () => {
    const { architecture, tensors, values } = await exported('gpt2');
    const bare: Tensors = new Map(
      [...tensors].map(([name, tensor]) => [name.replace('transformer.', ''), tensor]),
    );
    bare.set('h.0.attn.bias', { shape: [1, 1, 64, 64], data: new Float32Array(4096) });
    bare.set('lm_head.weight', { shape: [320, 24], data: new Float32Array(320 * 24) });
    const reader = checkpointReader(architecture, sourceOf(bare), 'memory');
    expect(await Promise.all(reader.parameters.map((parameter) => reader.read(parameter)))).toEqual(values);
  });

  it('name what is missing, too many, or of another shape, all at once', async () => {
    const { architecture, tensors } = await exported('qwen2');
    tensors.delete('model.layers.1.mlp.up_proj.weight');
    tensors.set('model.norm.weight', { shape: [23], data: new Float32Array(23) });
    tensors.set('model.layers.2.mlp.up_proj.weight', { shape: [1], data: new Float32Array(1) });
    const check = () => checkpointReader(architecture, sourceOf(tensors), '/models/q');
    expect(check).toThrow(TrainerError);
    expect(check).toThrow(
      'the weights in /models/q do not fit its config.json (qwen2): the checkpoint lacks model.layers.1.mlp.up_proj.weight; it has in another shape model.norm.weight [23] instead of [24]; it has, besides what the architecture holds, model.layers.2.mlp.up_proj.weight',
    );
  });

  it('name only the first of many', async () => {
    const { architecture } = await exported('llama');
    expect(() => checkpointReader(architecture, sourceOf(new Map()), 'x')).toThrow(/ and 13 more$/);
  });

  it('a head of its own is no surplus where it is not the embedding', async () => {
    const { architecture, tensors } = await exported('llama');
    tensors.delete('lm_head.weight');
    expect(() => checkpointReader(architecture, sourceOf(tensors), 'x')).toThrow(/lacks lm_head\.weight$/);
  });

  it('transpose across the borders of their blocks', () => {
    const [rows, columns] = [37, 70];
    const values = Float32Array.from({ length: rows * columns }, (_, index) => index);
    const turned = transposed(values, rows, columns);
    expect(turned[69 * rows + 36]).toBe(36 * columns + 69);
    expect(transposed(turned, columns, rows)).toEqual(values);
  });

  it('refuse lists of another length', async () => {
    const { architecture, values } = await exported('llama');
    expect(() => toHuggingFace(architecture, values.slice(1))).toThrow(
      /embedding has 24 values instead of 7680/,
    );
  });
});
