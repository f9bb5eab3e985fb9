/** @file The draft of a fork: its parent's configuration under a name that tells the two apart. */
import { forkedConfig, forkName, isForkName } from '@nabla/domain';
import { readConfig } from '../run/runRule.ts';
import { editDraft, namedText, readDraft, valueAt } from './draft.ts';

/** The parent's configuration, without a warm-up that the checkpoint has behind it. */
export function forkText(stored: unknown, parentName: string, step: number): string {
  const config = readConfig(stored);
  return namedText(
    config === null ? stored : forkedConfig(config, { config, step }),
    forkName(parentName, step),
  );
}

/** The text with the name that goes with the step, unless somebody gave it another; the same text when nothing is to change. */
export function withForkStep(text: string, parentName: string, step: number): string {
  const { value, editable } = readDraft(text);
  const name = valueAt(value, ['name']);
  const wanted = forkName(parentName, step);
  return editable && typeof name === 'string' && name !== wanted && isForkName(name, parentName)
    ? editDraft(text, ['name'], wanted)
    : text;
}
