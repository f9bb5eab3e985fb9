/** @file The reward components that come with the trainer: how each looks at a completion, and what they share. */
import { fileURLToPath } from 'node:url';

import type { RewardConfig, TaskConfig } from '@nabla/domain';

import { solvesCountdown, solvesCountdownText } from './countdown.ts';
import { NoExpression } from './latex.ts';
import { openMathEquality } from './mathEquality.ts';
import { isNear, lastNumber } from './numeric.ts';
import {
  reasonOf,
  rewardVersion,
  type RewardAnswer,
  type RewardComponent,
  type RewardInput,
} from './rewardComponent.ts';
import { withinTime } from './withinTime.ts';

export type BuiltInRewardConfig = Exclude<RewardConfig, { kind: 'module' | 'http' | 'function' }>;

/** What of a run's configuration built-in components look at. */
export interface BuiltInContext {
  readonly task: TaskConfig;
  /** C: completion tokens at most. */
  readonly maxNewTokens: number;
}

/** Time for all completions of a step together, then for each alone: a pattern of somebody's own may never end on some text. */
const ALL_MS = 2000;
const ONE_MS = 1000;

/** @throws TrainerError REWARD_SETTINGS for a JSON schema that is none. */
export async function builtInReward(
  config: BuiltInRewardConfig,
  context: BuiltInContext,
): Promise<RewardComponent> {
  const { name, weight, clip, normalise, ...settings } = config;
  const score = await scorer(config, context);
  return {
    name,
    weight,
    clip,
    normalise,
    version: rewardVersion(await sources(), { ...settings, ...surroundings(config, context) }),
    score: (inputs) => Promise.resolve(answers(score, inputs)),
  };
}

/** Whether a component needs every prompt to have an answer. */
export function needsAnswer(config: RewardConfig, task: TaskConfig): boolean {
  switch (config.kind) {
    case 'exact_match':
      return task.kind !== 'countdown';
    case 'partial_credit':
    case 'numeric':
    case 'math':
      return true;
    case 'regex':
      return hasGroup(config.pattern);
    default:
      return false;
  }
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

/** (characters right at their place − characters beyond the answer's length) / length of the answer, at least 0. */
export function partialCredit(completion: string, answer: string): number {
  const [given, wanted] = [Array.from(completion), Array.from(answer)];
  if (wanted.length === 0) return given.length === 0 ? 1 : 0;
  const right = wanted.filter((character, index) => given[index] === character).length;
  const beyond = Math.max(0, given.length - wanted.length);
  return Math.max(0, (right - beyond) / wanted.length);
}

/** −min(tokens − (max − buffer), buffer) / buffer where that is below 0 (DAPO, arXiv 2503.14476, eq. 13). */
export function overlongPenalty(tokenCount: number, maxNewTokens: number, buffer: number): number {
  const beyond = tokenCount - (maxNewTokens - buffer);
  return beyond <= 0 ? 0 : -Math.min(beyond, buffer) / buffer;
}

let hashed: Promise<string> | undefined;

/** A hash of this file, of all that it imports, and of the versions of mathjs and ajv: nobody needs to think of raising a number. */
function sources(): Promise<string> {
  // Only where rewards are opened: the bundler takes a while to load.
  hashed ??= import('./moduleVersion.ts').then(({ moduleHash }) =>
    moduleHash(fileURLToPath(import.meta.url)),
  );
  return hashed;
}

/** What besides its own settings decides a component's values. */
function surroundings(config: BuiltInRewardConfig, { task, maxNewTokens }: BuiltInContext): object {
  if (config.kind === 'exact_match' && task.kind === 'countdown') return { task: 'countdown' };
  return config.kind === 'overlong' ? { maxNewTokens } : {};
}

/** Throws where there is no value, with the reason. */
type Scorer = (input: RewardInput) => number;

async function scorer(config: BuiltInRewardConfig, { task, maxNewTokens }: BuiltInContext): Promise<Scorer> {
  switch (config.kind) {
    case 'exact_match':
      return task.kind === 'countdown'
        ? ({ prompt, completion }) => Number(solvesCountdown(prompt, completion))
        : (input) => Number(input.completion === answerOf(input));
    case 'format': {
      const pattern = new RegExp(`^(?:${config.pattern})$`, 'u');
      return ({ completion }) => Number(pattern.test(completion));
    }
    case 'regex': {
      const pattern = new RegExp(config.pattern, 'u');
      if (!hasGroup(config.pattern)) return ({ completion }) => Number(pattern.test(completion));
      return (input) => {
        const answer = answerOf(input).trim();
        return Number(pattern.exec(input.completion)?.[1]?.trim() === answer);
      };
    }
    case 'numeric':
      return (input) => {
        const answer = lastNumber(answerOf(input));
        if (answer === null) throw new Error(`the answer ${JSON.stringify(input.answer)} is no number`);
        const value = lastNumber(input.completion);
        return Number(value !== null && isNear(value, answer, config));
      };
    case 'math': {
      const math = await openMathEquality();
      return (input) => {
        const answer = answerOf(input);
        try {
          return Number(math.agrees(input.completion, answer));
        } catch (error) {
          if (!(error instanceof NoExpression)) throw error;
          throw new Error(
            `the answer ${JSON.stringify(answer)} cannot be read as mathematics: ${error.message}`,
            {
              cause: error,
            },
          );
        }
      };
    }
    case 'json_schema': {
      // Only where it is asked for: ajv takes a while to load.
      const { jsonValidator } = await import('./jsonSchema.ts');
      const isValid = jsonValidator(config.name, config.schema);
      return ({ completion }) => Number(isValid(completion));
    }
    case 'countdown':
      return ({ prompt, completion }) => Number(solvesCountdownText(prompt, completion));
    case 'partial_credit':
      return (input) => partialCredit(input.completion, answerOf(input));
    case 'length':
      return ({ tokenCount }) => Math.max(0, 1 - Math.abs(tokenCount - config.target) / config.tolerance);
    case 'overlong':
      return ({ tokenCount }) => overlongPenalty(tokenCount, maxNewTokens, config.buffer);
  }
}

/** All in one go; where that takes too long, one by one, to find those that do. */
function answers(score: Scorer, inputs: readonly RewardInput[]): RewardAnswer[] {
  const all = withinTime(ALL_MS, () => inputs.map((input) => answer(score, input)));
  if (!all.late) return all.result;
  return inputs.map((input) => {
    const one = withinTime(ONE_MS, () => answer(score, input));
    return one.late
      ? { value: null, error: `took longer than ${ONE_MS / 1000} s and was broken off` }
      : one.result;
  });
}

function answer(score: Scorer, input: RewardInput): RewardAnswer {
  try {
    return { value: score(input) };
  } catch (error) {
    return { value: null, error: reasonOf(error) };
  }
}

function answerOf({ prompt, answer: known }: RewardInput): string {
  if (known === null)
    throw new Error(`the prompt ${JSON.stringify(prompt.slice(0, 80))} has no answer to compare with`);
  return known;
}

/** Whether a pattern has a group that captures. */
export function hasGroup(pattern: string): boolean {
  return (new RegExp(`${pattern}|`, 'u').exec('')?.length ?? 1) > 1;
}
