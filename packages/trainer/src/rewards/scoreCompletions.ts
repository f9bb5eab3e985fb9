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

/** Scores every completion by every component; asynchronous components run side by side. Never rejects for a component's sake. */
export function scoreCompletions(
  components: readonly RewardComponent[],
  inputs: readonly RewardInput[],
): Promise<CompletionScore[]> {
  return Promise.all(
    inputs.map(async (input) => {
      const scores = await Promise.all(components.map((component) => scoreOne(component, input)));
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

async function scoreOne(component: RewardComponent, input: RewardInput): Promise<ComponentScore> {
  const { name, weight, version } = component;
  try {
    const value = await component.score(input);
    if (value === null) return { name, weight, version, value, error: null };
    if (typeof value === 'number' && Number.isFinite(value))
      return { name, weight, version, value, error: null };
    const what =
      typeof value === 'number' ? String(value) : value === undefined ? 'undefined' : `a ${typeof value}`;
    return { name, weight, version, value: null, error: `gave ${what} instead of a finite number or null` };
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : `threw ${String(error)}`;
    return { name, weight, version, value: null, error: message.slice(0, MAX_ERROR_CHARS) };
  }
}

function weightedSum(scores: readonly ComponentScore[]): number | null {
  let sum = 0;
  for (const { value, weight } of scores) {
    if (value === null) return null;
    sum += weight * value;
  }
  return sum;
}
