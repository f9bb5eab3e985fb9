/** @file The prompts of a run's stages, checked against its model and rewards before the first step. */
import type { PromptRecord, RunConfig } from '@nabla/domain';

import { TrainerError } from './errors.ts';
import type { PolicyModel } from './model/policyModel.ts';
import {
  assertAnswers,
  broughtPrompts,
  longestAnswerTokens,
  openPrompts,
  type PromptSource,
} from './prompts.ts';
import { needsAnswer } from './rewards/builtInRewards.ts';
import { STREAMS } from './streams.ts';

export interface RunSources {
  readonly prompts: PromptSource;
  /** Null without a warm-up. */
  readonly warmup: PairSource | null;
}

/** Prompts that all have an answer. */
export interface PairSource extends PromptSource {
  /** Tokens of the longest answer there can be, the end-of-sequence token included. */
  readonly longestAnswer: number;
}

/** @throws TrainerError INVALID_PROMPTS, PROMPT_TOO_LONG, UNKNOWN_CHARACTER */
export function openSources(
  config: RunConfig,
  model: PolicyModel,
  prompts: readonly PromptRecord[] | undefined,
  warmupPrompts: readonly PromptRecord[] | undefined,
): RunSources {
  const { task, warmup, seed } = config;
  const component = config.rewards.find((reward) => needsAnswer(reward, task));
  if (component && prompts) assertAnswers(prompts, `reward ${component.name} (${component.kind})`);
  const source = openPrompts(task, prompts, { seed, stream: STREAMS.prompts, model });
  assertRoom(source, prompts, config.policyGradient.maxNewTokens, model);
  if (!warmup) return { prompts: source, warmup: null };

  const options = { seed, stream: STREAMS.warmup, model };
  if (warmup.path !== undefined && !warmupPrompts)
    throw new TrainerError('INVALID_PROMPTS', `the pairs of warmup.path "${warmup.path}" were not given`);
  const pairs = warmup.path === undefined ? prompts : warmupPrompts;
  if (pairs) assertAnswers(pairs, 'the warm-up');
  const warmupSource =
    warmup.path === undefined ? openPrompts(task, prompts, options) : broughtPrompts(pairs ?? [], options);
  const longestAnswer = longestAnswerTokens(task, pairs, model);
  // A built-in task's own answers fit beside their prompts wherever its completions do.
  assertRoom(warmupSource, pairs, pairs ? longestAnswer : 0, model);
  return { prompts: source, warmup: { ...warmupSource, longestAnswer } };
}

/** @throws TrainerError PROMPT_TOO_LONG naming the first prompt that leaves too little room. */
function assertRoom(
  source: PromptSource,
  prompts: readonly PromptRecord[] | undefined,
  completionTokens: number,
  model: PolicyModel,
): void {
  const room = model.maxTokens - completionTokens;
  if (source.longest <= room) return;
  const promptIndex = prompts?.findIndex(({ text }) => model.encodePrompt(text).length > room) ?? -1;
  const which = promptIndex < 0 ? 'the longest prompt' : `prompt ${promptIndex}`;
  const message = `${which} has up to ${source.longest} tokens; with ${completionTokens} completion tokens only ${room} fit into the bound of ${model.maxTokens}`;
  throw new TrainerError('PROMPT_TOO_LONG', message, promptIndex < 0 ? {} : { promptIndex });
}
