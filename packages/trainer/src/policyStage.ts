/** @file A step of the policy gradient, top to bottom: rollout, rewards, advantage, signal, update, and what is told about it. */
import type { RunConfig } from '@nabla/domain';
import type * as tf from '@tensorflow/tfjs-core';

import { learningRate } from './algorithms/schedule.ts';
import type { Backend } from './backend/backend.ts';
import { withXla } from './backend/xla.ts';
import { bucketWidth, coarseWidth, halvedWidth, repeatPrompts } from './batch.ts';
import { createLearner, type SequenceBatch } from './learner.ts';
import type { PolicyModel } from './model/policyModel.ts';
import { policyMetrics, timeMetrics } from './policyMetrics.ts';
import { collect, type Rollout } from './policyStep/collect.ts';
import { describeCompletions } from './policyStep/describeCompletions.ts';
import { betaOf, learningSignal, nextScalars } from './policyStep/learningSignal.ts';
import { importanceWeights } from './policyStep/miniBatches.ts';
import { nextReference } from './policyStep/nextReference.ts';
import { updatePolicy } from './policyStep/updatePolicy.ts';
import type { PromptSource } from './prompts.ts';
import type { RewardComponent } from './rewards/rewardComponent.ts';
import type { CompletionScore } from './rewards/scoreCompletions.ts';
import { createSampler } from './rollout.ts';
import { narrowed } from './rollout/drawnRows.ts';
import type { Scalars } from './sessionState.ts';
import { policyUsesXla } from './stageXla.ts';
import type { StepResult } from './stepResult.ts';
import type { TrainState } from './update.ts';

export interface PolicyStageParts {
  readonly config: RunConfig;
  readonly backend: Backend;
  readonly model: PolicyModel;
  readonly prompts: PromptSource;
  readonly rewards: readonly RewardComponent[];
  /** Told whether XLA compiles the stage. */
  readonly log?: ((message: string) => void) | undefined;
  /** Told the first error of each reward component. */
  readonly warn?: ((message: string) => void) | undefined;
}

export interface PolicyStepInput {
  /** What learns, as `policyParameters` lists it. Stays the caller's. */
  readonly train: TrainState;
  /**
   * Of the reference policy, in the order of the model's trainable weights. None: the model's base alone, or where nothing of it
   * is frozen, no reference at all. Stays the caller's.
   */
  readonly reference: readonly tf.Tensor[];
  /** What the step before left; none before the first. */
  readonly scalars: Scalars;
  readonly promptCursor: number;
  /** Of the run, from 1. */
  readonly step: number;
  /** Of this stage, from 1. */
  readonly stageStep: number;
}

export interface PolicyStepOutput {
  readonly train: TrainState;
  /** The very list that came in, unless the reference changed: then new tensors. */
  readonly reference: readonly tf.Tensor[];
  readonly scalars: Scalars;
  readonly promptCursor: number;
  readonly result: StepResult;
}

export interface PolicyStage {
  step(input: PolicyStepInput): Promise<PolicyStepOutput>;
  dispose(): void;
}

