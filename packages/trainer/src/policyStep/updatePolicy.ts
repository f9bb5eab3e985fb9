/** @file The second half of a step: inner epochs over mini-batches, one optimizer update each. */
import type { PolicyGradientConfig } from '@nabla/domain';

import { mean } from '../algorithms/advantages.ts';
import type { Learner, PolicyUpdate } from '../learner.ts';
import { disposeState, type TrainState } from '../update.ts';
import { miniBatch, rowsOfMiniBatches, scatterRows, type StepBatch } from './miniBatches.ts';

export interface StepUpdate {
  readonly state: TrainState;
  /** Means over the updates of the step. */
  readonly loss: number;
  readonly gradNorm: number;
  /** [B, C] before each row's update in the first inner epoch, and in the last. */
  readonly firstLogp: Float32Array;
  readonly lastLogp: Float32Array;
  /** [B, C] nats, in the first inner epoch. */
  readonly entropy: Float32Array;
}

/**
 * The state given stays the caller's; those between the updates are freed, also when one fails.
 * @throws TrainerError NOT_FINITE
 */
export async function updatePolicy(
  learner: Learner,
  config: PolicyGradientConfig,
  batch: StepBatch,
  start: TrainState,
  {
    learningRate,
    seed,
    step,
  }: { readonly learningRate: number; readonly seed: number; readonly step: number },
): Promise<StepUpdate> {
  const { width, rows: count } = batch.completions;
  const tokens = () => new Float32Array(count * width);
  const [firstLogp, lastLogp, entropy] = [tokens(), tokens(), tokens()];
  const updates: PolicyUpdate[] = [];
  let state = start;
  try {
    for (let epoch = 0; epoch < config.innerEpochs; epoch++)
      for (const rows of rowsOfMiniBatches(config, { seed, step, epoch })) {
        const update = await learner.update(state, miniBatch(config, batch, rows), learningRate, step);
        if (state !== start) disposeState(state);
        state = update.state;
        updates.push(update);
        if (epoch === 0) {
          scatterRows(firstLogp, update.logp, width, rows);
          scatterRows(entropy, update.entropy, width, rows);
        }
        scatterRows(lastLogp, update.logp, width, rows);
      }
  } catch (error) {
    if (state !== start) disposeState(state);
    throw error;
  }
  return {
    state,
    loss: mean(updates.map(({ loss }) => loss)),
    gradNorm: mean(updates.map(({ gradNorm }) => gradNorm)),
    firstLogp,
    lastLogp,
    entropy,
  };
}
