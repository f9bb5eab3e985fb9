/** @file A step of the policy gradient, top to bottom: rollout, rewards, advantage, signal, update, and what is told about it. */
import { aggregationOf, type RunConfig } from '@nabla/domain';
import type * as tf from '@tensorflow/tfjs-core';

import { advantages } from './algorithms/advantages.ts';
import { tokenWeights } from './algorithms/aggregation.ts';
import { k1, sequenceLogp } from './algorithms/klEstimates.ts';
import { learningRate } from './algorithms/schedule.ts';
import { signal } from './algorithms/signal.ts';
import type { Backend } from './backend/backend.ts';
import { bucketWidth, padPrompts, repeatPrompts } from './batch.ts';
import { TrainerError } from './errors.ts';
import { createLearner, type PolicyBatch } from './learner.ts';
import type { Decoder } from './model/decoder.ts';
import type { ParameterSpec } from './model/parameters.ts';
import { policyMetrics } from './policyMetrics.ts';
import type { Prompt, PromptSource } from './prompts.ts';
import { exactAnswer } from './rewards/builtInRewards.ts';
import type { RewardComponent } from './rewards/rewardComponent.ts';
import { firstScoreError, scoreCompletions, type CompletionScore } from './rewards/scoreCompletions.ts';
import { createSampler, type Completions } from './rollout.ts';
import type { CompletionResult, StepResult } from './stepResult.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';
import { disposeState, type TrainState } from './update.ts';

export interface PolicyStageParts {
  readonly config: RunConfig;
  readonly backend: Backend;
  readonly model: Decoder;
  readonly specs: readonly ParameterSpec[];
  readonly tokenizer: Tokenizer;
  readonly prompts: PromptSource;
  readonly rewards: readonly RewardComponent[];
  /** Told the first error of each reward component. */
  readonly warn?: ((message: string) => void) | undefined;
}

export interface PolicyStepInput {
  /** Stays the caller's. */
  readonly train: TrainState;
  /** Weights at the start of the stage. */
  readonly reference: readonly tf.Tensor[];
  readonly promptCursor: number;
  /** Of the run, from 1. */
  readonly step: number;
  /** Of this stage, from 1. */
  readonly stageStep: number;
}

export interface PolicyStage {
  step(
    input: PolicyStepInput,
  ): Promise<{ readonly train: TrainState; readonly promptCursor: number; readonly result: StepResult }>;
  dispose(): void;
}

export function createPolicyStage({
  config,
  backend,
  model,
  specs,
  tokenizer,
  prompts: source,
  rewards,
  warn,
}: PolicyStageParts): PolicyStage {
  const pg = config.policyGradient;
  const sampler = createSampler(backend, model, {
    ...pg,
    seed: config.seed,
    eosIds: tokenizer.eosIds,
    padId: tokenizer.padId,
  });
  const learner = createLearner(backend, model, specs, pg);
  const warned = new Set<string>();

  return {
    async step({ train, reference, promptCursor, step, stageStep }) {
      const started = performance.now();
      const recorded = (stageStep - 1) % config.record.completionsEverySteps === 0;

      const prompts = Array.from({ length: pg.promptsPerStep }, (_, index) =>
        source.at(promptCursor + index),
      );
      const longest = prompts.reduce((most, { ids }) => Math.max(most, ids.length), 0);
      const padded = padPrompts(
        prompts.map(({ ids }) => ids),
        bucketWidth(longest, source.longest),
        tokenizer.padId,
      );
      const completions = await sampler.sample(train.weights, padded, step);
      const sampled = performance.now();

      const texts = textsOf(completions, tokenizer);
      const scores = await scoreCompletions(
        rewards,
        texts.map((completion, index) => ({
          prompt: promptOf(prompts, index).text,
          completion,
          answer: promptOf(prompts, index).answer,
          tokenCount: completions.lengths[index] ?? 0,
        })),
      );
      assertRewards(scores, step);
      warnOfErrors(scores, step);
      const rewarded = performance.now();

      const sequences = { prompts: repeatPrompts(padded, pg.groupSize), completions };
      const totals = scores.map(({ reward }) => reward);
      // The reference costs a forward pass: only where the signal needs it or somebody will look at it.
      const refLogp = pg.kl.beta > 0 || recorded ? await learner.score(reference, sequences) : null;
      const refK1 = refLogp && k1(completions, completions.logp, refLogp);
      const advantage = advantages(pg.advantage, totals, pg.groupSize);
      const signals = signal(advantage, refK1, pg.kl.beta);
      const batch: PolicyBatch = {
        ...sequences,
        oldLogp: completions.logp,
        signal: toFloats(signals, step),
        tokenWeights: tokenWeights(aggregationOf(pg), {
          lengths: completions.lengths,
          included: totals.map((reward) => reward !== null),
          width: completions.width,
        }),
      };

      const rate = learningRate(pg.optimizer, stageStep, pg.steps);
      const first = await learner.update(train, batch, rate, step);
      let last = first;
      for (let epoch = 1; epoch < pg.innerEpochs; epoch++) {
        const before = last.state;
        try {
          last = await learner.update(before, batch, rate, step);
        } finally {
          // Also when this epoch fails: what the caller holds is the state before the step.
          disposeState(before);
        }
      }
      const updatedLogp = recorded ? await learner.score(last.state.weights, sequences) : null;
      const updated = performance.now();

      const metrics = policyMetrics({
        config: pg,
        completions,
        scores,
        exact: texts.map((completion, index) =>
          exactAnswer(config.task, promptOf(prompts, index), completion),
        ),
        advantages: advantage,
        signals,
        reference: refLogp && refK1 && { k1: refK1, logp: refLogp },
        loss: last.loss,
        gradNorm: last.gradNorm,
        learningRate: rate,
        firstLogp: first.logp,
        lastLogp: last.logp,
        updatedLogp,
        entropy: first.entropy,
      });
      const completionTokens = completions.lengths.reduce((sum, length) => sum + length, 0);
      const promptTokens = prompts.reduce((sum, { ids }) => sum + ids.length * pg.groupSize, 0);
      const finished = performance.now();
      metrics.set('time/rollout_ms', sampled - started);
      metrics.set('time/reward_ms', rewarded - sampled);
      metrics.set('time/update_ms', updated - rewarded);
      metrics.set('time/step_ms', finished - started);
      metrics.set('throughput/completion_tokens_per_s', (completionTokens / (finished - started)) * 1000);
      metrics.set(
        'throughput/train_tokens_per_s',
        (((completionTokens + promptTokens) * pg.innerEpochs) / (updated - rewarded)) * 1000,
      );

      const told = recorded
        ? describeCompletions({
            config,
            tokenizer,
            prompts,
            completions,
            texts,
            scores,
            advantage,
            signals,
            refK1,
            refLogp,
            updatedLogp,
          })
        : [];
      return {
        train: last.state,
        promptCursor: promptCursor + pg.promptsPerStep,
        result: { step, stage: 'POLICY_GRADIENT', metrics, completions: told },
      };
    },
    dispose() {
      sampler.dispose();
      learner.dispose();
    },
  };

  /** Once a component: a reward that is broken for some completions is so in every step. */
  function warnOfErrors(scores: readonly CompletionScore[], step: number): void {
    for (const [index, { components }] of scores.entries())
      for (const { name, error } of components) {
        if (error === null || warned.has(name)) continue;
        warned.add(name);
        warn?.(
          `reward "${name}" is null for completion ${index} of step ${step}: ${error} (said once; reward/null_fraction tells how often)`,
        );
      }
  }

  function promptOf(prompts: readonly Prompt[], completion: number): Prompt {
    const prompt = prompts[Math.floor(completion / pg.groupSize)];
    if (!prompt) throw new RangeError(`completion ${completion} has no prompt`);
    return prompt;
  }
}

