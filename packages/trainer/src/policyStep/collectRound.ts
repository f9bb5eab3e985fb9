/** @file Prompts, their completions and rewards: completions go to those who score them as they leave the batch. */
import type { RunConfig } from '@nabla/domain';
import type * as tf from '@tensorflow/tfjs-core';

import { padPrompts, type PaddedPrompts } from '../batch.ts';
import { TrainerError } from '../errors.ts';
import { eventLoopTurn } from '../eventLoopTurn.ts';
import type { PolicyModel } from '../model/policyModel.ts';
import type { Prompt, PromptSource } from '../prompts.ts';
import { correctness } from '../rewards/correctness.ts';
import type { RewardComponent, RewardInput } from '../rewards/rewardComponent.ts';
import {
  beginScoring,
  firstScoreError,
  type CompletionScore,
  type ComponentScore,
  type StepScoring,
} from '../rewards/scoreCompletions.ts';
import type { Completions, EndedCompletion, Sampler } from '../rollout.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** N prompts and their N · G completions, those of one prompt one after another. */
export interface Rollout {
  readonly prompts: readonly Prompt[];
  /** [N, P] */
  readonly padded: PaddedPrompts;
  /** [B, C] */
  readonly completions: Completions;
  /** Without end-of-sequence tokens. */
  readonly texts: readonly string[];
  readonly scores: readonly CompletionScore[];
  /** Whether each is right, as `correctness` has it; null where nobody knows. */
  readonly exact: readonly (boolean | null)[];
}

export interface CollectorParts {
  readonly config: RunConfig;
  readonly model: Pick<PolicyModel, 'tokenizer'>;
  readonly prompts: PromptSource;
  readonly sampler: Sampler;
  /** Of the rectangle for prompts of up to `longest` tokens, where none has more than `bound`. */
  readonly promptWidth: (longest: number, bound: number) => number;
  readonly rewards: readonly RewardComponent[];
  /** Told of every scored round. */
  readonly scored: (scores: readonly CompletionScore[], step: number) => void;
}

/** What was drawn, before anybody knows its rewards. */
export type Drawn = Pick<Rollout, 'prompts' | 'padded' | 'completions'>;

export interface RoundInput<Early> {
  readonly prompts: readonly Prompt[];
  readonly step: number;
  /** Of dynamic sampling, from 0. */
  readonly round: number;
  /** Work of the learner's that needs no rewards, done while these are on their way. */
  readonly meanwhile?: ((drawn: Drawn) => Promise<Early>) | undefined;
}

export interface Round<Early> {
  readonly rollout: Rollout;
  /** Of `meanwhile`, where there was one. */
  readonly early: Early | undefined;
  readonly rolloutMs: number;
  /** What rewards held the step up beyond drawing and `meanwhile`. */
  readonly rewardMs: number;
}

/**
 * @param weights the decoder's whole list
 * @throws TrainerError ALL_REWARDS_NULL, NOT_FINITE
 */
export async function collectRound<Early>(
  parts: CollectorParts,
  weights: readonly tf.Tensor[],
  { prompts, step, round, meanwhile }: RoundInput<Early>,
): Promise<Round<Early>> {
  const { config, sampler, rewards, scored } = parts;
  const { groupSize } = config.policyGradient;
  const started = performance.now();
  const readings = readCompletions(prompts, groupSize, parts.model.tokenizer);
  const scoring = beginScoring(rewards, prompts.length * groupSize);
  try {
    const padded = padToBucket(prompts, parts);
    const ended = scoring.isEarly
      ? async (completions: readonly EndedCompletion[]) => handOver(completions.map(readings.read), scoring)
      : undefined;
    const completions = await sampler.sample(weights, padded, step, { round, ...(ended && { ended }) });
    const inputs = readings.all(completions);
    const drawnAt = performance.now();

    scoring.complete(inputs);
    // What is left to be asked goes out before anything else holds this thread.
    if (scoring.isBusy) await eventLoopTurn();
    const finished = scoring.finish({ groupSize });
    // Somebody waits for it below, which it may come before.
    finished.catch(() => undefined);
    const askedAt = performance.now();
    const early = await meanwhile?.({ prompts, padded, completions });
    const backAt = performance.now();
    const scores = await finished;
    const scoredAt = performance.now();

    assertRewards(scores, step, round);
    scored(scores, step);
    const isRight = correctness(config.rewards, config.task);
    const texts = inputs.map(({ completion }) => completion);
    const exact = scores.map((score, row) =>
      isRight(score, promptOf(prompts, groupSize, row), texts[row] ?? ''),
    );
    return {
      rollout: { prompts, padded, completions, texts, scores, exact },
      early,
      rolloutMs: drawnAt - started,
      rewardMs: askedAt - drawnAt + (scoredAt - backAt),
    };
  } catch (error) {
    await scoring.abandon();
    throw error;
  }
}

