import { loraSchema, type LoraTarget } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { at } from '../at.ts';
import { describeOnEachBackend } from '../backend/testBackends.ts';
import { checkGradients } from '../ops/checkGradients.ts';
import { normals } from '../ops/random.ts';
import { FAMILIES, fixtureDir, readCheckpoint } from '../testing/huggingFaceFixtures.ts';
import { decoder } from './decoder.ts';
import { loraLayout, loraSpecs } from './lora.ts';
import { initialValues, sizeOf } from './parameters.ts';
import { loraToPeft, mergeAdapters, peftConfig } from './peft.ts';

const ALL = loraSchema.parse({ rank: 3, alpha: 6 });

/** Adapters whose second factors are not zero, as after training. */
function trainedAdapters(layers: number, layout: ReturnType<typeof loraLayout>): Float32Array[] {
  return loraSpecs(layers, layout).map(({ shape }, counter) =>
    normals({ seed: 7, stream: 1, counter }, sizeOf(shape)).map((value) => value * 0.2),
  );
}

await describeOnEachBackend('decoder with adapters', (backend) => {
  const ids = () => tf.tensor2d([1, 5, 300, 7, 9, 2, 2, 11], [2, 4], 'int32');
  const padding = () => tf.tensor1d([0, 2], 'int32');

  describe.each(FAMILIES)('%s', (family) => {
    it('is the base at first, and afterwards the base with the adapters merged into it', async () => {
      const { architecture, values, tensors } = await readCheckpoint(fixtureDir(family));
      const layout = loraLayout(architecture, ALL);
      const specs = loraSpecs(architecture.layers, layout);
      const toTensors = (list: readonly Float32Array[]) =>
        list.map((value, index) => tf.tensor(value, [...at(specs, index).shape]));
      const [plain, adapted] = [decoder(architecture), decoder(architecture, layout)];
      const base = tensors();
      const run = (model: typeof plain, weights: tf.Tensor[]) =>
        model.logits(weights, ids(), padding(), 4).dataSync<'float32'>();

      const expected = run(plain, base);
      expect(run(adapted, base)).toEqual(expected);
      expect(run(adapted, [...base, ...toTensors(initialValues(specs, 1))])).toEqual(expected);

      const adapters = trainedAdapters(architecture.layers, layout);
      const own = run(adapted, [...base, ...toTensors(adapters)]);
      const merged = mergeAdapters(architecture, layout, values, adapters).map((value, index) =>
        tf.tensor(value, at(base, index).shape),
      );
      const difference = (a: Float32Array, b: Float32Array) =>
        a.reduce((worst, value, index) => Math.max(worst, Math.abs(value - (b[index] ?? NaN))), 0);
      // The same products in another order: float32 of logits up to 10, through two layers.
      expect(difference(own, run(plain, merged))).toBeLessThan(5e-5);
      expect(difference(own, expected)).toBeGreaterThan(0.1);
    });
  });

  it('has the gradient that finite differences give in every adapter, and none elsewhere', async () => {
    const { architecture, tensors } = await readCheckpoint(fixtureDir('llama3'));
    const layout = loraLayout(
      { ...architecture, layers: 1 },
      loraSchema.parse({ rank: 1, alpha: 1, targets: ['q_proj', 'v_proj', 'down_proj'] }),
    );
    const model = decoder({ ...architecture, layers: 1 }, layout);
    const all = tensors();
    const base = [...all.slice(0, 7), ...all.slice(-2)];
    const adapters = trainedAdapters(1, layout).map((value, index) =>
      tf.tensor(value, [...at(loraSpecs(1, layout), index).shape]),
    );
    const [input, pads] = [ids(), padding()];
    checkGradients((...leaves) => tf.mul(model.logits([...base, ...leaves], input, pads, 1), 0.05), adapters);
  });

  it('trains compiled: the gradients of the compiled function are those of the eager one', async () => {
    const { architecture, tensors } = await readCheckpoint(fixtureDir('qwen3'));
    const layout = loraLayout(architecture, ALL);
    const model = decoder(architecture, layout);
    const base = tensors();
    const adapters = trainedAdapters(architecture.layers, layout).map((value, index) =>
      tf.tensor(value, [...at(loraSpecs(architecture.layers, layout), index).shape]),
    );
    const tokens = tf.tensor2d([5, 3, 8, 1], [2, 2], 'int32');
    const step = (inputs: tf.Tensor[]) => {
      const [frozen, leaves, [input, pads, chosen]] = [
        inputs.slice(0, base.length),
        inputs.slice(base.length, -3),
        inputs.slice(-3),
      ];
      if (!input || !pads || !chosen) throw new Error('no data');
      const { value, grads } = tf.valueAndGrads((...trained: tf.Tensor[]) => {
        const weights = [...frozen, ...trained];
        const hidden = model.hidden(weights, input, pads, 2);
        return tf.sum(model.tokenScores(weights, hidden, chosen, 1, { maxLogits: 1, sliceLogits: 400 }).logp);
      })(leaves);
      return [value, ...grads];
    };
    const inputs = [...base, ...adapters, ids(), padding(), tokens];
    const compiled = backend.compile(step)(inputs);
    tf.tidy(() => step(inputs)).forEach((tensor, index) => {
      const [a, b] = [tensor.dataSync(), at(compiled, index).dataSync()];
      // TensorFlow may join ops of a graph; sums of some hundred terms up to 10.
      a.forEach((value, place) => expect(Math.abs(value - (b[place] ?? NaN))).toBeLessThan(1e-4));
    });
    expect(compiled.length).toBe(1 + adapters.length);
  });
});

