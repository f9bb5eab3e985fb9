/** @file For tests of rounds: prompts of one digit, and a sampler that gives one completion after another. */
import { bucketWidth } from '../batch.ts';
import type { CollectorParts } from '../policyStep/collectRound.ts';
import type { PromptSource } from '../prompts.ts';
import type { RewardComponent } from '../rewards/rewardComponent.ts';
import type { Completions, EndedCompletion, Sampler } from '../rollout.ts';
import { charTokenizer } from '../tokenizer/charTokenizer.ts';
import { tinyConfig } from './tinyModel.ts';

export const GROUP = 8;
export const tokenizer = charTokenizer('0123456789');
const idOf = (digit: number) => tokenizer.encode(String(digit))[0] ?? 0;
export const prompts: PromptSource = {
  at: (cursor) => {
    const text = String(cursor % 10);
    return { text, answer: text, ids: [tokenizer.bosId ?? 0, ...tokenizer.encode(text)] };
  },
  longest: 2,
};
export const plain = { weight: 1, clip: null, normalise: 'none' } as const;

export function partsOf(rewards: readonly RewardComponent[], sampler: Sampler): CollectorParts {
  const config = tinyConfig({
    policyGradient: { steps: 1, promptsPerStep: 2, groupSize: GROUP, maxNewTokens: 20 },
  });
  return {
    config,
    model: { tokenizer },
    prompts,
    sampler,
    promptWidth: bucketWidth,
    rewards,
    scored: () => undefined,
  };
}
export const INPUT = { prompts: [prompts.at(3), prompts.at(4)], step: 1, round: 0 };

/** Two tokens each: the row's last digit, and the end; row after row, with what the test does in between. */
export function rowByRow(between: (row: number) => Promise<void> | void): Sampler {
  return {
    async sample(_, { rows }, _step, { ended } = {}) {
      const count = rows * GROUP;
      const ids = new Int32Array(count * 2);
      for (let row = 0; row < count; row++) {
        ids.set([idOf(row % 10), tokenizer.eosIds[0] ?? 0], row * 2);
        await between(row);
        const one: EndedCompletion = { row, ids: ids.subarray(row * 2, row * 2 + 2), truncated: false };
        await ended?.([one]);
      }
      const completions: Completions = {
        ids,
        logp: new Float32Array(count * 2),
        lengths: Array.from({ length: count }, () => 2),
        truncated: Array.from({ length: count }, () => false),
        rows: count,
        width: 2,
      };
      return completions;
    },
    dispose: () => undefined,
  };
}
