/** @file Rewards of a step's completions. A reward that cannot be computed is null, with the reason; it never becomes 0. */
import type { RewardComponent, RewardInput } from './rewardComponent.ts';

export interface ComponentScore {
  readonly name: string;
  readonly weight: number;
  readonly version: string;
  readonly value: number | null;
  /** Why the value is null; null where the component itself answered null, or a number. */
  readonly error: string | null;
}

export interface CompletionScore {
  /** Σ weight · value; null if any component is null. */
  readonly reward: number | null;
  /** In the order of the components. */
  readonly components: readonly ComponentScore[];
}

const MAX_ERROR_CHARS = 500;
/** Time that a reward function has for one completion. */
const ANSWER_MS = 30_000;

export interface ScoreLimits {
  /** After it an answer that is still awaited counts as null. A function that never returns at all cannot be left this way. */
  readonly answerMs?: number;
}

/** Scores every completion by every component; all asynchronous answers are awaited side by side. Never rejects for a component's sake. */
export function scoreCompletions(
  components: readonly RewardComponent[],
  inputs: readonly RewardInput[],
  { answerMs = ANSWER_MS }: ScoreLimits = {},
): Promise<CompletionScore[]> {
  return Promise.all(
    inputs.map(async (input) => {
      const scores = await Promise.all(components.map((component) => scoreOne(component, input, answerMs)));
      return { reward: weightedSum(scores), components: scores };
    }),
  );
}

/** The first reason why a completion of the step has no reward, for the error of a step without any; null where none was given. */
export function firstScoreError(scores: readonly CompletionScore[]): string | null {
  for (const { components } of scores) {
    const failed = components.find(({ error }) => error !== null);
    if (failed) return `${failed.name}: ${failed.error}`;
  }
  const silent = scores.flatMap(({ components }) => components).find(({ value }) => value === null);
  return silent ? `${silent.name}: the reward function answered null` : null;
}

async function scoreOne(
  component: RewardComponent,
  input: RewardInput,
  answerMs: number,
): Promise<ComponentScore> {
  const { name, weight, version } = component;
  try {
    const value = await answerWithin(answerMs, component.score(input));
    if (value === null) return { name, weight, version, value, error: null };
    if (typeof value === 'number' && Number.isFinite(value))
      return { name, weight, version, value, error: null };
    const what =
      typeof value === 'number' ? String(value) : value === undefined ? 'undefined' : `a ${typeof value}`;
    return { name, weight, version, value: null, error: `gave ${what} instead of a finite number or null` };
  } catch (error) {
    if (error instanceof NoAnswer) return { name, weight, version, value: null, error: error.message };
    const message = error instanceof Error ? `${error.name}: ${error.message}` : `threw ${String(error)}`;
    return { name, weight, version, value: null, error: message.slice(0, MAX_ERROR_CHARS) };
  }
}

/** @throws Error when the answer is a promise that is not settled in time; what comes of it later is passed over. */
async function answerWithin(ms: number, answer: unknown): Promise<unknown> {
  if (typeof answer !== 'object' || answer === null || !('then' in answer)) return answer;
  let timer: NodeJS.Timeout | undefined;
  // One microtask later: every other function of the step was called by then, so that nobody's time passes while others compute.
  const late = Promise.resolve().then(
    () =>
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new NoAnswer(`no answer within ${ms / 1000} s`)), ms);
      }),
  );
  try {
    return await Promise.race([Promise.resolve(answer), late]);
  } finally {
    clearTimeout(timer);
  }
}

class NoAnswer extends Error {}

function weightedSum(scores: readonly ComponentScore[]): number | null {
  let sum = 0;
  for (const { value, weight } of scores) {
    if (value === null) return null;
    sum += weight * value;
  }
  return sum;
}
