/** @file Rewards of a step's completions. A reward that cannot be computed is null, with the reason; it never becomes 0. */
import { TrainerError } from '../errors.ts';
import { shapeValues } from './shapeValues.ts';
import {
  bounded,
  type RewardAnswer,
  type RewardComponent,
  type RewardInput,
  type Scoring,
} from './rewardComponent.ts';

export interface ComponentScore {
  readonly name: string;
  readonly weight: number;
  readonly version: string;
  /** As the component gave it. */
  readonly value: number | null;
  /** What enters the sum: the value after clipping and normalising; null with the value. */
  readonly used: number | null;
  /** Why the value is null; null where the component itself answered null, or a number. */
  readonly error: string | null;
}

export interface CompletionScore {
  /** Σ weight · used; null if any component is null. */
  readonly reward: number | null;
  /** In the order of the components. */
  readonly components: readonly ComponentScore[];
}

export interface ScoreOptions {
  /** G: completion i belongs to prompt ⌊i / G⌋. */
  readonly groupSize: number;
  /** Whether components that ask for it are normalised; evaluations leave it away, a normalised mean is 0. */
  readonly normalise?: boolean;
}

/** Completions of a step, or of a round of dynamic sampling, on their way to their scores. Ends with `finish` or `abandon`. */
export interface StepScoring {
  /** Whether some component takes completions before all are there. */
  readonly isEarly: boolean;
  /** Whether answers are under way. */
  readonly isBusy: boolean;
  /** Hands completions that have ended to the components that take them. @param completions rows of the step, each once */
  add(completions: readonly { readonly row: number; readonly input: RewardInput }[]): void;
  /** All completions of the step, those that were added among them: no more will come. */
  complete(inputs: readonly RewardInput[]): void;
  /**
   * After `complete`. Components that compute in this thread have done so when it returns. What is under way is broken off where a
   * component rejects.
   * @throws TrainerError where a component cannot go on at all, or its values are too large to be normalised; what fails for single completions is null with its reason.
   */
  finish(options: ScoreOptions): Promise<CompletionScore[]>;
  /** Nobody wants the scores any more. */
  abandon(): Promise<void>;
}

/** @param expected completions in all */
export function beginScoring(components: readonly RewardComponent[], expected: number): StepScoring {
  const early = new Map<RewardComponent, Scoring>();
  for (const component of components) {
    const scoring = component.begin?.(expected);
    if (scoring) early.set(component, scoring);
  }
  /** Of the completions added so far, in that order. */
  const rows: number[] = [];
  let inputs: readonly RewardInput[] = [];
  const asked = new Map<RewardComponent, Promise<readonly RewardAnswer[]>>();

  function add(completions: readonly { readonly row: number; readonly input: RewardInput }[]): void {
    rows.push(...completions.map(({ row }) => row));
    const added = completions.map(({ input }) => input);
    for (const scoring of early.values()) scoring.add(added);
  }

  /** The answers of a component, in the order of the step. */
  async function rest(scoring: Scoring): Promise<readonly RewardAnswer[]> {
    const answers = new Map((await scoring.finish()).map((answer, place) => [rows[place], answer]));
    return inputs.flatMap((_, row) => answers.get(row) ?? []);
  }

  async function abandon(): Promise<void> {
    await Promise.all([...early.values()].map(async (scoring) => scoring.abandon()));
  }

  return {
    isEarly: early.size > 0,
    get isBusy() {
      return [...early.values()].some(({ isBusy }) => isBusy);
    },
    add,
    complete(all) {
      inputs = all;
      const added = new Set(rows);
      add(all.flatMap((input, row) => (added.has(row) ? [] : [{ row, input }])));
      for (const [component, scoring] of early) {
        const answers = rest(scoring);
        // Somebody waits for it in `finish`, which may come after it rejects.
        answers.catch(() => undefined);
        asked.set(component, answers);
      }
    },
    async finish(options) {
      try {
        const columns = await Promise.all(
          components.map(async (component) =>
            columnOf(component, await (asked.get(component) ?? component.score(inputs))),
          ),
        );
        return combine(components, columns, inputs, options);
      } catch (error) {
        await abandon();
        throw error;
      }
    },
    abandon,
  };
}

/**
 * Scores all completions by all components, those that wait for something side by side.
 * @throws as `StepScoring.finish`
 */
export async function scoreCompletions(
  components: readonly RewardComponent[],
  inputs: readonly RewardInput[],
  options: ScoreOptions,
): Promise<CompletionScore[]> {
  const scoring = beginScoring(components, inputs.length);
  scoring.complete(inputs);
  return scoring.finish(options);
}

function combine(
  components: readonly RewardComponent[],
  columns: readonly (readonly RawScore[])[],
  inputs: readonly RewardInput[],
  { groupSize, normalise = true }: ScoreOptions,
): CompletionScore[] {
  const used = columns.map((column, index) =>
    shaped(
      components[index]?.name,
      column.map(({ value }) => value),
      {
        clip: components[index]?.clip ?? null,
        normalise: (normalise && components[index]?.normalise) || 'none',
      },
      groupSize,
    ),
  );
  return inputs.map((_, row) => {
    const scores = columns.map((column, index): ComponentScore => {
      const score = column[row];
      if (!score)
        throw new RangeError(
          `reward ${components[index]?.name}: ${column.length} answers for ${inputs.length} completions`,
        );
      return { ...score, used: used[index]?.[row] ?? null };
    });
    return { reward: weightedSum(scores), components: scores };
  });
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

function shaped(name: string | undefined, ...given: Parameters<typeof shapeValues>): (number | null)[] {
  try {
    return shapeValues(...given);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new TrainerError('REWARD_SETTINGS', `reward "${name}": ${cause.message}`, {}, { cause });
  }
}

type RawScore = Omit<ComponentScore, 'used'>;

function columnOf(component: RewardComponent, answers: readonly RewardAnswer[]): RawScore[] {
  return answers.map((answer): RawScore => {
    const { name, weight } = component;
    const said = { name, weight, version: answer.version ?? component.version };
    const { value, error = null } = answer;
    if (value === null) return { ...said, value, error: error === null ? null : bounded(error) };
    if (typeof value === 'number' && Number.isFinite(value)) return { ...said, value, error: null };
    const what =
      typeof value === 'number' ? String(value) : value === undefined ? 'undefined' : `a ${typeof value}`;
    return { ...said, value: null, error: `gave ${what} instead of a finite number or null` };
  });
}

function weightedSum(scores: readonly ComponentScore[]): number | null {
  let sum = 0;
  for (const { used, weight } of scores) {
    if (used === null) return null;
    sum += weight * used;
  }
  return sum;
}
