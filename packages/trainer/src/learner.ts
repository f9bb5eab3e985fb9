/**
 * @file The learner of the policy gradient. Advantage, signal and weights are decided on the host over the whole mini-batch
 * (`algorithms/`, `policyStep/`) and come in as columns; what is compiled is the scores of the tokens and `policyLoss` of them.
 */
import type { PolicyGradientConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import {
  columnsOf,
  policyLoss,
  type PolicyLossSettings,
  type TokenColumn,
  type TokenScores,
} from './algorithms/policyLoss.ts';
import { at } from './at.ts';
import type { Backend } from './backend/backend.ts';
import { modelInput, type PaddedPrompts, type TokenRectangle } from './batch.ts';
import { eventLoopTurn } from './eventLoopTurn.ts';
import type { PolicyModel } from './model/policyModel.ts';
import { policyParameters } from './policyParameters.ts';
import { createUpdater, upload, type HostColumn, type TrainState } from './update.ts';

/** Sequences to score: row i of both belongs together. */
export interface SequenceBatch {
  /** [B, P] */
  readonly prompts: PaddedPrompts;
  /** [B, C] */
  readonly completions: TokenRectangle;
}

export type TokenColumns = Readonly<Partial<Record<TokenColumn, Float32Array>>>;

export interface PolicyBatch extends SequenceBatch {
  /** [B, C] each; at least those that `columnsOf` names for the settings. */
  readonly tokens: TokenColumns;
}

export interface PolicyUpdate {
  readonly state: TrainState;
  readonly loss: number;
  /** Before clipping. */
  readonly gradNorm: number;
  /** [B, C] under the weights before the update. */
  readonly logp: Float32Array;
  /** [B, C], nats, likewise. */
  readonly entropy: Float32Array;
}

export type LearnerSettings = PolicyLossSettings &
  Pick<PolicyGradientConfig, 'temperature' | 'microBatchSize' | 'optimizer'>;

/** What is learned of a model. */
export type LearnerModel = Pick<PolicyModel, 'decoder' | 'trainable' | 'frozen'>;

export interface Learner {
  /** One update. The state given stays the caller's. @throws TrainerError NOT_FINITE */
  update(state: TrainState, batch: PolicyBatch, learningRate: number, step: number): Promise<PolicyUpdate>;
  /**
   * Log-probabilities of the completions at the policy's temperature, [B, C]; after a completion's end they mean nothing.
   * @param weights the decoder's whole list: those of the policy, or of a reference
   */
  score(weights: readonly tf.Tensor[], batch: SequenceBatch): Promise<Float32Array>;
  /**
   * The same with what the value head says before each token, [B, C].
   * @param weights all that learn, the head's at the end
   */
  scoreAndValue(
    weights: readonly tf.Tensor[],
    batch: SequenceBatch,
  ): Promise<{ readonly logp: Float32Array; readonly values: Float32Array }>;
  dispose(): void;
}

/** Columns that every batch begins with: token ids to read, pads before them, completion tokens to score. */
const SEQUENCE_COLUMNS = 3;

export function createLearner(backend: Backend, model: LearnerModel, settings: LearnerSettings): Learner {
  const { temperature, microBatchSize } = settings;
  const { specs, added } = policyParameters(settings, {
    trainable: model.trainable,
    architecture: model.decoder.architecture,
  });
  const columns = columnsOf(settings);

  /** @param weights [...frozen, ...trainable, ...value head] @param data the sequence columns, then others */
  function scoresOf(weights: readonly tf.Tensor[], data: readonly tf.Tensor[]): TokenScores {
    const tokens = at(data, 2); // int32 [b, C]
    const own = added === 0 ? weights : weights.slice(0, -added);
    const hidden = model.decoder.hidden(own, at(data, 0), at(data, 1), at(tokens.shape, 1)); // [b, C, D]
    const { logp, entropy } = model.decoder.tokenScores(own, hidden, tokens, temperature, {
      entropyGradient: settings.entropyBonus > 0,
    });
    return {
      logp: matrix(logp),
      entropy: matrix(entropy),
      values: added === 0 ? null : valuesOf(hidden, at(weights, -2), at(weights, -1)),
    };
  }

  const updater = createUpdater(backend, {
    name: 'policy',
    specs,
    frozen: model.frozen,
    optimizer: settings.optimizer,
    microBatchSize,
    extras: 2,
    forward(weights, data) {
      const scores = scoresOf(weights, data);
      const column = (name: TokenColumn) => matrix(at(data, SEQUENCE_COLUMNS + columns.indexOf(name)));
      return { loss: policyLoss(settings, scores, column), extras: [scores.logp, scores.entropy] };
    },
  });

  const scorer = backend.compile(
    (inputs) => {
      const [weights, data] = [inputs.slice(0, -SEQUENCE_COLUMNS), inputs.slice(-SEQUENCE_COLUMNS)];
      const tokens = at(data, 2);
      const hidden = model.decoder.hidden(weights, at(data, 0), at(data, 1), at(tokens.shape, 1));
      return [model.decoder.tokenScores(weights, hidden, tokens, temperature).logp];
    },
    { name: 'policy score' },
  );
  const valuer = backend.compile(
    (inputs) => {
      const { logp, values } = scoresOf(inputs.slice(0, -SEQUENCE_COLUMNS), inputs.slice(-SEQUENCE_COLUMNS));
      if (values === null) throw new RangeError('learner: there is no value head');
      return [logp, values];
    },
    { name: 'policy score and value' },
  );

  /** Runs a function of weights and sequences in micro-batches: its outputs, each [B, C]. */
  async function inPieces(
    run: (inputs: tf.Tensor[]) => tf.Tensor[],
    weights: readonly tf.Tensor[],
    batch: SequenceBatch,
    outputs: number,
  ): Promise<Float32Array[]> {
    const { rows, width } = batch.completions;
    const size = Math.min(microBatchSize ?? rows, rows);
    const sequences = sequenceColumns(batch);
    const joined = Array.from({ length: outputs }, () => new Float32Array(rows * width));
    for (let start = 0; start < rows; start += size) {
      const end = Math.min(start + size, rows);
      const data = upload(sequences, start, end, size);
      const results = run([...weights, ...data]);
      for (const [index, all] of joined.entries()) {
        const part = await at(results, index).data<'float32'>();
        all.set(part.subarray(0, (end - start) * width), start * width);
      }
      tf.dispose([...data, ...results]);
      // Rewards may be on their way.
      await eventLoopTurn();
    }
    return joined;
  }

  return {
    async update(state, batch, learningRate, step) {
      const { rows, width } = batch.completions;
      const data: HostColumn[] = [
        ...sequenceColumns(batch),
        ...columns.map((name) => ({ values: tokensOf(batch, name), shape: [width] })),
      ];
      const { extras, ...result } = await updater.update(state, data, rows, learningRate, step);
      return { ...result, logp: at(extras, 0), entropy: at(extras, 1) };
    },
    async score(weights, batch) {
      return at(await inPieces(scorer, weights, batch, 1), 0);
    },
    async scoreAndValue(weights, batch) {
      const [logp, values] = await inPieces(valuer, [...model.frozen, ...weights], batch, 2);
      if (logp === undefined || values === undefined) throw new RangeError('learner: two outputs expected');
      return { logp, values };
    },
    dispose() {
      updater.dispose();
      scorer.dispose();
      valuer.dispose();
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

/** V(s_t) of the states before each token: hidden [b, C, D] · weight [D, 1] + bias [1] to [b, C]. */
function valuesOf(hidden: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor2D {
  const [rows, count, width] = [at(hidden.shape, 0), at(hidden.shape, 1), at(hidden.shape, 2)];
  // A sum of products: a matrix product with one column would ask for a transpose in its gradient.
  const products = tf.mul(hidden, tf.reshape(weight, [1, 1, width]));
  return tf.reshape<tf.Rank.R2>(tf.add(tf.sum(products, -1), bias), [rows, count]);
}

function tokensOf({ tokens, completions }: PolicyBatch, name: TokenColumn): Float32Array {
  const column = tokens[name];
  if (column?.length !== completions.rows * completions.width)
    throw new RangeError(
      `learner: column ${name} has ${column?.length ?? 'no'} values, the batch is ${completions.rows} × ${completions.width} tokens`,
    );
  return column;
}

/** Says that a tensor has two axes. */
function matrix(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape<tf.Rank.R2>(x, [at(x.shape, 0), at(x.shape, 1)]);
}
