/** @file The reward components that come with the trainer. Weights are left out of versions: a version says what is measured. */
import type { RewardConfig, TaskConfig } from '@nabla/domain';

import { solvesCountdown } from './countdown.ts';
import { rewardVersion, type RewardComponent, type RewardInput } from './rewardComponent.ts';

export type BuiltInRewardConfig = Exclude<RewardConfig, { kind: 'module' }>;

/** Raise with every change of what a built-in component measures. */
const REVISION = 'built-in 1';

export function builtInReward(config: BuiltInRewardConfig, task: TaskConfig): RewardComponent {
  const { name, weight, ...settings } = config;
  const countdown = config.kind === 'exact_match' && task.kind === 'countdown';
  const version = rewardVersion(REVISION, countdown ? { ...settings, task: 'countdown' } : settings);
  return { name, weight, version, score: scorer(config, countdown) };
}

/** Whether a component needs every prompt to have an answer. */
export function needsAnswer(config: RewardConfig, task: TaskConfig): boolean {
  return (config.kind === 'exact_match' && task.kind !== 'countdown') || config.kind === 'partial_credit';
}

/** Whether a completion is the exact answer: by evaluation for countdown, by comparison where an answer is known, else null. */
export function exactAnswer(
  task: TaskConfig,
  prompt: { readonly text: string; readonly answer: string | null },
  completion: string,
): boolean | null {
  if (task.kind === 'countdown') return solvesCountdown(prompt.text, completion);
  return prompt.answer === null ? null : completion === prompt.answer;
}

function scorer(config: BuiltInRewardConfig, countdown: boolean): (input: RewardInput) => number {
  switch (config.kind) {
    case 'exact_match':
      return countdown
        ? ({ prompt, completion }) => Number(solvesCountdown(prompt, completion))
        : (input) => Number(input.completion === answerOf(input));
    case 'format': {
      const pattern = new RegExp(`^(?:${config.pattern})$`, 'u');
      return ({ completion }) => Number(pattern.test(completion));
    }
    case 'partial_credit':
      return (input) => partialCredit(input.completion, answerOf(input));
    case 'length':
      return ({ tokenCount }) => Math.max(0, 1 - Math.abs(tokenCount - config.target) / config.tolerance);
  }
}

/** (characters right at their place − characters beyond the answer's length) / length of the answer, at least 0. */
export function partialCredit(completion: string, answer: string): number {
  const [given, wanted] = [Array.from(completion), Array.from(answer)];
  if (wanted.length === 0) return given.length === 0 ? 1 : 0;
  const right = wanted.filter((character, index) => given[index] === character).length;
  const beyond = Math.max(0, given.length - wanted.length);
  return Math.max(0, (right - beyond) / wanted.length);
}

function answerOf({ prompt, answer }: RewardInput): string {
  if (answer === null) throw new Error(`the prompt ${JSON.stringify(prompt)} has no answer to compare with`);
  return answer;
}
