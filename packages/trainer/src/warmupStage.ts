/** @file A step of the supervised warm-up. */
import type { WarmupConfig } from '@nabla/domain';

import { learningRate } from './algorithms/schedule.ts';
import { TrainerError } from './errors.ts';
import type { PromptSource } from './prompts.ts';
import type { StepResult } from './stepResult.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';
import type { TrainState } from './update.ts';
import type { WarmupLearner, WarmupPair } from './warmup.ts';

export interface WarmupStepInput {
  /** Stays the caller's. */
  readonly train: TrainState;
  readonly warmupCursor: number;
  /** Of the run, which is that of this stage: it comes first. */
  readonly step: number;
}

export interface WarmupStageParts {
  readonly config: WarmupConfig;
  readonly learner: WarmupLearner;
  readonly tokenizer: Tokenizer;
  readonly pairs: PromptSource;
}

export async function warmupStep(
  { config, learner, tokenizer, pairs: source }: WarmupStageParts,
  { train, warmupCursor, step }: WarmupStepInput,
): Promise<{ readonly train: TrainState; readonly warmupCursor: number; readonly result: StepResult }> {
  const started = performance.now();
  const pairs = Array.from({ length: config.batchSize }, (_, index) =>
    pairAt(source, warmupCursor + index, tokenizer),
  );
  const rate = learningRate(config.optimizer, step, config.steps);
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
    warmupCursor: warmupCursor + config.batchSize,
    result: { step, stage: 'WARM_UP', metrics, completions: [] },
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
