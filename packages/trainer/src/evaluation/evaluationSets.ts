/** @file The prompts of a run's evaluation sets, checked before the first step. They are the same in every evaluation. */
import type { EvaluationSetConfig, PromptRecord, RunConfig, TaskConfig } from '@nabla/domain';

import { TrainerError } from '../errors.ts';
import type { PolicyModel } from '../model/policyModel.ts';
import { assertAnswers, type Prompt } from '../prompts.ts';
import { needsAnswer } from '../rewards/builtInRewards.ts';
import { drawAt, STREAMS } from '../streams.ts';
import { isBuiltIn, taskItem } from '../tasks/builtInTask.ts';

export interface EvaluationSet {
  readonly config: EvaluationSetConfig;
  readonly task: TaskConfig;
  readonly prompts: readonly Prompt[];
}

/**
 * A built-in task draws from a stream of its own, other for each set's name: other draws than training's, but where the task has
 * few prompts, some will be the same. Of brought prompts the first ones are taken.
 * @param brought by the set's name, for sets whose task is a file or prompt set
 * @throws TrainerError INVALID_PROMPTS, PROMPT_TOO_LONG, UNKNOWN_CHARACTER, each with the set's name.
 */
export function openEvaluationSets(
  config: Pick<RunConfig, 'evaluation' | 'task' | 'rewards' | 'seed' | 'policyGradient'>,
  model: Pick<PolicyModel, 'encodePrompt' | 'maxTokens'>,
  brought: Readonly<Record<string, readonly PromptRecord[]>> = {},
): EvaluationSet[] {
  return (config.evaluation?.sets ?? []).map((set) => {
    const task = set.task ?? config.task;
    const records = recordsOf(set, task, config.seed, brought[set.name]);
    const component = config.rewards.find((reward) => needsAnswer(reward, task));
    if (component)
      ofSet(set.name, () => assertAnswers(records, `reward ${component.name} (${component.kind})`));
    const room = model.maxTokens - config.policyGradient.maxNewTokens;
    const prompts = records.map(({ text, answer }, promptIndex): Prompt => {
      const ids = ofSet(set.name, () => model.encodePrompt(text), promptIndex);
      if (ids.length > room)
        throw new TrainerError(
          'PROMPT_TOO_LONG',
          `evaluation set "${set.name}": prompt ${promptIndex} has ${ids.length} tokens; with ${config.policyGradient.maxNewTokens} completion tokens only ${room} fit into the bound of ${model.maxTokens}`,
        );
      return { text, answer, ids };
    });
    return { config: set, task, prompts };
  });
}

function recordsOf(
  set: EvaluationSetConfig,
  task: TaskConfig,
  seed: number,
  brought: readonly PromptRecord[] | undefined,
): readonly PromptRecord[] {
  if (isBuiltIn(task)) {
    const first = firstCounter(set.name);
    return Array.from({ length: set.prompts }, (_, index) => ({
      ...taskItem(task, drawAt(seed, STREAMS.evaluationPrompts, first + index)),
      metadata: null,
    }));
  }
  if (brought === undefined || brought.length === 0)
    throw new TrainerError(
      'INVALID_PROMPTS',
      `evaluation set "${set.name}": task ${task.kind} brings no prompts`,
    );
  return brought.slice(0, set.prompts);
}

/** Sets have 2¹⁴ counters each, as many as prompts they may have, in one of 2¹⁸ places that their names choose (FNV-1a). */
function firstCounter(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 14) * 2 ** 14;
}

function ofSet<Result>(name: string, work: () => Result, promptIndex?: number): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TrainerError)) throw error;
    const where = promptIndex === undefined ? '' : `prompt ${promptIndex}: `;
    // Without its place: the index is not one of the run's own prompts.
    throw new TrainerError(
      error.code,
      `evaluation set "${name}": ${where}${error.message}`,
      {},
      { cause: error },
    );
  }
}
