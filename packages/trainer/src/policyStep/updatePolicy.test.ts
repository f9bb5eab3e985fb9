import { AGGREGATIONS, policyGradientSchema, type RunConfigInput } from '@nabla/domain';
import { expect, it } from 'vitest';

import { at } from '../at.ts';
import { describeOnEachBackend } from '../backend/testBackends.ts';
import { padCompletions, padPrompts, repeatPrompts } from '../batch.ts';
import { createLearner } from '../learner.ts';
import { tinyPolicy } from '../testing/tinyModel.ts';
import { disposeState } from '../update.ts';
import type { StepBatch } from './miniBatches.ts';
import { updatePolicy } from './updatePolicy.ts';

const VOCABULARY = 7;
const WIDTH = 4;
const COMPLETIONS = [[3, 2], [4, 4, 4, 2], [2], [5, 6, 3, 3], [6, 2], [4, 2], [3, 3, 2], [6]];
const lengths = COMPLETIONS.map((completion) => completion.length);
const place = { learningRate: 1e-2, seed: 5, step: 2 };

/** Signals, old log-probabilities and lengths of no particular form; one completion without a reward. */
function stepBatch(): StepBatch {
  const column = (phase: number, scale: number, center: number) =>
    Float32Array.from({ length: 8 * WIDTH }, (_, index) => center + scale * Math.sin(phase + 1.3 * index));
  const logp = column(1, 0.4, -1.8);
  return {
    prompts: repeatPrompts(
      padPrompts(
        [
          [1, 3, 4],
          [1, 5],
          [1, 6, 6],
          [1, 2],
        ],
        3,
        0,
      ),
      2,
    ),
    completions: {
      ...padCompletions(COMPLETIONS, WIDTH, 0),
      logp,
      lengths,
      truncated: lengths.map((length) => length === WIDTH),
    },
    included: lengths.map((_, row) => row !== 5),
    oldLogp: logp,
    signal: column(2, 1, 0),
    importance: null,
    refLogp: column(3, 0.4, -1.8),
    returns: null,
    oldValues: null,
    beta: 0.5,
  };
}

await describeOnEachBackend('updatePolicy', (backend) => {
  const { model: decoder, specs, state } = tinyPolicy(VOCABULARY);

  async function run(choices: Partial<RunConfigInput['policyGradient']>, batch = stepBatch()) {
    const config = policyGradientSchema.parse({
      steps: 4,
      promptsPerStep: 4,
      groupSize: 2,
      maxNewTokens: WIDTH,
      loss: 'clip',
      epsilonHigh: 0.5,
      ...choices,
      // Adam's first steps have the size of the learning rate whatever the gradient: ε large shows the gradient itself.
      optimizer: { gradClip: null, epsilon: 1 },
    });
    const learner = createLearner(backend, { decoder, trainable: specs, frozen: [] }, config);
    try {
      const { state: next, ...result } = await updatePolicy(learner, config, batch, state, place);
      const moved = next.weights.flatMap((tensor, index) => {
        const before = at(state.weights, index).dataSync();
        return Array.from(tensor.dataSync(), (value, element) => value - at(before, element));
      });
      disposeState(next);
      return { ...result, moved, updates: next.updates };
    } finally {
      learner.dispose();
    }
  }

  const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
  const difference = (a: readonly number[], b: readonly number[]) =>
    norm(a.map((value, index) => value - at(b, index))) / norm(a);

  it.each(AGGREGATIONS)(
    '%s: micro-batches change nothing over inner epochs and mini-batches',
    async (aggregation) => {
      const several = {
        aggregation,
        innerEpochs: 2,
        miniBatches: 2,
        entropyBonus: 0.1,
        kl: { beta: 0.5, estimator: 'k3', placement: 'loss' },
      } as const;
      const whole = await run(several);
      expect(whole.updates).toBe(4);
      expect(norm(whole.moved)).toBeGreaterThan(1e-4);
      for (const microBatchSize of [3]) {
        const pieces = await run({ ...several, microBatchSize });
        // Weights near 1 hold differences of 1e-3 to 6e-8 each; the moves agree to what that leaves.
        expect(difference(whole.moved, pieces.moved), `micro-batches of ${microBatchSize}`).toBeLessThan(
          2e-3,
        );
        expect(Math.abs(pieces.gradNorm - whole.gradNorm)).toBeLessThan(1e-5 * whole.gradNorm);
        expect(Math.abs(pieces.loss - whole.loss)).toBeLessThan(1e-5);
      }
    },
  );

  it('mini-batches are normalised over themselves: other updates than the whole', async () => {
    const [whole, halves] = [await run({}), await run({ miniBatches: 2 })];
    expect(whole.updates).toBe(1);
    expect(halves.updates).toBe(2);
    expect(difference(whole.moved, halves.moved)).toBeGreaterThan(0.01);
  });

  it('is the same to the last bit for the same seed, step and batch', async () => {
    const choices = { innerEpochs: 2, miniBatches: 4 };
    expect(await run(choices)).toEqual(await run(choices));
  });

  it('gives log-probabilities row by row, before the first and before the last update of each', async () => {
    const { firstLogp, lastLogp, entropy } = await run({ innerEpochs: 2, miniBatches: 2 });
    const { firstLogp: alone, lastLogp: same } = await run({});
    expect(same).toEqual(alone);
    lengths.forEach((length, row) => {
      for (let token = row * WIDTH; token < row * WIDTH + length; token++) {
        // The second mini-batch of the first epoch has seen one update already.
        expect(Math.abs(at(firstLogp, token) - at(alone, token))).toBeLessThan(0.1);
        expect(at(entropy, token)).toBeGreaterThan(0);
      }
    });
    expect(lastLogp).not.toEqual(firstLogp);
  });

  it('leaves nothing behind, also where a later update fails', async () => {
    const config = policyGradientSchema.parse({
      steps: 1,
      promptsPerStep: 4,
      groupSize: 2,
      loss: 'clip',
      innerEpochs: 3,
      optimizer: { gradClip: null },
    });
    const learner = createLearner(backend, { decoder, trainable: specs, frozen: [] }, config);
    disposeState((await updatePolicy(learner, config, stepBatch(), state, place)).state);
    const before = backend.memory().numTensors;
    disposeState((await updatePolicy(learner, config, stepBatch(), state, place)).state);
    expect(backend.memory().numTensors).toBe(before);
    // The first update of this rate ruins the weights, the second sees it.
    await expect(
      updatePolicy(learner, config, stepBatch(), state, { ...place, learningRate: 1e38 }),
    ).rejects.toMatchObject({ code: 'NOT_FINITE', place: { step: 2 } });
    expect(backend.memory().numTensors).toBe(before);
    learner.dispose();
  });
});
