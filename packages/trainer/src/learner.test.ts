import { policyGradientSchema, type RunConfigInput } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { mean } from './algorithms/advantages.ts';
import { tokenWeights } from './algorithms/aggregation.ts';
import { at } from './at.ts';
import { describeOnEachBackend } from './backend/testBackends.ts';
import { modelInput, padCompletions, padPrompts } from './batch.ts';
import { createLearner, type LearnerSettings, type PolicyBatch } from './learner.ts';
import { policyParameters } from './policyParameters.ts';
import { perToken } from './algorithms/signal.ts';
import { meanWeights } from './policyStep/miniBatches.ts';
import { tinyPolicy } from './testing/tinyModel.ts';
import { disposeState, type TrainState } from './update.ts';
import { createWarmupLearner } from './warmup.ts';

const VOCABULARY = 7;
const PROMPTS = [
  [1, 3, 4],
  [1, 5],
  [1, 6, 6, 3, 4],
  [1, 2],
  [1, 4, 4],
];
const COMPLETIONS = [[3, 2], [4, 4, 4, 2], [2], [5, 6, 3], [6, 2]];
const SIGNALS = [0.5, -1.25, 2, -0.25, 0.75];
const OLD_LOGP = -1.7;

type Choices = Partial<Omit<RunConfigInput['policyGradient'], 'steps'>>;

/** What the optimizer is told leaves the gradient as it is: no clipping; one step of AdamW shows its direction. */
const settings = (over: Choices = {}): LearnerSettings =>
  policyGradientSchema.parse({
    steps: 4,
    temperature: 0.8,
    ...over,
    optimizer: { gradClip: null, ...over.optimizer },
  });

function batchOf(order = [0, 1, 2, 3, 4], promptWidth = 5): PolicyBatch {
  const pick = <Item>(items: readonly Item[]) =>
    order.map((index) => items[index]).filter((item) => item !== undefined);
  const lengths = pick(COMPLETIONS).map((completion) => completion.length);
  const grid = { lengths, width: 4 };
  const shape = { ...grid, included: order.map(() => true) };
  const weights = tokenWeights('token_mean', shape);
  // Of no particular form, the same for a completion wherever it stands.
  const column = (phase: number, scale: number) =>
    Float32Array.from(
      { length: order.length * 4 },
      (_, index) => scale * Math.sin(phase + 4 * (order[Math.floor(index / 4)] ?? 0) + (index % 4)),
    );
  return {
    prompts: padPrompts(pick(PROMPTS), promptWidth, 0),
    completions: padCompletions(pick(COMPLETIONS), 4, 0),
    tokens: {
      oldLogp: new Float32Array(order.length * 4).fill(OLD_LOGP),
      signal: Float32Array.from(perToken(grid, pick(SIGNALS))),
      tokenWeights: weights,
      meanWeights: meanWeights(lengths, 4),
      entropyWeights: weights.map((weight) => 0.3 * weight),
      refLogp: column(1, 0.3).map((value) => OLD_LOGP + value),
      klWeights: weights.map((weight) => 0.5 * weight),
      returns: column(2, 1),
      oldValues: column(3, 0.1),
      valueWeights: weights.map((weight) => 0.7 * weight),
    },
  };
}

/** A batch with some of its token columns changed. */
const withTokens = (batch: PolicyBatch, tokens: Partial<PolicyBatch['tokens']>): PolicyBatch => ({
  ...batch,
  tokens: { ...batch.tokens, ...tokens },
});
const columnOf = (batch: PolicyBatch, name: 'signal' | 'tokenWeights') =>
  batch.tokens[name] ?? new Float32Array(0);

const values = (tensors: readonly tf.Tensor[]) => tensors.map((tensor) => Array.from(tensor.dataSync()));

await describeOnEachBackend('learner', (backend) => {
  const { model: decoder, specs, state } = tinyPolicy(VOCABULARY);
  const model = { decoder, trainable: specs, frozen: [] };

  /** The state with the value head that gae adds. */
  function stateOf(choices: LearnerSettings): TrainState {
    const { initialAdded } = policyParameters(choices, { ...model, architecture: decoder.architecture });
    // Zero at first: moved, so that it has a part in the gradient of the hidden states.
    const added = initialAdded().map((tensor, index) => tf.add(tensor, 0.1 * (index + 1)));
    const zeros = () => added.map((tensor) => tf.zerosLike(tensor));
    return {
      weights: [...state.weights, ...added],
      m: [...state.m, ...zeros()],
      v: [...state.v, ...zeros()],
      updates: 0,
    };
  }

  async function update(over: Choices = {}, batch = batchOf()) {
    const choices = settings(over);
    const learner = createLearner(backend, model, choices);
    const result = await learner.update(stateOf(choices), batch, 1e-3, 1);
    learner.dispose();
    // After one step from zero, m is (1 − β1) times the gradient.
    const gradient = values(result.state.m).map((moment) =>
      moment.map((value) => value / (1 - settings().optimizer.beta1)),
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
    for (const microBatchSize of [1, 2, 5, 8]) {
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

  it('what stands after a completion’s end changes nothing', async () => {
    const batch = batchOf();
    const ids = batch.completions.ids.map((id, index) =>
      columnOf(batch, 'tokenWeights')[index] === 0 ? 6 : id,
    );
    const other = await update({}, { ...batch, completions: { ...batch.completions, ids } });
    const whole = await update();
    expect(difference(whole.gradient, other.gradient)).toBeLessThan(ROUNDING);
  });

  it('reinforce’s gradient is Σ −weight · signal · ∇logp, by finite differences of the scores', async () => {
    const batch = batchOf();
    const learner = createLearner(backend, model, settings());
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

  it('the whole loss, value head included, by finite differences', async () => {
    const choices = settings({
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
    const start = stateOf(choices);
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
    const choices = settings({ advantage: 'gae' });
    const learner = createLearner(backend, model, choices);
    const start = stateOf(choices);
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
    const learner = createLearner(backend, model, settings({ loss: 'clip' }));
    const { oldLogp: _, ...tokens } = batchOf().tokens;
    await expect(learner.update(state, { ...batchOf(), tokens }, 1e-3, 1)).rejects.toThrow(
      /column oldLogp has no values, the batch is 5 × 4/,
    );
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
    const learner = createLearner(backend, model, settings());
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
    const learner = createLearner(backend, model, settings({ optimizer }));
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
      optimizer: settings().optimizer,
      padId: 0,
      longestPrompt: 5,
    });
    const pairs = PROMPTS.map((prompt, index) => ({ prompt, answer: COMPLETIONS[index] ?? [] }));
    const scorer = createLearner(backend, model, settings({ temperature: 1 }));
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
