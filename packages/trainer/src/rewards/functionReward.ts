/** @file A reward function given in code: called for each completion, its promises awaited side by side. */
import type { RewardAnswer, RewardComponent, RewardInput, RewardShaping } from './rewardComponent.ts';
import { reasonOf, rewardVersion } from './rewardComponent.ts';
import { whenLate } from './whenLate.ts';

/** A finite number, or null where the reward cannot be computed; or a promise of it. What it throws counts as null, with the reason. */
export type RewardFunction = (input: RewardInput) => unknown;

export interface FunctionRewardOptions extends RewardShaping {
  readonly score: RewardFunction;
  /** Of the function; the hash of its source text when absent, which does not see what the function closes over. */
  readonly version?: string | undefined;
  /** After it an answer that is still awaited counts as null. A function that never returns at all cannot be left this way. */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 30_000;

export function functionReward({
  score,
  version,
  timeoutMs = TIMEOUT_MS,
  ...shaping
}: FunctionRewardOptions): RewardComponent {
  return {
    ...shaping,
    version: rewardVersion(version ?? String(score), { kind: 'function' }),
    score: (inputs) => Promise.all(inputs.map((input) => answerOf(score, input, timeoutMs))),
  };
}

async function answerOf(score: RewardFunction, input: RewardInput, timeoutMs: number): Promise<RewardAnswer> {
  try {
    return { value: await answerWithin(timeoutMs, score(input)) };
  } catch (error) {
    return { value: null, error: error instanceof NoAnswer ? error.message : reasonOf(error) };
  }
}

/** @throws NoAnswer when the answer is a promise that is not settled in time; what comes of it later is passed over. */
async function answerWithin(ms: number, answer: unknown): Promise<unknown> {
  if (typeof answer !== 'object' || answer === null || !('then' in answer)) return answer;
  let settled: () => void = () => undefined;
  // One microtask later: every other function of the step was called by then, so that nobody's time passes while others compute.
  const late = Promise.resolve().then(
    () =>
      new Promise<never>((_, reject) => {
        settled = whenLate(ms, () => reject(new NoAnswer(`no answer within ${ms / 1000} s`)));
      }),
  );
  try {
    return await Promise.race([Promise.resolve(answer), late]);
  } finally {
    settled();
  }
}

class NoAnswer extends Error {}
