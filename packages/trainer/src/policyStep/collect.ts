/**
 * @file The first half of a step: prompts, their completions, and rewards. With dynamic sampling (DAPO, arXiv 2503.14476) other
 * prompts are drawn in the place of groups without a signal. Everything is a function of weights, seed, step and prompt cursor.
 */
import type { RunConfig } from '@nabla/domain';
import type * as tf from '@tensorflow/tfjs-core';

import { isFlat } from '../algorithms/advantages.ts';
import { padPrompts, type PaddedPrompts } from '../batch.ts';
import { TrainerError } from '../errors.ts';
import type { PolicyModel } from '../model/policyModel.ts';
import type { Prompt, PromptSource } from '../prompts.ts';
import { correctness } from '../rewards/correctness.ts';
import type { RewardComponent } from '../rewards/rewardComponent.ts';
import { firstScoreError, scoreCompletions, type CompletionScore } from '../rewards/scoreCompletions.ts';
import type { Completions, Sampler } from '../rollout.ts';
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

export interface Collected extends Rollout {
  /** Everything that was drawn, in rounds; the only one is the rollout itself without dynamic sampling. */
  readonly rounds: readonly Rollout[];
  /** Of the prompt source, after the step. */
  readonly promptCursor: number;
  readonly rolloutMs: number;
  readonly rewardMs: number;
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

/**
 * @param weights the decoder's whole list
 * @throws TrainerError ALL_REWARDS_NULL, NOT_FINITE
 */
export async function collect(
  parts: CollectorParts,
  weights: readonly tf.Tensor[],
  { promptCursor, step }: { readonly promptCursor: number; readonly step: number },
): Promise<Collected> {
  const { promptsPerStep, groupSize, dynamicSampling } = parts.config.policyGradient;
  const rounds: Rollout[] = [];
  let [cursor, rolloutMs, rewardMs] = [promptCursor, 0, 0];
  let missing = promptsPerStep;
  for (let round = 0; round < (dynamicSampling?.maxRounds ?? 1) && missing > 0; round++) {
    const started = performance.now();
    const count = roundSize(missing, promptsPerStep);
    const drawn = await drawRound(parts, weights, { cursor, count, step, round });
    const sampled = performance.now();
    const scored = await scoreRound(parts, drawn, step);
    rolloutMs += sampled - started;
    rewardMs += performance.now() - sampled;
    rounds.push(scored);
    cursor += count;
    missing -= groupsOf(scored, groupSize).filter(({ flat }) => !flat).length;
  }
  const rollout =
    rounds.length === 1 && rounds[0] ? rounds[0] : chosen(rounds, parts, { promptsPerStep, groupSize });
  return { ...rollout, rounds, promptCursor: cursor, rolloutMs, rewardMs };
}

/** Powers of two, so that compiled functions meet few shapes; a first round is a whole step. */
function roundSize(missing: number, promptsPerStep: number): number {
  return Math.min(promptsPerStep, 2 ** Math.ceil(Math.log2(missing)));
}

type Drawn = Pick<Rollout, 'prompts' | 'padded' | 'completions'>;

async function drawRound(
  parts: CollectorParts,
  weights: readonly tf.Tensor[],
  { cursor, count, step, round }: { cursor: number; count: number; step: number; round: number },
): Promise<Drawn> {
  const prompts = Array.from({ length: count }, (_, index) => parts.prompts.at(cursor + index));
  const padded = padToBucket(prompts, parts);
  return { prompts, padded, completions: await parts.sampler.sample(weights, padded, step, round) };
}

async function scoreRound(
  { config, model, rewards, scored }: CollectorParts,
  { prompts, padded, completions }: Drawn,
  step: number,
): Promise<Rollout> {
  const { groupSize } = config.policyGradient;
  const texts = textsOf(completions, model.tokenizer);
  const promptOf = (row: number): Prompt => {
    const prompt = prompts[Math.floor(row / groupSize)];
    if (!prompt) throw new RangeError(`completion ${row} has no prompt`);
    return prompt;
  };
  const scores = await scoreCompletions(
    rewards,
    texts.map((completion, row) => ({
      prompt: promptOf(row).text,
      completion,
      answer: promptOf(row).answer,
      tokenCount: completions.lengths[row] ?? 0,
    })),
    { groupSize },
  );
  assertRewards(scores, step);
  scored(scores, step);
  const isRight = correctness(config.rewards, config.task);
  const exact = scores.map((score, row) => isRight(score, promptOf(row), texts[row] ?? ''));
  return { prompts, padded, completions, texts, scores, exact };
}

interface Group {
  readonly rollout: Rollout;
  readonly prompt: Prompt;
  /** Rows of the rollout. */
  readonly rows: readonly number[];
  readonly flat: boolean;
}

function groupsOf(rollout: Rollout, groupSize: number): Group[] {
  return rollout.prompts.map((prompt, index) => {
    const rows = Array.from({ length: groupSize }, (_, place) => index * groupSize + place);
    return { rollout, prompt, rows, flat: isFlat(rows.map((row) => rollout.scores[row]?.reward ?? null)) };
  });
}

/** As many groups as a step has, in the order drawn: those with a signal, and where they are too few, flat ones after them. */
function chosen(
  rounds: readonly Rollout[],
  parts: CollectorParts,
  { promptsPerStep, groupSize }: { promptsPerStep: number; groupSize: number },
): Rollout {
  const all = rounds.flatMap((rollout) => groupsOf(rollout, groupSize));
  const groups = [...all.filter(({ flat }) => !flat), ...all.filter(({ flat }) => flat)].slice(
    0,
    promptsPerStep,
  );
  const prompts = groups.map(({ prompt }) => prompt);
  const pick = <Item>(list: (rollout: Rollout) => readonly Item[]): Item[] =>
    groups.flatMap(({ rollout, rows }) => list(rollout).filter((_, row) => rows.includes(row)));
  return {
    prompts,
    padded: padToBucket(prompts, parts),
    completions: joined(groups),
    texts: pick(({ texts }) => texts),
    scores: pick(({ scores }) => scores),
    exact: pick(({ exact }) => exact),
  };
}

function joined(groups: readonly Group[]): Completions {
  const picked = groups.flatMap(({ rollout: { completions }, rows }) =>
    rows.map((row) => ({ completions, row })),
  );
  const width = picked[0]?.completions.width ?? 0;
  const ids = new Int32Array(picked.length * width);
  const logp = new Float32Array(picked.length * width);
  picked.forEach(({ completions, row }, place) => {
    ids.set(completions.ids.subarray(row * width, (row + 1) * width), place * width);
    logp.set(completions.logp.subarray(row * width, (row + 1) * width), place * width);
  });
  return {
    ids,
    logp,
    lengths: picked.map(({ completions, row }) => completions.lengths[row] ?? 0),
    truncated: picked.map(({ completions, row }) => completions.truncated[row] ?? false),
    rows: picked.length,
    width,
  };
}

function padToBucket(
  prompts: readonly Prompt[],
  { prompts: source, promptWidth, model }: CollectorParts,
): PaddedPrompts {
  const longest = prompts.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  return padPrompts(
    prompts.map(({ ids }) => ids),
    promptWidth(longest, source.longest),
    model.tokenizer.padId,
  );
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