describe('loraLayout', () => {
  it('gives each target a pair of factors of its own, in the columns that are its', async () => {
    const { architecture } = await readCheckpoint(fixtureDir('llama3'));
    const layout = loraLayout(
      architecture,
      loraSchema.parse({ rank: 2, alpha: 8, targets: ['v_proj', 'q_proj', 'up_proj'] }),
    );
    expect(layout.scale).toBe(4);
    expect(Object.fromEntries(layout.projections)).toEqual({
      'attention.qkv': {
        rows: 24,
        columns: 48,
        parts: [
          { names: ['q'], start: 0, width: 24 },
          { names: ['v'], start: 36, width: 12 },
        ],
      },
      'feedForward.gateUp': { rows: 24, columns: 80, parts: [{ names: ['up'], start: 40, width: 40 }] },
    });
    expect(loraSpecs(1, layout).map(({ name, shape }) => `${name} ${shape.join('x')}`)).toEqual([
      'layers.0.attention.qkv.lora.a 24x4',
      'layers.0.attention.qkv.lora.b.q 2x24',
      'layers.0.attention.qkv.lora.b.v 2x12',
      'layers.0.feedForward.gateUp.lora.a 24x2',
      'layers.0.feedForward.gateUp.lora.b.up 2x40',
    ]);
  });

  it('starts the first factors with the deviation of PEFT’s uniform draw, the second at zero', async () => {
    const { architecture } = await readCheckpoint(fixtureDir('llama'));
    const layout = loraLayout(architecture, loraSchema.parse({ rank: 512, targets: ['q_proj'] }));
    const [a, b] = initialValues(loraSpecs(1, layout), 3);
    const deviation = Math.sqrt(
      (a ?? new Float32Array()).reduce((sum, value) => sum + value ** 2, 0) / (24 * 512),
    );
    // 12,288 draws: a standard error of 0.6 %; four of them.
    expect(Math.abs(deviation * Math.sqrt(3 * 24) - 1)).toBeLessThan(0.026);
    expect(b?.every((value) => Object.is(value, 0))).toBe(true);
  });

  it('adapts GPT-2’s fused projection as the one module that it is, or refuses', async () => {
    const { architecture } = await readCheckpoint(fixtureDir('gpt2'));
    const layout = (...targets: LoraTarget[]) => loraLayout(architecture, { rank: 2, alpha: 2, targets });
    expect(loraLayout(architecture, ALL).projections.get('attention.qkv')?.parts).toEqual([
      { names: ['q', 'k', 'v'], start: 0, width: 72 },
    ]);
    expect(() => layout('q_proj', 'v_proj')).toThrow(/c_attn.*q_proj, k_proj and v_proj, or none/);
    expect([...layout('gate_proj', 'down_proj').projections.keys()]).toEqual(['feedForward.down']);
    expect(() => layout('gate_proj')).toThrow(
      /lora\.targets \(gate_proj\) name no projection of this gpt2 model/,
    );
  });
});

describe('PEFT', () => {
  it('gets each factor as [r, in] and [out, r] under the module’s name', async () => {
    const { architecture } = await readCheckpoint(fixtureDir('llama3'));
    const layout = loraLayout(
      architecture,
      loraSchema.parse({ rank: 2, alpha: 8, targets: ['k_proj', 'v_proj'] }),
    );
    const adapters = trainedAdapters(2, layout);
    const tensors = loraToPeft(architecture, layout, adapters);
    const name = 'base_model.model.model.layers.1.self_attn.v_proj';
    expect([...tensors.keys()].length).toBe(8);
    const [a, b] = [tensors.get(`${name}.lora_A.weight`), tensors.get(`${name}.lora_B.weight`)];
    expect([a?.shape, b?.shape]).toEqual([
      [2, 24],
      [12, 2],
    ]);
    // Layer 1: A of both parts [24, 4] (v has columns 2 and 3), B of k, B of v [2, 12].
    expect(a?.data[1 * 24 + 5]).toBe(adapters[3]?.[5 * 4 + 3]);
    expect(b?.data[7 * 2 + 1]).toBe(adapters[5]?.[1 * 12 + 7]);
    expect(peftConfig(architecture, layout, { source: 'x/y', revision: null })).toMatchObject({
      r: 2,
      lora_alpha: 8,
      target_modules: ['k_proj', 'v_proj'],
      fan_in_fan_out: false,
    });
  });

  it('tells GPT-2’s two modules c_proj apart', async () => {
    const { architecture } = await readCheckpoint(fixtureDir('gpt2'));
    const layout = loraLayout(architecture, { rank: 2, alpha: 8, targets: ['o_proj'] });
    expect(peftConfig(architecture, layout, { source: 'x/y', revision: null })).toMatchObject({
      target_modules: ['attn.c_proj'],
      fan_in_fan_out: true,
    });
    expect([...loraToPeft(architecture, layout, trainedAdapters(2, layout)).keys()][0]).toBe(
      'base_model.model.transformer.h.0.attn.c_proj.lora_A.weight',
    );
  });

  it('leaves what has no adapter the array it was', async () => {
    const { architecture, values } = await readCheckpoint(fixtureDir('llama'));
    const layout = loraLayout(architecture, { rank: 2, alpha: 8, targets: ['o_proj'] });
    const before = values.map((value) => value.slice());
    const merged = mergeAdapters(architecture, layout, values, trainedAdapters(2, layout));
    expect(merged.filter((value, index) => value !== values[index]).length).toBe(2);
    expect(values).toEqual(before);
  });
});