/** What each completion says, its end-of-sequence token left out. */
function textsOf(completions: Completions, tokenizer: Tokenizer): string[] {
  return completions.lengths.map((length, row) => {
    const end = completions.truncated[row] ? length : length - 1;
    return tokenizer.decode(completions.ids.subarray(row * completions.width, row * completions.width + end));
  });
}

function assertRewards(scores: readonly CompletionScore[], step: number): void {
  if (scores.every(({ reward }) => reward === null))
    throw new TrainerError(
      'ALL_REWARDS_NULL',
      `not one of the ${scores.length} completions of step ${step} could be rewarded: ${firstScoreError(scores) ?? 'no reason was given'}`,
      { step },
    );
  const index = scores.findIndex(({ reward }) => reward !== null && !Number.isFinite(reward));
  if (index >= 0)
    throw new TrainerError(
      'NOT_FINITE',
      `the reward of completion ${index} of step ${step} is ${scores[index]?.reward}: the weighted sum overflows`,
      { step },
    );
}

function toFloats(signals: readonly (number | null)[], step: number): Float32Array {
  return Float32Array.from(signals, (value, index) => {
    if (value !== null && !Number.isFinite(Math.fround(value)))
      throw new TrainerError(
        'NOT_FINITE',
        `the learning signal of completion ${index} of step ${step} is ${value}, beyond float32: scale the rewards down`,
        { step },
      );
    return value ?? 0;
  });
}

interface Told {
  readonly config: RunConfig;
  readonly tokenizer: Tokenizer;
  readonly prompts: readonly Prompt[];
  readonly completions: Completions;
  readonly texts: readonly string[];
  readonly scores: readonly CompletionScore[];
  readonly advantage: readonly (number | null)[];
  readonly signals: readonly (number | null)[];
  readonly refK1: readonly number[] | null;
  readonly refLogp: Float32Array | null;
  readonly updatedLogp: Float32Array | null;
}

function describeCompletions(told: Told): CompletionResult[] {
  const { completions, scores, refLogp, updatedLogp } = told;
  const logp = sequenceLogp(completions, completions.logp);
  const refSums = refLogp && sequenceLogp(completions, refLogp);
  const updatedSums = updatedLogp && sequenceLogp(completions, updatedLogp);
  return told.texts.map((text, index) => {
    const group = Math.floor(index / told.config.policyGradient.groupSize);
    const tokenCount = completions.lengths[index] ?? 0;
    const [start, end] = [index * completions.width, index * completions.width + tokenCount];
    return {
      index,
      group,
      promptText: told.prompts[group]?.text ?? '',
      answer: told.prompts[group]?.answer ?? null,
      text,
      tokenCount,
      truncated: completions.truncated[index] ?? false,
      reward: scores[index]?.reward ?? null,
      rewards: scores[index]?.components ?? [],
      advantage: told.advantage[index] ?? null,
      signal: told.signals[index] ?? null,
      kl: told.refK1?.[index] ?? null,
      logp: logp[index] ?? 0,
      refLogp: refSums?.[index] ?? null,
      updatedLogp: updatedSums?.[index] ?? null,
      tokens: told.config.record.tokens
        ? {
            tokenIds: completions.ids.slice(start, end),
            pieces: told.tokenizer.pieces(completions.ids.slice(start, end)),
            logp: completions.logp.slice(start, end),
            refLogp: refLogp && refLogp.slice(start, end),
            updatedLogp: updatedLogp && updatedLogp.slice(start, end),
          }
        : null,
    };
  });
}