export function padToBucket(
  prompts: readonly Prompt[],
  { prompts: source, promptWidth, model }: Pick<CollectorParts, 'prompts' | 'promptWidth' | 'model'>,
): PaddedPrompts {
  const longest = prompts.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  return padPrompts(
    prompts.map(({ ids }) => ids),
    promptWidth(longest, source.longest),
    model.tokenizer.padId,
  );
}

interface Reading {
  readonly row: number;
  readonly input: RewardInput;
}

/** Decodes each completion once, as they come. */
function readCompletions(prompts: readonly Prompt[], groupSize: number, tokenizer: Tokenizer) {
  const inputs = new Map<number, RewardInput>();
  function read({ row, ids, truncated }: EndedCompletion): Reading {
    const { text: prompt, answer } = promptOf(prompts, groupSize, row);
    // What it says, its end-of-sequence token left out.
    const completion = tokenizer.decode(truncated ? ids : ids.subarray(0, -1));
    const input = { prompt, completion, answer, tokenCount: ids.length };
    inputs.set(row, input);
    return { row, input };
  }
  return {
    read,
    all: ({ ids, lengths, truncated, width }: Completions): RewardInput[] =>
      lengths.map((length, row) => {
        const known = inputs.get(row);
        if (known) return known;
        const own = ids.subarray(row * width, row * width + length);
        return read({ row, ids: own, truncated: truncated[row] ?? false }).input;
      }),
  };
}

/** Between two blocks: takes answers, and lets the requests for what has just ended go out. */
async function handOver(readings: readonly Reading[], scoring: StepScoring): Promise<void> {
  if (readings.length === 0 && !scoring.isBusy) return;
  // Before others are asked: connections that were closed during the block are seen to be so, and answers make room.
  await eventLoopTurn();
  if (readings.length === 0) return;
  scoring.add(readings);
  await eventLoopTurn();
}

function promptOf(prompts: readonly Prompt[], groupSize: number, row: number): Prompt {
  const prompt = prompts[Math.floor(row / groupSize)];
  if (!prompt) throw new RangeError(`completion ${row} has no prompt`);
  return prompt;
}

/** A later round may be one group only: that all of its rewards are null ends no step whose first round has some. */
function assertRewards(scores: readonly CompletionScore[], step: number, round: number): void {
  if (round === 0 && scores.every(({ reward }) => reward === null))
    throw new TrainerError(
      'ALL_REWARDS_NULL',
      `not one of the ${scores.length} completions of step ${step} could be rewarded: ${firstScoreError(scores) ?? 'no reason was given'}`,
      { step },
    );
  const index = scores.findIndex(({ reward }) => reward !== null && !Number.isFinite(reward));
  const broken = scores[index];
  if (broken)
    throw new TrainerError(
      'NOT_FINITE',
      `the reward of completion ${index} of step ${step} is ${broken.reward}: ${overflowing(broken.components)} too large to be added up; set clip: [low, high] there, or a smaller weight`,
      { step },
    );
}

/** The terms that make a weighted sum overflow: those that do so alone, else those of its order of magnitude. */
function overflowing(components: readonly ComponentScore[]): string {
  const terms = components.map(({ name, weight, used }) => ({
    said: `"${name}" (${weight} · ${used})`,
    size: Math.abs(weight * (used ?? 0)),
  }));
  const alone = terms.filter(({ size }) => !Number.isFinite(size));
  const large = terms.filter(({ size }) => size > Number.MAX_VALUE / (2 * terms.length));
  const named = alone.length > 0 ? alone : large;
  const one = named.length === 1;
  return `${one ? 'component' : 'components'} ${named.map(({ said }) => said).join(' and ')} ${one ? 'is' : 'are'}`;
}
