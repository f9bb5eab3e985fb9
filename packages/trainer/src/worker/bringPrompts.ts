/** @file Every prompt that a run does not generate itself: those it trains on, warms up on, and is evaluated on. */
import type { PromptRecord, RunConfig, TaskConfig } from '@nabla/domain';

export interface PromptReader {
  /** @param where the field that names it, for errors */
  file(path: string, where: string): Promise<readonly PromptRecord[]>;
  /** A version of a prompt set on the server. */
  promptSet(versionId: string, where: string): Promise<readonly PromptRecord[]>;
}

export interface BroughtPrompts {
  readonly prompts: readonly PromptRecord[] | undefined;
  readonly warmupPrompts: readonly PromptRecord[] | undefined;
  /** By the evaluation set's name; a set that generates its prompts is not in it. */
  readonly evaluationPrompts: Readonly<Record<string, readonly PromptRecord[]>>;
}

/** @throws whatever the reader throws */
export async function bringPrompts(config: RunConfig, reader: PromptReader): Promise<BroughtPrompts> {
  const warmupPath = config.warmup?.path;
  const evaluationPrompts: Record<string, readonly PromptRecord[]> = {};
  for (const [index, { name, task }] of (config.evaluation?.sets ?? []).entries()) {
    const prompts = task && (await promptsOf(task, reader, `evaluation.sets.${index}.task`));
    if (prompts !== undefined) evaluationPrompts[name] = prompts;
  }
  return {
    prompts: await promptsOf(config.task, reader, 'task'),
    warmupPrompts: warmupPath === undefined ? undefined : await reader.file(warmupPath, 'warmup.path'),
    evaluationPrompts,
  };
}

async function promptsOf(
  task: TaskConfig,
  reader: PromptReader,
  where: string,
): Promise<readonly PromptRecord[] | undefined> {
  switch (task.kind) {
    case 'file':
      return reader.file(task.path, `${where}.path`);
    case 'prompt_set':
      return reader.promptSet(task.promptSetVersionId, `${where}.promptSetVersionId`);
    default:
      return undefined;
  }
}
