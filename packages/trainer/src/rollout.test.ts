import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOnEachBackend } from './backend/testBackends.ts';
import { padPrompts, repeatPrompts } from './batch.ts';
import { createLearner } from './learner.ts';
import { createSampler, type Completions, type RolloutSettings } from './rollout.ts';
import { TINY_MODEL, tinyConfig, tinyPolicy } from './testing/tinyModel.ts';

const VOCABULARY = 7;
const PROMPTS = padPrompts(
  [
    [1, 3, 4],
    [1, 5],
    [1, 6, 6, 3, 4],
  ],
  5,
  0,
);
const settings = (over: Partial<RolloutSettings> = {}): RolloutSettings => ({
  maxNewTokens: 20,
  groupSize: 5,
  temperature: 0.7,
  eosIds: [2],
  padId: 0,
  seed: 11,
  ...over,
});
const rowsOf = (completions: Completions) =>
  completions.lengths.map((length, row) =>
    Array.from(completions.ids.subarray(row * completions.width, row * completions.width + length)),
  );

await describeOnEachBackend('rollout', (backend) => {
  const { model, specs, state } = tinyPolicy(VOCABULARY);
  const sample = async (over: Partial<RolloutSettings> = {}, prompts = PROMPTS, step = 1) => {
    const sampler = createSampler(backend, model, settings(over));
    try {
      return await sampler.sample(state.weights, prompts, step);
    } finally {
      sampler.dispose();
    }
  };

  it('replays from the seed, and draws anew with every step and seed', async () => {
    const first = await sample();
    expect(await sample()).toEqual(first);
    expect(rowsOf(await sample({}, PROMPTS, 2))).not.toEqual(rowsOf(first));
    expect(rowsOf(await sample({ seed: 12 }))).not.toEqual(rowsOf(first));
  });

  it('keeps the first of several end-of-sequence tokens and nothing after it', async () => {
    const completions = await sample({ eosIds: [2, 5], groupSize: 20 });
    expect(completions.rows).toBe(60);
    rowsOf(completions).forEach((tokens, row) => {
      const ended = tokens.findIndex((token) => token === 2 || token === 5);
      expect(ended).toBe(completions.truncated[row] ? -1 : tokens.length - 1);
      const [start, end] = [row * completions.width + tokens.length, (row + 1) * completions.width];
      expect(completions.ids.subarray(start, end).every((token) => token === 0)).toBe(true);
      expect(completions.logp.subarray(start, end).every((logp) => logp === 0)).toBe(true);
    });
    // Both ends occur, so that the assertion above has seen both.
    expect(new Set(rowsOf(completions).map((tokens) => tokens.at(-1)))).toContain(2);
    expect(new Set(rowsOf(completions).map((tokens) => tokens.at(-1)))).toContain(5);
  });

  it('draws all tokens where nothing ends a completion', async () => {
    const completions = await sample({ eosIds: [] });
    expect(completions.lengths.every((length) => length === 20)).toBe(true);
    expect(completions.truncated.every(Boolean)).toBe(true);
  });

  it('gives each token the log-probability that the trainer gives it', async () => {
    const completions = await sample({ groupSize: 16 });
    const learner = createLearner(backend, { decoder: model, trainable: specs, frozen: [] }, {
      ...tinyConfig().policyGradient,
      temperature: 0.7,
    });
    const scored = await learner.score(state.weights, { prompts: repeatPrompts(PROMPTS, 16), completions });
    learner.dispose();
    let largest = 0;
    completions.lengths.forEach((length, row) => {
      for (let token = row * 20; token < row * 20 + length; token++)
        largest = Math.max(largest, Math.abs((scored[token] ?? NaN) - (completions.logp[token] ?? NaN)));
    });
    expect(largest).toBeGreaterThan(0);
    // Logits of size 10 at temperature 0.7: float32 rounds them to 1e-6, and two layers add up some of that.
    expect(largest).toBeLessThan(3e-5);
  });

  it('draws from the distribution it says: first tokens within 4 standard errors', async () => {
    const completions = await sample({ groupSize: 2000, maxNewTokens: 1 }, padPrompts([[1, 3]], 2, 0));
    const logits = model.logits(
      state.weights,
      tf.tensor2d([[1, 3]], [1, 2], 'int32'),
      tf.tensor1d([0], 'int32'),
      1,
    );
    const probabilities = tf.softmax(tf.div(tf.reshape(logits, [VOCABULARY]), 0.7)).dataSync();
    probabilities.forEach((probability, token) => {
      const share = completions.ids.filter((drawn) => drawn === token).length / 2000;
      expect(Math.abs(share - probability), `token ${token}`).toBeLessThan(
        4 * Math.sqrt((probability * (1 - probability)) / 2000),
      );
    });
  });

  it('does not care what else is in the batch', async () => {
    const together = await sample({ groupSize: 1 });
    // The same noise falls to row 0 only, so it alone can be compared.
    const alone = await sample({ groupSize: 1 }, padPrompts([[1, 3, 4]], 3, 0));
    const logpOf = (completions: Completions) => completions.logp[0] ?? NaN;
    expect(rowsOf(alone)[0]?.[0]).toBe(rowsOf(together)[0]?.[0]);
    expect(Math.abs(logpOf(alone) - logpOf(together))).toBeLessThan(3e-5); // as above
  });

  it('stops when all have ended, and leaves no tensor behind', async () => {
    const sampler = createSampler(backend, model, settings({ eosIds: [0, 1, 2, 3, 4, 5, 6] }));
    await sampler.sample(state.weights, PROMPTS, 1);
    const before = backend.memory().numTensors;
    const completions = await sampler.sample(state.weights, PROMPTS, 2);
    expect(backend.memory().numTensors).toBe(before);
    expect(completions.lengths.every((length) => length === 1)).toBe(true);
    sampler.dispose();
  });

  it('shares key and value heads as configured', async () => {
    const one = tinyPolicy(VOCABULARY, { ...TINY_MODEL, kvHeads: 1 });
    const sampler = createSampler(backend, one.model, settings());
    expect((await sampler.sample(one.state.weights, PROMPTS, 1)).rows).toBe(15);
    sampler.dispose();
    one.dispose();
  });
});
