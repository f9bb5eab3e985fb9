import { parameterCount, scratchModelSchema } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { padPrompts } from '../batch.ts';
import { TINY_MODEL, tinyPolicy } from '../testing/tinyModel.ts';
import { decoder } from './decoder.ts';
import { scratchArchitecture } from './architecture.ts';
import { initialValues, parameterSpecs } from './parameters.ts';

const VOCABULARY = 11;
/** Logits here are below 10; two layers of float32 sums in another order differ by some 1e-6 of that. */
const ROUNDING = 5e-5;

const rectangle = (rows: number[][], width: number, padId = 0) => {
  const padded = padPrompts(rows, width, padId);
  return {
    ids: tf.tensor2d(padded.ids, [rows.length, width], 'int32'),
    padding: tf.tensor1d(padded.padding, 'int32'),
  };
};

function expectSame(actual: tf.Tensor, expected: tf.Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [actual.dataSync(), expected.dataSync()];
  a.forEach((value, index) =>
    expect(Math.abs(value - (b[index] ?? NaN)), `element ${index}`).toBeLessThan(ROUNDING),
  );
}

await describeOnEachBackend('decoder', () => {
  it('gives the logits that plain loops over doubles give', () => {
    const config = { ...TINY_MODEL, tieEmbeddings: true };
    const { model, specs, state, dispose } = tinyPolicy(VOCABULARY, config);
    const ids = [1, 7, 3, 9];
    const { ids: input, padding } = rectangle([ids], 4);
    const expected = plainLogits(ids, config, initialValues(specs, 1));
    const logits = model.logits(state.weights, input, padding, 4);
    expectSame(logits, tf.tensor3d([expected]));
    tf.dispose([input, padding, logits]);
    dispose();
  });

  it('does not change a logit for padding, whatever the pads and their number', () => {
    const { model, state, dispose } = tinyPolicy(VOCABULARY);
    const prompt = [1, 5, 6];
    const alone = rectangle([prompt], 3);
    const own = model.logits(state.weights, alone.ids, alone.padding, 3);
    for (const padId of [0, 3]) {
      const beside = rectangle([[1, 9, 8, 7, 6, 5, 4], prompt], 7, padId);
      const padded = model.logits(state.weights, beside.ids, beside.padding, 3);
      expectSame(tf.slice(padded, [1, 0, 0], [1, 3, -1]), own);
    }
    dispose();
  });

  it('is causal: a later token changes no earlier logit', () => {
    const { model, state, dispose } = tinyPolicy(VOCABULARY);
    const [one, two] = [rectangle([[1, 5, 6, 2]], 4), rectangle([[1, 5, 6, 9]], 4)];
    const [a, b] = [one, two].map(({ ids, padding }) => model.logits(state.weights, ids, padding, 4));
    if (!a || !b) throw new Error('no logits');
    expectSame(tf.slice(a, [0, 0, 0], [1, 3, -1]), tf.slice(b, [0, 0, 0], [1, 3, -1]));
    expect(
      tf.max(tf.abs(tf.sub(tf.slice(a, [0, 3, 0]), tf.slice(b, [0, 3, 0])))).dataSync()[0],
    ).toBeGreaterThan(0.01);
    dispose();
  });

  it('decodes token by token what it reads at once', () => {
    const { model, state, dispose } = tinyPolicy(VOCABULARY);
    const [first, second] = [
      [1, 4, 5],
      [1, 9],
    ];
    const continuation = [7, 3, 8];
    const prompts = rectangle([first ?? [], second ?? []], 3);
    const tables = model.tables(6);
    let step = model.prefill(state.weights, prompts.ids, prompts.padding, 6);
    continuation.forEach((token, index) => {
      const whole = rectangle(
        [
          [...(first ?? []), ...continuation.slice(0, index)],
          [...(second ?? []), ...continuation.slice(0, index)],
        ],
        3 + index,
      );
      expectSame(step.logits, tf.squeeze(model.logits(state.weights, whole.ids, whole.padding, 1), [1]));
      const tokens = tf.tensor1d([token, token], 'int32');
      step = model.decode(state.weights, {
        cache: step.cache,
        tokens,
        padding: prompts.padding,
        position: tf.scalar(3 + index, 'int32'),
        tables,
      });
    });
    dispose();
  });
});

it('parameters come from the seed alone, have the shapes of the configuration, and as many values as it says', () => {
  for (const config of [
    TINY_MODEL,
    scratchModelSchema.parse({
      kind: 'scratch',
      layers: 1,
      width: 8,
      heads: 2,
      feedForward: 12,
      tieEmbeddings: true,
    }),
  ]) {
    const specs = parameterSpecs(scratchArchitecture(config, VOCABULARY));
    const values = initialValues(specs, 5);
    expect(values.reduce((sum, value) => sum + value.length, 0)).toBe(parameterCount(config, VOCABULARY));
    expect(initialValues(specs, 5)).toEqual(values);
    expect(initialValues(specs, 6)).not.toEqual(values);
    expect(new Set(specs.map(({ name }) => name)).size).toBe(specs.length);
    expect(decoder(scratchArchitecture(config, VOCABULARY)).architecture.headWidth).toBe(
      config.width / config.heads,
    );
  }
});

