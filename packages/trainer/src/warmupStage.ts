/** @file A step of the supervised warm-up. */
import type { RunConfig, WarmupConfig } from '@nabla/domain';

import { learningRate } from './algorithms/schedule.ts';
import type { Backend } from './backend/backend.ts';
import { TrainerError } from './errors.ts';
import type { PolicyModel } from './model/policyModel.ts';
import type { PromptSource } from './prompts.ts';
import type { PairSource } from './runSources.ts';
import { warmupUsesXla } from './stageXla.ts';
import type { StepResult } from './stepResult.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';
import type { TrainState } from './update.ts';
import { createWarmupLearner, type WarmupPair } from './warmup.ts';

export interface WarmupStageParts {
  readonly config: RunConfig;
  readonly warmup: WarmupConfig;
  readonly backend: Backend;
  readonly model: PolicyModel;
  readonly pairs: PairSource;
  /** Told whether XLA compiles the stage. */
  readonly log?: ((message: string) => void) | undefined;
  /** Told that it does not where it should. */
  readonly warn?: ((message: string) => void) | undefined;
}

export interface WarmupStepInput {
  /** Stays the caller's. */
  readonly train: TrainState;
  readonly warmupCursor: number;
  /** Of the run, which is that of this stage: it comes first. */
  readonly step: number;
}

export interface WarmupStepOutput {
  readonly train: TrainState;
  readonly warmupCursor: number;
  readonly result: StepResult;
}

export interface WarmupStage {
  /** @throws TrainerError NOT_FINITE */
  step(input: WarmupStepInput): Promise<WarmupStepOutput>;
  dispose(): void;
}

export function createWarmupStage(parts: WarmupStageParts): WarmupStage {
  const { warmup, backend, model, pairs: source } = parts;
  const { tokenizer } = model;
  const learner = createWarmupLearner(backend, model, {
    optimizer: warmup.optimizer,
    padId: tokenizer.padId,
    longestPrompt: source.longest,
    longestAnswer: source.longestAnswer,
    xla: warmupUsesXla(parts),
  });

  return {
    async step({ train, warmupCursor, step }) {
      const started = performance.now();
      const pairs = Array.from({ length: warmup.batchSize }, (_, index) =>
        pairAt(source, warmupCursor + index, tokenizer),
      );
      const rate = learningRate(warmup.optimizer, step, warmup.steps);
      const update = await learner.update(train, pairs, rate, step);
      const elapsed = performance.now() - started;
      const tokens = pairs.reduce((sum, { prompt, answer }) => sum + prompt.length + answer.length, 0);
      const metrics = new Map([
        ['sft/loss', update.loss],
        ['sft/token_accuracy', update.tokenAccuracy],
        ['policy/grad_norm', update.gradNorm],
        ['optimizer/learning_rate', rate],
        ['time/update_ms', elapsed],
        ['time/step_ms', elapsed],
        ['throughput/train_tokens_per_s', (tokens / elapsed) * 1000],
      ]);
      return {
        train: update.state,
        warmupCursor: warmupCursor + warmup.batchSize,
        result: { step, stage: 'WARM_UP', metrics, completions: [] },
      };
    },
    dispose: () => learner.dispose(),
  };
}

function pairAt(source: PromptSource, cursor: number, tokenizer: Tokenizer): WarmupPair {
  const { ids, text, answer } = source.at(cursor);
  const [eos] = tokenizer.eosIds;
  if (answer === null || eos === undefined)
    throw new TrainerError('INVALID_PROMPTS', `prompt ${JSON.stringify(text)} has no answer to warm up on`);
  // SentencePiece's mark before the answer stays: decoding a completion takes it away, so that `exact_match` finds the answer.
  return { prompt: ids, answer: [...tokenizer.encode(answer), eos] };
}
