import { describe, expect, it } from 'vitest';

import type { PaddedPrompts } from '../batch.ts';
import type { PromptSource } from '../prompts.ts';
import type { RewardComponent } from '../rewards/rewardComponent.ts';
import type { Completions, Sampler } from '../rollout.ts';
import { tinyConfig } from '../testing/tinyModel.ts';
import { charTokenizer } from '../tokenizer/charTokenizer.ts';
import { bucketWidth } from '../batch.ts';
import { collect, type CollectorParts } from './collect.ts';

const WIDTH = 2;
const GROUP = 2;
const tokenizer = charTokenizer('0123456789');

/** Prompt n is the digit n mod 10, once or twice as long as its neighbour. */
const prompts: PromptSource = {
  at: (cursor) => {
    const text = String(cursor % 10).repeat(1 + (cursor % 2));
    return { text, answer: text, ids: [tokenizer.bosId ?? 0, ...tokenizer.encode(text)] };
  },
  longest: 3,
};

/** Completions that say which round and which place they come from, so that a mix-up would show. */
function recordingSampler() {
  const calls: { rows: number; step: number; round: number | undefined }[] = [];
  const sampler: Sampler = {
    sample(_, { rows }: PaddedPrompts, step, { round } = {}) {
      calls.push({ rows, step, round });
      const count = rows * GROUP;
      const ids = new Int32Array(count * WIDTH);
      for (let row = 0; row < count; row++) ids.set([3 + (round ?? 0), 3 + (row % 10)], row * WIDTH);
      const completions: Completions = {
        ids,
        logp: Float32Array.from({ length: count * WIDTH }, (_value, index) => -index - 100 * (round ?? 0)),
        lengths: Array.from({ length: count }, () => WIDTH),
        truncated: Array.from({ length: count }, () => true),
        rows: count,
        width: WIDTH,
      };
      return Promise.resolve(completions);
    },
    dispose: () => undefined,
  };
  return { sampler, calls };
}

/** Groups of prompts whose digit is in the list have two rewards, the others one. */
function rewarding(digits: readonly string[], otherwise: number | null = 0): RewardComponent {
  return {
    name: 'test',
    weight: 1,
    clip: null,
    normalise: 'none',
    version: 'v',
    score: (inputs) =>
      Promise.resolve(
        inputs.map(({ prompt }, index) => ({
          value: digits.includes(prompt.slice(0, 1)) ? index % GROUP : otherwise,
        })),
      ),
  };
}

function partsOf(reward: RewardComponent, maxRounds: number | null) {
  const { sampler, calls } = recordingSampler();
  const config = tinyConfig({
    policyGradient: {
      steps: 1,
      promptsPerStep: 4,
      groupSize: GROUP,
      maxNewTokens: WIDTH,
      dynamicSampling: maxRounds === null ? null : { maxRounds },
    },
  });
  const rounds: number[] = [];
  const parts: CollectorParts = {
    config,
    model: { tokenizer },
    prompts,
    sampler,
    promptWidth: bucketWidth,
    rewards: [reward],
    scored: (scores) => rounds.push(scores.length),
  };
  return { parts, calls, rounds };
}

const digitsOf = (collected: { readonly prompts: readonly { readonly text: string }[] }) =>
  collected.prompts.map(({ text }) => text.slice(0, 1)).join('');