it('parameters have the deviation asked for, smaller where a residual branch ends', () => {
  const config = scratchModelSchema.parse({
    kind: 'scratch',
    layers: 2,
    width: 64,
    heads: 4,
    feedForward: 128,
    initStd: 0.05,
  });
  const specs = parameterSpecs(scratchArchitecture(config, VOCABULARY));
  const values = initialValues(specs, 1);
  const deviation = (name: string) => {
    const found = values[specs.findIndex((spec) => spec.name === name)] ?? new Float32Array();
    return Math.sqrt(found.reduce((sum, value) => sum + value ** 2, 0) / found.length);
  };
  // 64 · 192 and 64 · 64 draws: standard errors of 0.6 % and 1.1 %; four of them.
  expect(deviation('layers.0.attention.qkv') / 0.05).toBeCloseTo(1, 1);
  expect(Math.abs(deviation('layers.1.attention.out') / (0.05 / 2) - 1)).toBeLessThan(0.045);
});

/** The decoder once more, in doubles and loops, from the papers' formulas: tied embedding, one sequence without pads. [T, V] */
function plainLogits(ids: number[], config: typeof TINY_MODEL, parameters: Float32Array[]): number[][] {
  const { width, heads, feedForward, ropeTheta } = config;
  const kvHeads = config.kvHeads ?? heads;
  const headWidth = width / heads;
  const product = (x: number[], w: Float32Array, columns: number) =>
    Array.from({ length: columns }, (_, c) =>
      x.reduce((sum, value, r) => sum + value * (w[r * columns + c] ?? NaN), 0),
    );
  const norm = (x: number[], gain: Float32Array) => {
    const scale = 1 / Math.sqrt(x.reduce((sum, value) => sum + value ** 2, 0) / width + 1e-6);
    return x.map((value, i) => value * scale * (gain[i] ?? NaN));
  };
  const rotate = (x: number[], position: number) =>
    x.map((value, i) => {
      const [pair, half] = [i % (headWidth / 2), headWidth / 2];
      const angle = position * ropeTheta ** ((-2 * pair) / headWidth);
      const other = i < half ? -(x[i + half] ?? NaN) : (x[i - half] ?? NaN);
      return value * Math.cos(angle) + other * Math.sin(angle);
    });
  const [embedding = new Float32Array(), ...rest] = parameters;
  const row = (id: number) => Array.from(embedding.subarray(id * width, (id + 1) * width));
  let x = ids.map(row);
  for (let layer = 0; layer < config.layers; layer++) {
    const [g1, qkv, out, g2, gateUp, down] = rest.slice(layer * 6, layer * 6 + 6) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const projected = x.map((token) => product(norm(token, g1), qkv, (heads + 2 * kvHeads) * headWidth));
    const part = (token: number, head: number) =>
      (projected[token] ?? []).slice(head * headWidth, (head + 1) * headWidth);
    x = x.map((token, t) => {
      const joined = Array.from({ length: heads }, (_, head) => {
        const shared = Math.floor(head / (heads / kvHeads));
        const query = rotate(part(t, head), t);
        const scores = ids.slice(0, t + 1).map((_, s) => {
          const key = rotate(part(s, heads + shared), s);
          return query.reduce((sum, value, i) => sum + value * (key[i] ?? NaN), 0) / Math.sqrt(headWidth);
        });
        const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
        return Array.from({ length: headWidth }, (_, i) =>
          scores.reduce(
            (sum, score, s) =>
              sum + (Math.exp(score) / total) * (part(s, heads + kvHeads + shared)[i] ?? NaN),
            0,
          ),
        );
      }).flat();
      const added = product(joined, out, width);
      return token.map((value, i) => value + (added[i] ?? NaN));
    });
    x = x.map((token) => {
      const both = product(norm(token, g2), gateUp, 2 * feedForward);
      const gated = both
        .slice(0, feedForward)
        .map((gate, i) => (gate / (1 + Math.exp(-gate))) * (both[feedForward + i] ?? NaN));
      const added = product(gated, down, width);
      return token.map((value, i) => value + (added[i] ?? NaN));
    });
  }
  const gain = rest.at(-1) ?? new Float32Array();
  return x.map((token) => {
    const last = norm(token, gain);
    return Array.from({ length: embedding.length / width }, (_, id) =>
      row(id).reduce((sum, value, i) => sum + value * (last[i] ?? NaN), 0),
    );
  });
}
