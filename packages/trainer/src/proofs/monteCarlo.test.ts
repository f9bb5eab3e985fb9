/**
 * @file The whole chain on a transformer: what the sampler draws and the learner makes of it has ∇J as its mean. The exact ∇J comes
 * from the learner itself, fed with every completion there is, weighted by its probability: so this is about sampling, shared
 * weights and the cache, while `estimators.test.ts` is about the estimators.
 */
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { advantages, mean, standardDeviation } from '../algorithms/advantages.ts';
import { tokenWeights } from '../algorithms/aggregation.ts';
import { perToken } from '../algorithms/signal.ts';
import { at } from '../at.ts';
import { describeOnEachBackend } from '../backend/testBackends.ts';
import { padCompletions, padPrompts, repeatPrompts } from '../batch.ts';
import { createLearner, type PolicyBatch } from '../learner.ts';
import { createSampler } from '../rollout.ts';
import { TINY_MODEL, tinyConfig, tinyPolicy } from '../testing/tinyModel.ts';

const VOCABULARY = 5;
const EOS = 2;
const MAX_TOKENS = 2;
const GROUP_SIZE = 8;
const BATCHES = 150;
const BETA1 = 0.9;

/** Of no particular form. */
const rewardOf = (tokens: ArrayLike<number>) => Math.sin(2.1 * (tokens[0] ?? 0) + 0.9 * (tokens[1] ?? 7) + 1);

await describeOnEachBackend('rollout and learner together', (backend) => {
  it('have the exact gradient as their mean, within 4 standard errors', async () => {
    const { model, specs, state, dispose } = tinyPolicy(VOCABULARY, { ...TINY_MODEL, initStd: 0.15 });
    const { policyGradient } = tinyConfig();
    const learner = createLearner(
      backend,
      { decoder: model, trainable: specs, frozen: [] },
      {
        ...policyGradient,
        optimizer: { ...policyGradient.optimizer, gradClip: null, beta1: BETA1 },
      },
    );
    const prompt = padPrompts([[1, 3, 4]], 3, 0);

    /** The gradient that ascends, all parameters in one list: after one step from zero, m is (1 − β1) times that of the loss. */
    async function gradientOf(batch: PolicyBatch): Promise<number[]> {
      const { state: next } = await learner.update(state, batch, 1e-6, 1);
      const gradient = next.m.flatMap((tensor) =>
        Array.from(tensor.dataSync(), (moment) => -moment / (1 - BETA1)),
      );
      tf.dispose([...next.weights, ...next.m, ...next.v]);
      return gradient;
    }

    const all = Array.from({ length: VOCABULARY }, (_, first) =>
      first === EOS ? [[first]] : Array.from({ length: VOCABULARY }, (_unused, second) => [first, second]),
    ).flat();
    const every = {
      prompts: repeatPrompts(prompt, all.length),
      completions: padCompletions(all, MAX_TOKENS, 0),
    };
    const grid = { lengths: all.map((tokens) => tokens.length), width: MAX_TOKENS };
    const logp = await learner.score(state.weights, every);
    const tokensOf = (row: number) => at(all, row).map((_, t) => row * MAX_TOKENS + t);
    const probabilities = all.map((_, row) =>
      Math.exp(tokensOf(row).reduce((sum, token) => sum + at(logp, token), 0)),
    );
    expect(probabilities.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 5); // float32
    const weights = new Float32Array(logp.length);
    probabilities.forEach((probability, row) =>
      tokensOf(row).forEach((token) => (weights[token] = probability)),
    );
    const exact = await gradientOf({
      ...every,
      tokens: {
        signal: Float32Array.from(perToken(grid, all.map(rewardOf))),
        tokenWeights: weights,
      },
    });
    const length = Math.sqrt(exact.reduce((sum, value) => sum + value ** 2, 0));

    const sampler = createSampler(backend, model, {
      maxNewTokens: MAX_TOKENS,
      groupSize: GROUP_SIZE,
      temperature: 1,
      eosIds: [EOS],
      padId: 0,
      seed: 3,
    });
    const sampled: number[][] = [];
    for (let step = 1; step <= BATCHES; step++) {
      const completions = await sampler.sample(state.weights, prompt, step);
      const rewards = completions.lengths.map((count, row) =>
        rewardOf(completions.ids.subarray(row * MAX_TOKENS, row * MAX_TOKENS + count)),
      );
      const shape = { lengths: completions.lengths, included: rewards.map(() => true), width: MAX_TOKENS };
      const signal = perToken(shape, advantages('rloo', rewards, GROUP_SIZE));
      sampled.push(
        await gradientOf({
          prompts: repeatPrompts(prompt, GROUP_SIZE),
          completions,
          tokens: {
            signal: Float32Array.from(signal),
            tokenWeights: tokenWeights('sequence_sum', shape),
          },
        }),
      );
    }

    // Along ∇J the mean is its length; along directions without relation to it, what it has there.
    const directions = [
      exact.map((value) => value / length),
      ...[1, 2, 3].map((phase) => exact.map((_, index) => Math.sin(phase + 1.7 * index))),
    ];
    for (const [which, direction] of directions.entries()) {
      const along = (gradient: readonly number[]) =>
        gradient.reduce((sum, value, index) => sum + value * at(direction, index), 0);
      const projections = sampled.map(along);
      const standardError = standardDeviation(projections) / Math.sqrt(BATCHES);
      expect(
        Math.abs(mean(projections) - along(exact)),
        `direction ${which}: mean ${mean(projections)}, exact ${along(exact)}, standard error ${standardError}`,
      ).toBeLessThan(4 * standardError);
      // Enough draws to tell ∇J from 0 along itself, so that the bound above means something.
      if (which === 0) expect(mean(projections)).toBeGreaterThan(6 * standardError);
    }
    sampler.dispose();
    learner.dispose();
    dispose();
  });
});
