import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOn, describeOnEachBackend } from './backend/testBackends.ts';
import { padPrompts, repeatPrompts } from './batch.ts';
import { createLearner } from './learner.ts';
import { createSampler, type Completions, type EndedCompletion, type RolloutSettings } from './rollout.ts';
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
    const learner = createLearner(
      backend,
      { decoder: model, trainable: specs, frozen: [] },
      {
        ...tinyConfig().policyGradient,
        temperature: 0.7,
      },
    );
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

  it('tells of each completion once, after the block in which it ended', async () => {
    const over = { groupSize: 64, maxNewTokens: 33, temperature: 10 };
    const sampler = createSampler(backend, model, settings(over));
    const blocks: (readonly EndedCompletion[])[] = [];
    const prompts = padPrompts([[1, 3]], 2, 0);
    const completions = await sampler.sample(state.weights, prompts, 1, {
      ended: (ended) => Promise.resolve(void blocks.push(ended)),
    });
    const told = blocks.flat();
    expect(told.map(({ row }) => row).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 64 }, (_, row) => row),
    );
    for (const { row, ids, truncated } of told) {
      expect(Array.from(ids)).toEqual(rowsOf(completions)[row]);
      expect(truncated).toBe(completions.truncated[row]);
    }
    // The first token, then blocks of eight: none is told later than it could be.
    blocks.forEach((ended, block) =>
      ended.forEach(({ ids }) => expect(Math.ceil((ids.length - 1) / 8)).toBe(block)),
    );
    // Listening changes nothing of what is drawn; a listener that fails ends it, and leaves no tensor behind.
    expect(await sampler.sample(state.weights, prompts, 1)).toEqual(completions);
    const before = backend.memory().numTensors;
    const ended = () => Promise.reject(new Error('enough'));
    await expect(sampler.sample(state.weights, prompts, 1, { ended })).rejects.toThrow('enough');
    expect(backend.memory().numTensors).toBe(before);
    sampler.dispose();
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

  it('goes on with fewer rows once most have ended, and draws the same tokens for them', async () => {
    // One token in seven ends a completion of a nearly flat policy: of 64 rows, 16 and fewer outlive 17 tokens, two blocks.
    const over = { groupSize: 64, maxNewTokens: 33, temperature: 10 };
    const prompts = padPrompts([[1, 3]], 2, 0);
    const all = await sample({ ...over, eosIds: [] }, prompts);
    const ended = await sample({ ...over, eosIds: [2] }, prompts);
    // The other 16 rows go on alone: what is drawn for them is what would have been drawn among all.
    const [longest, short] = [Math.max(...ended.lengths), ended.lengths.filter((length) => length <= 17)];
    expect(longest).toBeGreaterThan(17);
    expect(short.length).toBeGreaterThan(48);
    rowsOf(ended).forEach((tokens, row) => {
      expect(tokens, `row ${row}`).toEqual(rowsOf(all)[row]?.slice(0, tokens.length));
      tokens.forEach((_, token) => {
        const [a, b] = [all, ended].map(({ logp }) => logp[row * 33 + token] ?? NaN);
        // Products of fewer rows may add in another order.
        expect(Math.abs((a ?? NaN) - (b ?? NaN))).toBeLessThan(3e-5);
      });
    });
  });

  it('takes the likeliest tokens when greedy, whatever the seed', async () => {
    const completions = await sample({ greedy: true, temperature: 0.7 });
    expect(await sample({ greedy: true, temperature: 0.7, seed: 99 })).toEqual(completions);
    const rows = rowsOf(completions);
    // The five completions of a prompt are the same.
    rows.forEach((tokens, row) => expect(tokens).toEqual(rows[row - (row % 5)]));
    const logits = model.logits(
      state.weights,
      tf.tensor2d([[1, 3, 4]], [1, 3], 'int32'),
      tf.tensor1d([0], 'int32'),
      1,
    );
    const flat = tf.reshape(logits, [VOCABULARY]);
    expect(rows[0]?.[0]).toBe(tf.argMax(flat).dataSync()[0]);
    const best = tf.max(tf.logSoftmax(tf.div(flat, 0.7))).dataSync()[0] ?? NaN;
    expect(Math.abs((completions.logp[0] ?? NaN) - best)).toBeLessThan(3e-5);
  });

  it('draws from a truncated distribution and tells log-probabilities under it', async () => {
    const one = await sample({ topK: 1 });
    expect(rowsOf(one)).toEqual(rowsOf(await sample({ greedy: true })));
    expect(one.logp.every((logp) => Math.abs(logp) < 1e-6)).toBe(true);
    const whole = await sample({ temperature: 2 });
    for (const cut of [{ topP: 0.5 }, { minP: 0.5 }, { topK: 2 }]) {
      const some = await sample({ temperature: 2, ...cut });
      expect(rowsOf(some)).not.toEqual(rowsOf(whole));
    }
    expect(rowsOf(await sample({ temperature: 2, topP: 1, minP: 0, topK: null }))).toEqual(rowsOf(whole));
  });

  it('leaves the noise of training alone when given a stream of its own', async () => {
    expect(rowsOf(await sample({ stream: 6 }))).not.toEqual(rowsOf(await sample()));
    expect(rowsOf(await sample({ stream: 2 }))).toEqual(rowsOf(await sample()));
  });

  it('shares key and value heads as configured', async () => {
    const one = tinyPolicy(VOCABULARY, { ...TINY_MODEL, kvHeads: 1 });
    const sampler = createSampler(backend, one.model, settings());
    expect((await sampler.sample(one.state.weights, PROMPTS, 1)).rows).toBe(15);
    sampler.dispose();
    one.dispose();
  });
});

await describeOn('native', 'rollout under XLA', (backend) => {
  it('draws what it draws without, the same in every call', async () => {
    const { model, state, dispose } = tinyPolicy(VOCABULARY);
    // 41 tokens: the first, two blocks of 20 under XLA and five of 8 without; rows end and are dropped on the way.
    const over = { groupSize: 64, maxNewTokens: 41, temperature: 3 };
    const [plain, xla] = [false, true].map((xla) =>
      createSampler(backend, model, settings({ ...over, xla })),
    );
    const prompts = padPrompts([[1, 3]], 2, 0);
    const expected = await plain?.sample(state.weights, prompts, 1);
    const drawn = await xla?.sample(state.weights, prompts, 1);
    expect(drawn?.lengths).toEqual(expected?.lengths);
    expect(drawn?.ids).toEqual(expected?.ids);
    drawn?.logp.forEach((logp, token) =>
      // Fused loops round otherwise: see the tolerance against the trainer above.
      expect(Math.abs(logp - (expected?.logp[token] ?? NaN))).toBeLessThan(3e-5),
    );
    const before = backend.memory().numTensors;
    expect(await xla?.sample(state.weights, prompts, 1)).toEqual(drawn);
    expect(backend.memory().numTensors).toBe(before);
    plain?.dispose();
    xla?.dispose();
    dispose();
  });
});
