import { loraSchema, scratchModelSchema } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOn } from '../backend/testBackends.ts';
import { withGradient } from '../ops/withGradient.ts';
import { scratchArchitecture, type Architecture } from './architecture.ts';
import { decoder } from './decoder.ts';
import { loraLayout, loraSpecs, type LoraLayout } from './lora.ts';
import {
  cacheBytesPerToken,
  keptBytesPerScoredToken,
  keptBytesPerToken,
  memoryWarning,
  stateBytes,
  updateBytes,
} from './memory.ts';
import { initialValues, parameterSpecs, type ParameterSpec } from './parameters.ts';

const LLAMA = scratchArchitecture(
  scratchModelSchema.parse({ kind: 'scratch', layers: 2, width: 16, heads: 4, kvHeads: 2, feedForward: 24 }),
  50,
);
const LEARNED: Architecture = { ...LLAMA, positions: { kind: 'learned' }, maxPositions: 128 };
const BIASED = { qkv: true, out: true, feedForward: true };
const ARCHITECTURES: [string, Architecture][] = [
  ['llama', LLAMA],
  ['llama with biases', { ...LLAMA, biases: BIASED }],
  ['qwen2', { ...LLAMA, biases: { ...BIASED, out: false, feedForward: false }, tieEmbeddings: true }],
  ['qwen3', { ...LLAMA, qkNorm: true, headWidth: 8 }],
  [
    'gpt2',
    {
      ...LEARNED,
      kvHeads: 4,
      norm: { kind: 'layer', epsilon: 1e-5 },
      gated: false,
      activation: 'gelu_tanh',
      biases: BIASED,
      tieEmbeddings: true,
    },
  ],
];
const T = 40;
const C = 10;

const tensorsOf = (specs: readonly ParameterSpec[]) =>
  initialValues(specs, 1).map((values, index) => tf.tensor(values, [...(specs[index]?.shape ?? [])]));

/** tf.memory() when the backward pass begins, over what there was before the forward pass. */
function keptBytes(
  architecture: Architecture,
  rows: number,
  length: number,
  scored: number,
  lora: LoraLayout | null = null,
): number {
  const model = decoder(architecture, lora);
  const base = tensorsOf(parameterSpecs(architecture));
  const adapters = lora ? tensorsOf(loraSpecs(architecture.layers, lora)) : [];
  const data = [
    tf.zeros([rows, length], 'int32'),
    tf.zeros([rows], 'int32'),
    tf.zeros([rows, scored], 'int32'),
  ] as const;
  const before = tf.memory().numBytes;
  let atTurn = NaN;
  tf.dispose(
    tf.valueAndGrads((...leaves: tf.Tensor[]) => {
      const weights = lora ? [...base, ...leaves] : leaves;
      const hidden = model.hidden(weights, data[0], data[1], scored);
      const { logp } = model.tokenScores(weights, hidden, data[2], 1, { entropyGradient: false });
      return withGradient(
        [tf.sum(logp)],
        (sum) => ({ value: tf.clone(sum), saved: [] }),
        (dy) => {
          atTurn = tf.memory().numBytes;
          return [dy];
        },
      );
    })(lora ? adapters : base),
  );
  tf.dispose([...base, ...adapters, ...data]);
  return atTurn - before;
}

/** Of one row more: what the weights' handles count for drops out. */
const perRow = (architecture: Architecture, length: number, scored: number, lora: LoraLayout | null = null) =>
  keptBytes(architecture, 3, length, scored, lora) - keptBytes(architecture, 2, length, scored, lora);

await describeOn('wasm', 'memory', () => {
  it.each(ARCHITECTURES)(
    'of a training step of %s is what is stated, for each token read and scored',
    (_, architecture) => {
      const stated = (length: number, scored: number) =>
        length * keptBytesPerToken(architecture, length) + scored * keptBytesPerScoredToken(architecture);
      for (const [length, scored] of [
        [T, C],
        [2 * T, C],
        [T, 2 * C],
      ] as const) {
        const measured = perRow(architecture, length, scored);
        expect(measured).toBeLessThanOrEqual(stated(length, scored));
        // A statement twice as high as what is there would be of no use.
        expect(measured).toBeGreaterThan(0.5 * stated(length, scored));
      }
    },
  );

  it('holds one number for each scored token and token of the vocabulary, no second copy', () => {
    const wider = perRow({ ...LLAMA, vocabulary: 51 }, T, C);
    expect((wider - perRow(LLAMA, T, C)) / C / 4).toBe(1);
  });

  it('of a training step under LoRA is at most 1.6 times as much a token', () => {
    const layout = loraLayout(LLAMA, loraSchema.parse({ rank: 2, alpha: 2 }));
    const stated = T * keptBytesPerToken(LLAMA, T) + C * keptBytesPerScoredToken(LLAMA);
    // The sum of each product and its adapter's is counted for both.
    expect(perRow(LLAMA, T, C, layout)).toBeLessThan(1.6 * stated);
  });

  it('of a rollout is the keys and values', () => {
    for (const [, architecture] of ARCHITECTURES) {
      const weights = tensorsOf(parameterSpecs(architecture));
      const [ids, padding] = [tf.zeros([3, 5], 'int32'), tf.zeros([3], 'int32')];
      const before = tf.memory().numBytes;
      const cache = tf.tidy(() => decoder(architecture).prefill(weights, ids, padding, 12).cache);
      expect(tf.memory().numBytes - before).toBe(3 * 12 * cacheBytesPerToken(architecture));
      tf.dispose([...weights, ids, padding, ...cache]);
    }
  });

  it('is warned of where the machine has less, with what to do', () => {
    const qwen: Architecture = {
      ...LLAMA,
      vocabulary: 151_936,
      layers: 24,
      width: 896,
      heads: 14,
      headWidth: 64,
      feedForward: 4864,
      tieEmbeddings: true,
      biases: { ...BIASED, out: false, feedForward: false },
    };
    const specs = parameterSpecs(qwen);
    // 494,032,768 weights, times 16 and 32 bytes.
    expect(memoryWarning(0, specs, true, 12e9)).toBe(
      'the model has 494 million weights: a run holds 7.9 GB and in an update 15.8 GB, batches aside, and this machine has 12.0 GB: train adapters instead (model.lora), or a smaller model',
    );
    expect(memoryWarning(0, specs, true, 16e9)).toBeNull();
    const adapters = loraSpecs(24, loraLayout(qwen, loraSchema.parse({})));
    expect(memoryWarning(494_032_768, adapters, false, 12e9)).toBeNull();
    expect(memoryWarning(494_032_768, adapters, false, 1e9)).toMatch(
      /holds 2\.1 GB .* take a smaller model$/,
    );
  });

  it('between steps is weights, moments and the reference', () => {
    const specs = parameterSpecs(LLAMA);
    const before = tf.memory().numBytes;
    const weights = tensorsOf(specs);
    const copies = [1, 2, 3].flatMap(() => weights.map((weight) => tf.zerosLike(weight)));
    expect(tf.memory().numBytes - before).toBe(stateBytes(0, specs, true));
    expect(stateBytes(0, specs, true) - stateBytes(0, specs, false)).toBe(updateBytes(specs) / 4);
    tf.dispose([...weights, ...copies]);
  });
});