describe('collect', () => {
  it('without dynamic sampling is one rollout, flat groups and all', async () => {
    const { parts, calls } = partsOf(rewarding(['1']), null);
    const collected = await collect(parts, [], { promptCursor: 20, step: 7 });
    expect(digitsOf(collected)).toBe('0123');
    expect(collected.promptCursor).toBe(24);
    expect(calls).toEqual([{ rows: 4, step: 7, round: 0 }]);
    expect(collected.rounds).toHaveLength(1);
    expect(collected.exact).toHaveLength(8);
  });

  it('draws no more where every group has a signal', async () => {
    const { parts, calls } = partsOf(rewarding('0123456789'.split('')), 5);
    const collected = await collect(parts, [], { promptCursor: 0, step: 1 });
    expect(calls).toHaveLength(1);
    expect(collected.promptCursor).toBe(4);
  });

  it('draws other prompts for flat groups, in powers of two, each round with noise of its own', async () => {
    // Of 0…3 only 1 has a signal: three are missing, four are drawn; of 4…7 two have; one more, until 9.
    const { parts, calls, rounds } = partsOf(rewarding(['1', '5', '6', '9']), 8);
    const collected = await collect(parts, [], { promptCursor: 0, step: 3 });
    expect(digitsOf(collected)).toBe('1569');
    expect(calls).toEqual([
      { rows: 4, step: 3, round: 0 },
      { rows: 4, step: 3, round: 1 },
      { rows: 1, step: 3, round: 2 },
      { rows: 1, step: 3, round: 3 },
    ]);
    expect(rounds).toEqual([8, 8, 2, 2]);
    expect(collected.promptCursor).toBe(10);

    const { completions, padded, scores, texts } = collected;
    expect(scores.map(({ reward }) => reward)).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
    // Prompt 1 was in round 0 at rows 2 and 3; 5 and 6 in round 1 at rows 2 to 5; 9 in round 3 at rows 0 and 1.
    expect(texts).toEqual(['02', '03', '12', '13', '14', '15', '30', '31']);
    expect(Array.from(completions.logp.subarray(0, 2))).toEqual([-4, -5]);
    expect(Array.from(completions.logp.subarray(4, 6))).toEqual([-104, -105]);
    expect(completions).toMatchObject({ rows: 8, width: WIDTH });
    // Padded anew, on the left: 1, 5 and 9 have two digits, 6 one.
    expect(padded).toMatchObject({ rows: 4, width: 3 });
    expect(Array.from(padded.padding)).toEqual([0, 0, 1, 0]);
  });

  it('fills up with flat groups in the order drawn when the rounds are used up', async () => {
    const { parts } = partsOf(rewarding(['6']), 2);
    const collected = await collect(parts, [], { promptCursor: 0, step: 1 });
    expect(digitsOf(collected)).toBe('6012');
    expect(collected.promptCursor).toBe(8);
    expect(collected.scores).toHaveLength(8);
  });

  it('takes more than it needs for none: those drawn first stay', async () => {
    const { parts } = partsOf(rewarding(['0', '4', '5', '6', '7']), 2);
    const collected = await collect(parts, [], { promptCursor: 0, step: 1 });
    expect(digitsOf(collected)).toBe('0456');
  });

  it('a group of which fewer than two completions have a reward is flat', async () => {
    const { parts } = partsOf(rewarding(['1', '4', '5', '6'], null), 2);
    const collected = await collect(parts, [], { promptCursor: 0, step: 1 });
    expect(digitsOf(collected)).toBe('1456');
  });

  it('goes on where only a later round has no reward at all', async () => {
    const { parts, rounds } = partsOf(rewarding(['0', '1', '2'], null), 2);
    const collected = await collect(parts, [], { promptCursor: 0, step: 1 });
    expect(rounds).toEqual([8, 2]);
    expect(digitsOf(collected)).toBe('0123');
  });

  it('ends the step where no completion of its first round has a reward, or one overflows', async () => {
    const silent = partsOf(rewarding([], null), null).parts;
    await expect(collect(silent, [], { promptCursor: 0, step: 4 })).rejects.toMatchObject({
      code: 'ALL_REWARDS_NULL',
      place: { step: 4 },
    });
    const { parts } = partsOf({ ...rewarding(['0'], 1e308), weight: 10 }, null);
    await expect(collect(parts, [], { promptCursor: 0, step: 4 })).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringContaining('the reward of completion 2 of step 4 is Infinity'),
    });
  });
});
