/**
 * @file The learner of the policy gradient. Advantage, signal and aggregation are decided on the host over the whole batch
 * (`algorithms/`) and come in as columns; what is compiled is log-probabilities, token losses and their weighted sum.
 */
import type { PolicyGradientConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { tokenLosses } from './algorithms/losses.ts';
import { at } from './at.ts';
import type { Backend } from './backend/backend.ts';
import { modelInput, type PaddedPrompts, type TokenRectangle } from './batch.ts';
import type { Decoder } from './model/decoder.ts';
import type { ParameterSpec } from './model/parameters.ts';
import { entropy, tokenLogProbs } from './ops/index.ts';
import { createUpdater, upload, type HostColumn, type TrainState } from './update.ts';

/** Sequences to score: row i of both belongs together. */
export interface SequenceBatch {
  /** [B, P] */
  readonly prompts: PaddedPrompts;
  /** [B, C] */
  readonly completions: TokenRectangle;
}

export interface PolicyBatch extends SequenceBatch {
  /** [B, C] under the policy that sampled. */
  readonly oldLogp: Float32Array;
  /** [B] learning signal r̃; 0 where there is none. */
  readonly signal: Float32Array;
  /** [B, C] from `tokenWeights`. */
  readonly tokenWeights: Float32Array;
}

export interface PolicyUpdate {
  readonly state: TrainState;
  readonly loss: number;
  /** Before clipping. */
  readonly gradNorm: number;
  /** [B, C] under the weights before the update. */
  readonly logp: Float32Array;
  /** [B, C], nats. */
  readonly entropy: Float32Array;
}

export type LearnerSettings = Pick<
  PolicyGradientConfig,
  'loss' | 'epsilonLow' | 'epsilonHigh' | 'temperature' | 'microBatchSize' | 'optimizer'
>;

export interface Learner {
  /** One update. The state given stays the caller's. @throws TrainerError NOT_FINITE */
  update(state: TrainState, batch: PolicyBatch, learningRate: number, step: number): Promise<PolicyUpdate>;
  /** Log-probabilities of the completions at the policy's temperature, [B, C]; after a completion's end they mean nothing. */
  score(weights: readonly tf.Tensor[], batch: SequenceBatch): Promise<Float32Array>;
  dispose(): void;
}

export function createLearner(
  backend: Backend,
  model: Decoder,
  specs: readonly ParameterSpec[],
  settings: LearnerSettings,
): Learner {
  const { temperature, microBatchSize } = settings;

  /** Logits [b, C, V] that score the completions. */
  const logitsOf = (weights: readonly tf.Tensor[], data: readonly tf.Tensor[]) =>
    model.logits(weights, at(data, 0), at(data, 1), at(at(data, 2).shape, 1));

  const updater = createUpdater(backend, {
    name: 'policy',
    specs,
    optimizer: settings.optimizer,
    microBatchSize,
    extras: 2,
    forward(weights, data) {
      const logits = logitsOf(weights, data);
      const logp = matrix(tokenLogProbs(logits, at(data, 2), temperature));
      const losses = tokenLosses(settings, logp, matrix(at(data, 3)), matrix(at(data, 4))); // [b, C]
      return { loss: tf.sum(tf.mul(losses, at(data, 5))), extras: [logp, entropy(logits, temperature)] };
    },
  });

  const scorer = backend.compile(
    (inputs) => {
      const data = inputs.slice(specs.length);
      return [tokenLogProbs(logitsOf(inputs, data), at(data, 2), temperature)];
    },
    { name: 'policy score' },
  );

  return {
    async update(state, batch, learningRate, step) {
      const perToken = [batch.completions.width];
      const columns: HostColumn[] = [
        ...sequenceColumns(batch),
        { values: batch.oldLogp, shape: perToken },
        { values: batch.signal, shape: [1] },
        { values: batch.tokenWeights, shape: perToken },
      ];
      const result = await updater.update(state, columns, batch.completions.rows, learningRate, step);
      return {
        state: result.state,
        loss: result.loss,
        gradNorm: result.gradNorm,
        logp: at(result.extras, 0),
        entropy: at(result.extras, 1),
      };
    },
    async score(weights, batch) {
      const { rows, width } = batch.completions;
      const size = Math.min(microBatchSize ?? rows, rows);
      const columns = sequenceColumns(batch);
      const scores = new Float32Array(rows * width);
      for (let start = 0; start < rows; start += size) {
        const end = Math.min(start + size, rows);
        const data = upload(columns, start, end, size);
        const outputs = scorer([...weights, ...data]);
        const logp = await at(outputs, 0).data<'float32'>();
        scores.set(logp.subarray(0, (end - start) * width), start * width);
        tf.dispose([...data, ...outputs]);
      }
      return scores;
    },
    dispose() {
      updater.dispose();
      scorer.dispose();
    },
  };
}

/** Token ids to read, pads before them, and the completion tokens to score. */
export function sequenceColumns({ prompts, completions }: SequenceBatch): HostColumn[] {
  const input = modelInput(prompts, completions);
  return [
    { values: input.ids, shape: [input.width] },
    { values: prompts.padding, shape: [] },
    { values: completions.ids, shape: [completions.width] },
  ];
}

/** Says that a tensor has two axes. */
function matrix(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape<tf.Rank.R2>(x, [at(x.shape, 0), at(x.shape, 1)]);
}
