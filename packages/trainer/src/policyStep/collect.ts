/**
 * @file The first half of a step: prompts, their completions, and rewards. With dynamic sampling (DAPO, arXiv 2503.14476) other
 * prompts are drawn in the place of groups without a signal. Everything is a function of weights, seed, step and prompt cursor.
 */
import type * as tf from '@tensorflow/tfjs-core';

import { isFlat } from '../algorithms/advantages.ts';
import type { Prompt } from '../prompts.ts';
import type { Completions } from '../rollout.ts';
import { collectRound, padToBucket, type CollectorParts, type Drawn, type Rollout } from './collectRound.ts';

export type { CollectorParts, Rollout } from './collectRound.ts';

export interface Collected<Early = unknown> extends Rollout {
  /** Everything that was drawn, in rounds; the only one is the rollout itself without dynamic sampling. */
  readonly rounds: readonly Rollout[];
  /** Of the prompt source, after the step. */
  readonly promptCursor: number;
  readonly rolloutMs: number;
  /** What rewards held the step up beyond drawing and `meanwhile`. */
  readonly rewardMs: number;
  /** Of `meanwhile`, where it was called. */
  readonly early: Early | undefined;
}

export interface CollectInput<Early> {
  readonly promptCursor: number;
  readonly step: number;
  /** Work on the completions that needs no rewards, done while these are on their way. Dynamic sampling, which chooses by rewards, leaves it out. */
  readonly meanwhile?: (drawn: Drawn) => Promise<Early>;
}

/**
 * @param weights the decoder's whole list
 * @throws TrainerError ALL_REWARDS_NULL, NOT_FINITE
 */
export async function collect<Early>(
  parts: CollectorParts,
  weights: readonly tf.Tensor[],
  { promptCursor, step, meanwhile }: CollectInput<Early>,
): Promise<Collected<Early>> {
  const { promptsPerStep, groupSize, dynamicSampling } = parts.config.policyGradient;
  const rounds: Rollout[] = [];
  let [cursor, rolloutMs, rewardMs] = [promptCursor, 0, 0];
  let missing = promptsPerStep;
  let early: Early | undefined;
  for (let round = 0; round < (dynamicSampling?.maxRounds ?? 1) && missing > 0; round++) {
    const count = roundSize(missing, promptsPerStep);
    const made = await collectRound(parts, weights, {
      prompts: Array.from({ length: count }, (_, index) => parts.prompts.at(cursor + index)),
      step,
      round,
      meanwhile: dynamicSampling === null ? meanwhile : undefined,
    });
    rolloutMs += made.rolloutMs;
    rewardMs += made.rewardMs;
    early = made.early;
    rounds.push(made.rollout);
    cursor += count;
    missing -= groupsOf(made.rollout, groupSize).filter(({ flat }) => !flat).length;
  }
  const rollout =
    rounds.length === 1 && rounds[0] ? rounds[0] : chosen(rounds, parts, { promptsPerStep, groupSize });
  return { ...rollout, rounds, promptCursor: cursor, rolloutMs, rewardMs, early };
}

/** Powers of two, so that compiled functions meet few shapes; a first round is a whole step. */
function roundSize(missing: number, promptsPerStep: number): number {
  return Math.min(promptsPerStep, 2 ** Math.ceil(Math.log2(missing)));
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
