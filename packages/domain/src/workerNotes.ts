/** @file What a configuration takes for granted of the machine that executes it. */
import type { RunConfig } from './config/runConfig.ts';

/** Sentences on what must be there on the worker; empty when the run brings everything along. */
export function workerNotes({ model, rewards }: RunConfig): string[] {
  const notes: string[] = [];
  if (model.kind === 'hugging_face')
    notes.push(
      isLocalPath(model.source)
        ? `The model directory ${model.source} must exist on the worker that takes the run.`
        : `The worker downloads ${model.source} (${model.revision}) from the hub, unless it has it already.`,
    );
  for (const reward of rewards) {
    if (reward.kind === 'module')
      notes.push(`The reward ${reward.name} needs the module ${reward.path} in the worker’s rewards folder.`);
    if (reward.kind === 'http' && reward.tokenEnv !== undefined)
      notes.push(`The reward ${reward.name} needs the worker’s environment variable ${reward.tokenEnv}.`);
  }
  return notes;
}

/** Whether a model's source is a directory, not a name on the hub. */
export function isLocalPath(source: string): boolean {
  return /^(\/|\.\.?\/|~\/|[a-zA-Z]:[\\/])/.test(source);
}
