import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { mean } from './algorithms/advantages.ts';
import { at } from './at.ts';
import { describeOnEachBackend } from './backend/testBackends.ts';
import { createLearner } from './learner.ts';
import {
  batchOf,
  columnOf,
  COMPLETIONS,
  learnerSettings,
  PROMPTS,
  stateWithHead,
  VOCABULARY,
  withTokens,
  type Choices,
} from './testing/policyBatch.ts';
import { tinyPolicy } from './testing/tinyModel.ts';
import { createWarmupLearner } from './warmup.ts';

const values = (tensors: readonly tf.Tensor[]) => tensors.map((tensor) => Array.from(tensor.dataSync()));

await describeOnEachBackend('learner', (backend) => {
  const tiny = tinyPolicy(VOCABULARY);
  const { model: decoder, specs, state } = tiny;
  const model = { decoder, trainable: specs, frozen: [] };

  async function update(over: Choices = {}, batch = batchOf()) {
    const choices = learnerSettings(over);
    const learner = createLearner(backend, model, choices);
    const result = await learner.update(stateWithHead(tiny, choices), batch, 1e-3, 1);
    learner.dispose();
    // After one step from zero, m is (1 − β1) times the gradient.
    const gradient = values(result.state.m).map((moment) =>
      moment.map((value) => value / (1 - learnerSettings().optimizer.beta1)),
    );
    const { m, v, weights } = result.state;
    tf.dispose([...m, ...v, ...weights]);
    return { ...result, gradient };
  }

  /** Largest difference in any element, against the norm of the first. */
  function difference(a: number[][], b: number[][]): number {
    const [first, second] = [a.flat(), b.flat()];
    const norm = Math.sqrt(first.reduce((sum, value) => sum + value ** 2, 0));
    return Math.max(...first.map((value, index) => Math.abs(value - (second[index] ?? NaN)))) / norm;
  }
  /** Sums of some hundred float32 terms in another order: their rounding, 6e-8 each, against the norm. */
  const ROUNDING = 2e-6;

  it.each<[string, Choices]>([
    ['reinforce', {}],
    ['clip', { loss: 'clip', dualClip: 3 }],
    ['gspo', { loss: 'gspo' }],
    ['cispo', { loss: 'cispo' }],
    ['k3 in the loss', { kl: { beta: 0.5, estimator: 'k3', placement: 'loss' } }],
    ['k2 times the ratio', { loss: 'clip', kl: { beta: 0.5, estimator: 'k2', placement: 'ratio_loss' } }],
    ['an entropy bonus', { entropyBonus: 0.3 }],
    ['a value head', { advantage: 'gae', loss: 'clip' }],
  ])('%s: micro-batches, also ones that do not divide the batch, change no gradient', async (_, choices) => {
    const whole = await update(choices);
    expect(whole.gradNorm).toBeGreaterThan(0.1);
    // A size that leaves a part to fill up; for the plain losses all kinds of sizes.
    const sizes = Object.keys(choices).length === 0 ? [1, 2, 5, 8] : [2];
    for (const microBatchSize of sizes) {
      const pieces = await update({ ...choices, microBatchSize });
      expect(difference(whole.gradient, pieces.gradient), `micro-batches of ${microBatchSize}`).toBeLessThan(
        ROUNDING,
      );
      expect(Math.abs(pieces.loss - whole.loss)).toBeLessThan(1e-5);
      expect(pieces.logp.length).toBe(20);
      pieces.logp.forEach((logp, index) =>
        expect(Math.abs(logp - (whole.logp[index] ?? NaN))).toBeLessThan(3e-5),
      );
    }
  });

  it('order and padding of the batch change no gradient', async () => {
    const whole = await update();
    expect(difference(whole.gradient, (await update({}, batchOf([3, 1, 4, 0, 2]))).gradient)).toBeLessThan(
      ROUNDING,
    );
    expect(difference(whole.gradient, (await update({}, batchOf([0, 1, 2, 3, 4], 9))).gradient)).toBeLessThan(
      ROUNDING,
    );
  });

  it.each<[string, Choices]>([
    ['reinforce', {}],
    ['clip', { loss: 'clip' }],
    ['gspo', { loss: 'gspo' }],
    ['cispo', { loss: 'cispo' }],
    [
      'all that stands beside a loss',
      {
        advantage: 'gae',
        loss: 'clip',
        entropyBonus: 0.3,
        kl: { beta: 0.5, estimator: 'k3', placement: 'ratio_loss' },
      },
    ],
  ])('%s: what stands after a completion’s end changes nothing', async (_, choices) => {
    const batch = batchOf();
    const after = (index: number) => columnOf(batch, 'tokenWeights')[index] === 0;
    const ids = batch.completions.ids.map((id, index) => (after(index) ? 6 : id));
    const junk = (name: 'refLogp' | 'returns' | 'oldValues' | 'signal') =>
      (batch.tokens[name] ?? new Float32Array(0)).map((value, index) => (after(index) ? -70 : value));
    const other = await update(choices, {
      ...withTokens(batch, {
        refLogp: junk('refLogp'),
        returns: junk('returns'),
        oldValues: junk('oldValues'),
        signal: junk('signal'),
      }),
      completions: { ...batch.completions, ids },
    });
    const whole = await update(choices);
    expect(difference(whole.gradient, other.gradient)).toBeLessThan(ROUNDING);
  });

  it('reinforce’s gradient is Σ −weight · signal · ∇logp, by finite differences of the scores', async () => {
    const batch = batchOf();
    const learner = createLearner(backend, model, learnerSettings());
    const surrogate = async (weights: readonly tf.Tensor[]) => {
      const logp = await learner.score(weights, batch);
      return -logp.reduce(
        (sum, value, index) =>
          sum + value * at(columnOf(batch, 'tokenWeights'), index) * at(columnOf(batch, 'signal'), index),
        0,
      );
    };
    const { gradient } = await update();
    // One parameter of each kind and layer; step and tolerance as in ops/checkGradients.ts: rounding 6e-8/ε and ε²/6 curvature.
    const epsilon = 1e-2;
    for (const which of [0, 1, 2, 3, 4, 5, 6, 9, specs.length - 1]) {
      const element = (which * 7) % (gradient[which]?.length ?? 1);
      const moved = (offset: number) => {
        const weights = [...state.weights];
        const data = Float32Array.from(state.weights[which]?.dataSync() ?? []);
        data[element] = (data[element] ?? 0) + offset;
        const tensor = tf.tensor(data, state.weights[which]?.shape);
        weights[which] = tensor;
        return surrogate(weights).finally(() => tensor.dispose());
      };
      const slope = ((await moved(epsilon)) - (await moved(-epsilon))) / (2 * epsilon);
      const analytic = gradient[which]?.[element] ?? NaN;
      expect(
        Math.abs(slope - analytic),
        `${specs[which]?.name}[${element}]: ${analytic}, by differences ${slope}`,
      ).toBeLessThan(2e-3 * Math.max(1, Math.abs(slope)));
    }
    learner.dispose();
  });

  it('clip leaves out tokens whose ratio went too far the way their signal points', async () => {
    const free = await update({ loss: 'clip', epsilonLow: 0.999, epsilonHigh: 10 });
    // Sampled with probability 1, every token's ratio is below 1 − ε = 1: negative signals have done their work, positive ones pull.
    const stale = withTokens(batchOf(), { oldLogp: new Float32Array(20).fill(0) });
    const signal = columnOf(stale, 'signal').map((value) => Math.max(0, value));
    const positiveOnly = withTokens(stale, { signal });
    const clipped = await update({ loss: 'clip', epsilonLow: 0, epsilonHigh: 0 }, stale);
    expect(
      difference(
        clipped.gradient,
        (await update({ loss: 'clip', epsilonLow: 0, epsilonHigh: 0 }, positiveOnly)).gradient,
      ),
    ).toBeLessThan(ROUNDING);
    expect(clipped.gradNorm).not.toBeCloseTo(free.gradNorm, 2);
  });

  it('refuses a gradient that is no number and leaves the weights as they were, nothing new behind', async () => {
    const before = values(state.weights);
    const learner = createLearner(backend, model, learnerSettings());
    const good = await learner.update(state, batchOf(), 1e-3, 1);
    tf.dispose([...good.state.weights, ...good.state.m, ...good.state.v]);
    const tensors = backend.memory().numTensors;
    const broken = withTokens(batchOf(), {
      signal: columnOf(batchOf(), 'signal').map((value, index) => (index === 4 ? NaN : value)),
    });
    await expect(learner.update(state, broken, 1e-3, 17)).rejects.toMatchObject({
      code: 'NOT_FINITE',
      place: { step: 17 },
      message: expect.stringContaining('the loss is NaN at step 17'),
    });
    // A finite loss whose gradient overflows: 1e38 for each token.
    const huge = withTokens(batchOf(), {
      signal: columnOf(batchOf(), 'signal').map((value) => value * 1.2e38),
    });
    await expect(learner.update(state, huge, 1e-3, 18)).rejects.toMatchObject({ code: 'NOT_FINITE' });
    expect(backend.memory().numTensors).toBe(tensors);
    expect(values(state.weights)).toEqual(before);
    learner.dispose();
  });

  it('decays matrices only', async () => {
    const optimizer = { gradClip: null, weightDecay: 1 };
    const flat = withTokens(batchOf(), { signal: new Float32Array(20) });
    const learner = createLearner(backend, model, learnerSettings({ optimizer }));
    const { state: next } = await learner.update(state, flat, 0.5, 1);
    next.weights.forEach((tensor, index) => {
      const shrunk = specs[index]?.kind === 'matrix' ? 0.5 : 1; // 1 − learning rate · decay
      const [now, then] = [tensor.dataSync(), state.weights[index]?.dataSync() ?? []];
      now.forEach((value, element) => expect(value).toBeCloseTo((then[element] ?? NaN) * shrunk, 6));
    });
    tf.dispose([...next.weights, ...next.m, ...next.v]);
    learner.dispose();
  });

  it('warm-up: the loss is the mean cross-entropy of answer tokens, and falls', async () => {
    const learner = createWarmupLearner(backend, model, {
      optimizer: learnerSettings().optimizer,
      padId: 0,
      longestPrompt: 5,
      longestAnswer: 4,
    });
    const pairs = PROMPTS.map((prompt, index) => ({ prompt, answer: COMPLETIONS[index] ?? [] }));
    const scorer = createLearner(backend, model, learnerSettings({ temperature: 1 }));
    const logp = await scorer.score(state.weights, batchOf());
    const answerLogps = COMPLETIONS.flatMap((completion, row) =>
      Array.from(logp.subarray(row * 4, row * 4 + completion.length)),
    );
    const first = await learner.update(state, pairs, 5e-3, 1);
    expect(first.loss).toBeCloseTo(-mean(answerLogps), 4);
    let { state: current, loss } = first;
    for (let step = 2; step <= 30; step++) {
      const next = await learner.update(current, pairs, 5e-3, step);
      tf.dispose([...current.weights, ...current.m, ...current.v]);
      ({ state: current, loss } = next);
      if (step === 30) expect(next.tokenAccuracy).toBeGreaterThan(0.9);
    }
    expect(loss).toBeLessThan(first.loss / 4);
    tf.dispose([...current.weights, ...current.m, ...current.v]);
    scorer.dispose();
    learner.dispose();
  });
});
