/** @file The supervised warm-up: next-token cross-entropy on the answers, prompts not scored. */
import type { OptimizerConfig } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';

import { tokenWeights } from './algorithms/aggregation.ts';
import { at } from './at.ts';
import type { Backend } from './backend/backend.ts';
import { withXla } from './backend/xla.ts';
import { bucketWidth, coarseWidth, padCompletions, padPrompts } from './batch.ts';
import { sequenceColumns, type LearnerModel } from './learner.ts';
import { createUpdater, type TrainState } from './update.ts';

export interface WarmupPair {
  /** Prompt tokens, the beginning-of-sequence token included. */
  readonly prompt: readonly number[];
  /** Answer tokens, the end-of-sequence token included. */
  readonly answer: readonly number[];
}

export interface WarmupUpdate {
  readonly state: TrainState;
  /** Mean cross-entropy per answer token, in nats. */
  readonly loss: number;
  /** Share of answer tokens that are the most likely ones. */
  readonly tokenAccuracy: number;
  readonly gradNorm: number;
}

export interface WarmupLearner {
  /** The state given stays the caller's. @throws TrainerError NOT_FINITE */
  update(
    state: TrainState,
    pairs: readonly WarmupPair[],
    learningRate: number,
    step: number,
  ): Promise<WarmupUpdate>;
  dispose(): void;
}

export interface WarmupSettings {
  readonly optimizer: OptimizerConfig;
  readonly padId: number;
  /** Tokens of the longest prompt there can be: no rectangle gets wider. */
  readonly longestPrompt: number;
  /** The same of an answer, its end included. */
  readonly longestAnswer: number;
  /** Have XLA compile the update (native only); prompts and answers then have few widths. Default false. */
  readonly xla?: boolean;
}

export function createWarmupLearner(
  backend: Backend,
  model: LearnerModel,
  settings: WarmupSettings,
): WarmupLearner {
  const { padId, longestPrompt, longestAnswer, xla = false } = settings;
  const updater = createUpdater(xla ? withXla(backend) : backend, {
    name: 'warm-up',
    specs: model.trainable,
    frozen: model.frozen,
    optimizer: settings.optimizer,
    extras: 1,
    forward(weights, data) {
      const targets = at(data, 2); // [b, A]
      const hidden = model.decoder.hidden(weights, at(data, 0), at(data, 1), at(targets.shape, 1));
      const scores = model.decoder.tokenScores(weights, hidden, targets, 1, { entropyGradient: false });
      const loss = tf.neg(tf.sum(tf.mul(scores.logp, at(data, 3))));
      return { loss, extras: [tf.sum(tf.mul(scores.isTop(), at(data, 3)), -1)] };
    },
  });
  return {
    async update(state, pairs, learningRate, step) {
      const prompts = padPrompts(
        pairs.map(({ prompt }) => prompt),
        (xla ? coarseWidth : bucketWidth)(
          Math.max(...pairs.map(({ prompt }) => prompt.length)),
          longestPrompt,
        ),
        padId,
      );
      const lengths = pairs.map(({ answer }) => answer.length);
      const longest = Math.max(...lengths);
      const width = xla ? coarseWidth(longest, longestAnswer) : bucketWidth(longest);
      const completions = padCompletions(
        pairs.map(({ answer }) => answer),
        width,
        padId,
      );
      const weights = tokenWeights('token_mean', { lengths, included: pairs.map(() => true), width });
      const columns = [...sequenceColumns({ prompts, completions }), { values: weights, shape: [width] }];
      const {
        state: next,
        loss,
        gradNorm,
        extras,
      } = await updater.update(state, columns, pairs.length, learningRate, step);
      return {
        state: next,
        loss,
        gradNorm,
        tokenAccuracy: at(extras, 0).reduce((sum, share) => sum + share, 0),
      };
    },
    dispose: () => updater.dispose(),
  };
}