export function createPolicyStage(parts: PolicyStageParts): PolicyStage {
  const { config, backend, model, prompts, rewards, warn } = parts;
  const pg = config.policyGradient;
  const { tokenizer } = model;
  const xla = policyUsesXla(parts);
  const sampler = createSampler(backend, model.decoder, {
    ...pg,
    seed: config.seed,
    eosIds: tokenizer.eosIds,
    padId: tokenizer.padId,
    xla,
  });
  const learner = createLearner(xla ? withXla(backend) : backend, model, pg);
  const promptWidth = xla ? coarseWidth : bucketWidth;
  const completionWidth = xla ? coarseWidth : halvedWidth;
  const collector = { config, model, prompts, sampler, promptWidth, rewards, scored: warnOnce(warn) };

  /** Of what learns, the policy itself: a value head comes after it. */
  const policyOf = ({ weights }: TrainState) => weights.slice(0, model.trainable.length);
  const hasReference = (reference: readonly tf.Tensor[]) => model.frozen.length > 0 || reference.length > 0;
  /** The decoder's whole list. */
  const whole = (weights: readonly tf.Tensor[]) => [...model.frozen, ...weights];

  /** [B, C] of the trainer before the step; null where the sampler's own log-probabilities serve. The values only under gae. */
  async function scoreOld(train: TrainState, sequences: SequenceBatch): Promise<OldScores> {
    if (pg.advantage === 'gae') return learner.scoreAndValue(train.weights, sequences);
    // With mini-batches no update sees all completions under the policy that drew them.
    if (pg.importanceCap === null && pg.miniBatches === 1) return { logp: null, values: null };
    return { logp: await learner.score(whole(policyOf(train)), sequences), values: null };
  }

  return {
    async step({ train, reference, scalars, promptCursor, step, stageStep }) {
      const started = performance.now();
      const recorded = (stageStep - 1) % config.record.completionsEverySteps === 0;
      const scorePasses = async (drawn: Pick<Rollout, 'padded' | 'completions'>) => {
        const longest = drawn.completions.lengths.reduce((most, length) => Math.max(most, length), 0);
        const sequences = {
          prompts: repeatPrompts(drawn.padded, pg.groupSize),
          // Passes over what nobody has written cost as much as over what somebody has.
          completions: narrowed(drawn.completions, completionWidth(longest, pg.maxNewTokens)),
        };
        // The reference costs a forward pass: only where the update needs it or somebody will look at it.
        const compared = hasReference(reference) && (pg.kl.beta > 0 || recorded);
        const scored = await scoreOld(train, sequences);
        const refLogp = compared ? await learner.score(whole(reference), sequences) : null;
        return { sequences, scored, refLogp };
      };
      const drawn = await collect(collector, whole(policyOf(train)), {
        promptCursor,
        step,
        meanwhile: scorePasses,
      });
      const { sequences, scored, refLogp } = drawn.early ?? (await scorePasses(drawn));
      const { completions } = sequences;
      const collected = { ...drawn, completions };
      const importance =
        pg.importanceCap === null || scored.logp === null
          ? null
          : importanceWeights(completions, scored.logp, pg.importanceCap);
      // π_old is what was sampled from; where weights correct for that, it is the trainer's policy.
      const oldLogp = importance && scored.logp ? scored.logp : completions.logp;

      const rewarded = collected.scores.map(({ reward }) => reward);
      const signalInput = {
        ...completions,
        rewards: rewarded,
        oldLogp,
        refLogp,
        values: scored.values,
        scalars,
      };
      const learned = learningSignal(pg, signalInput, step);

      const batch = {
        ...sequences,
        included: rewarded.map((reward) => reward !== null),
        oldLogp,
        signal: learned.tokens,
        importance,
        refLogp,
        returns: learned.returns,
        oldValues: scored.values,
        beta: betaOf(pg, scalars),
      };
      const rate = learningRate(pg.optimizer, stageStep, pg.steps);
      const update = await updatePolicy(learner, pg, batch, train, {
        learningRate: rate,
        seed: config.seed,
        step,
      });
      const updatedLogp = recorded ? await learner.score(whole(policyOf(update.state)), sequences) : null;

      const metrics = policyMetrics({
        config: pg,
        collected,
        learned,
        batch,
        update,
        learningRate: rate,
        // Before any update: with more than one mini-batch the update's own come later.
        trainerLogp: scored.logp ?? update.firstLogp,
        updatedLogp,
      });
      const totalMs = performance.now() - started;
      for (const [name, value] of timeMetrics({
        config: pg,
        collected,
        totalMs,
        updateMs: totalMs - collected.rolloutMs - collected.rewardMs,
      }))
        metrics.set(name, value);

      const told = { config, tokenizer, collected, learned, oldLogp, refLogp, updatedLogp };
      const everyReward = collected.rounds.flatMap(({ scores }) => scores.map(({ reward }) => reward));
      return {
        train: update.state,
        reference: nextReference(pg.kl, reference, policyOf(train), stageStep),
        scalars: nextScalars(pg, scalars, everyReward, learned.refK1),
        promptCursor: collected.promptCursor,
        result: {
          step,
          stage: 'POLICY_GRADIENT',
          metrics,
          completions: recorded ? describeCompletions(told) : [],
        },
      };
    },
    dispose() {
      sampler.dispose();
      learner.dispose();
    },
  };
}

interface OldScores {
  readonly logp: Float32Array | null;
  readonly values: Float32Array | null;
}

/** Once a component: a reward that is broken for some completions is so in every step. */
function warnOnce(
  warn: PolicyStageParts['warn'],
): (scores: readonly CompletionScore[], step: number) => void {
  const warned = new Set<string>();
  return (scores, step) => {
    for (const [index, { components }] of scores.entries())
      for (const { name, error } of components) {
        if (error === null || warned.has(name)) continue;
        warned.add(name);
        warn?.(
          `reward "${name}" is null for completion ${index} of step ${step}: ${error} (said once; reward/null_fraction tells how often)`,
        );
      }
  };
}
