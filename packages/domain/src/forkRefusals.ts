/** @file What a fork may not change of its parent's configuration: whatever shapes the weights of its checkpoint. */
import type { HuggingFaceModelConfig, ScratchModelConfig } from './config/model.ts';
import type { RunConfig } from './config/runConfig.ts';

export interface ForkRefusal {
  readonly path: readonly string[];
  readonly message: string;
}

/** Each setting in which the two differ and may not, with both values; empty when the fork can begin from the parent's weights. */
export function forkRefusals(parent: RunConfig, fork: RunConfig): ForkRefusal[] {
  const found: ForkRefusal[] = [];
  const compare = (path: readonly string[], before: unknown, now: unknown): void => {
    if (JSON.stringify(before) === JSON.stringify(now)) return;
    found.push({
      path,
      message: `is ${word(now)}, and the checkpoint was trained with ${word(before)}: a fork has the model of its parent`,
    });
  };
  if (parent.model.kind !== fork.model.kind) {
    compare(['model', 'kind'], parent.model.kind, fork.model.kind);
    return found;
  }
  if (parent.model.kind === 'scratch' && fork.model.kind === 'scratch') {
    const [before, now] = [scratchShape(parent.model), scratchShape(fork.model)];
    for (const [name, value] of Object.entries(before))
      compare(['model', name], value, Object.entries(now).find(([key]) => key === name)?.[1]);
  } else if (parent.model.kind === 'hugging_face' && fork.model.kind === 'hugging_face') {
    const [before, now] = [huggingFaceShape(parent.model), huggingFaceShape(fork.model)];
    for (const [name, value] of Object.entries(before))
      compare(['model', name], value, Object.entries(now).find(([key]) => key === name)?.[1]);
  }
  compare(['tokenizer', 'kind'], parent.tokenizer.kind, fork.tokenizer.kind);
  // One that is not written down is the task's own: the trainer, which knows the tasks, compares those.
  if (
    parent.tokenizer.kind === 'char' &&
    fork.tokenizer.kind === 'char' &&
    parent.tokenizer.alphabet !== undefined &&
    fork.tokenizer.alphabet !== undefined
  )
    compare(['tokenizer', 'alphabet'], parent.tokenizer.alphabet, fork.tokenizer.alphabet);
  return found;
}

/** Initial weights are those of the checkpoint, so their deviation shapes nothing. */
function scratchShape({ kind: _kind, initStd: _initStd, kvHeads, ...shape }: ScratchModelConfig) {
  return { ...shape, kvHeads: kvHeads ?? shape.heads };
}

/** How prompts are written and how long they may be are choices of the run, not of the weights. */
function huggingFaceShape({ source, revision, lora }: HuggingFaceModelConfig) {
  return { source, revision, lora };
}

function word(value: unknown): string {
  return value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
}
