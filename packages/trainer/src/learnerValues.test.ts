/** @file The learner with everything a loss can hold, value head included. */
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { at } from './at.ts';
import { describeOnEachBackend } from './backend/testBackends.ts';
import { modelInput } from './batch.ts';
import { createLearner } from './learner.ts';
import { batchOf, learnerSettings, stateWithHead, VOCABULARY } from './testing/policyBatch.ts';
import { tinyPolicy } from './testing/tinyModel.ts';
import { disposeState } from './update.ts';

const values = (tensors: readonly tf.Tensor[]) => tensors.map((tensor) => Array.from(tensor.dataSync()));

await describeOnEachBackend('learner with a value head', (backend) => {
  const tiny = tinyPolicy(VOCABULARY);
  const { model: decoder, specs, state } = tiny;
  const model = { decoder, trainable: specs, frozen: [] };

  it('the whole loss, value head included, by finite differences', async () => {
    const choices = learnerSettings({
      advantage: 'gae',
      loss: 'clip',
      // Wide bounds: a kink within reach of the step would spoil the differences.
      epsilonLow: 1,
      epsilonHigh: 10,
      entropyBonus: 0.3,
      gae: { valueClip: null },
      kl: { beta: 0.5, estimator: 'k3', placement: 'loss' },
    });
    const learner = createLearner(backend, model, choices);
    const start = stateWithHead(tiny, choices);
    const { state: next } = await learner.update(start, batchOf(), 1e-3, 1);
    const gradient = values(next.m).map((moment) => moment.map((value) => value / (1 - 0.9)));
    disposeState(next);
    const lossAt = async (which: number, element: number, offset: number) => {
      const data = Float32Array.from(at(start.weights, which).dataSync());
      data[element] = (data[element] ?? 0) + offset;
      const moved = tf.tensor(data, at(start.weights, which).shape);
      const weights = start.weights.map((weight, index) => (index === which ? moved : weight));
      const { state: after, loss } = await learner.update({ ...start, weights }, batchOf(), 1e-3, 1);
      disposeState(after);
      moved.dispose();
      return loss;
    };
    // As above: one parameter of each kind, and both of the value head.
    const epsilon = 1e-2;
    for (const which of [0, 2, 3, 5, 9, specs.length - 1, specs.length, specs.length + 1]) {
      const element = (which * 7) % at(start.weights, which).size;
      const slope =
        ((await lossAt(which, element, epsilon)) - (await lossAt(which, element, -epsilon))) / (2 * epsilon);
      const analytic = at(at(gradient, which), element);
      expect(
        Math.abs(slope - analytic),
        `weight ${which}[${element}]: ${analytic}, by differences ${slope}`,
      ).toBeLessThan(2e-3 * Math.max(1, Math.abs(slope)));
    }
    learner.dispose();
  });

  it('says what the value head says, and the same log-probabilities as without it', async () => {
    const choices = learnerSettings({ advantage: 'gae' });
    const learner = createLearner(backend, model, choices);
    const start = stateWithHead(tiny, choices);
    const { logp, values: said } = await learner.scoreAndValue(start.weights, batchOf());
    const alone = await learner.score(state.weights, batchOf());
    // The same operations on the same numbers.
    expect(Array.from(logp)).toEqual(Array.from(alone));
    // By hand: the hidden state of each place, weighted by 0.1, plus 0.2.
    const { prompts, completions } = batchOf();
    const input = modelInput(prompts, completions);
    const hidden = decoder.hidden(
      state.weights,
      tf.tensor2d(input.ids, [5, input.width], 'int32'),
      tf.tensor1d(prompts.padding, 'int32'),
      4,
    );
    const sums = Array.from(tf.sum(hidden, -1).dataSync<'float32'>(), (sum) => 0.1 * sum + 0.2);
    said.forEach((value, index) => expect(value).toBeCloseTo(at(sums, index), 5)); // 16 float32 terms
    learner.dispose();
  });

  it('names a column that a batch lacks', async () => {
    const learner = createLearner(backend, model, learnerSettings({ loss: 'clip' }));
    const { oldLogp: _, ...tokens } = batchOf().tokens;
    await expect(learner.update(state, { ...batchOf(), tokens }, 1e-3, 1)).rejects.toThrow(
      /column oldLogp has no values, the batch is 5 × 4/,
    );
    learner.dispose();
  });
});
