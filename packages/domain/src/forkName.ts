import { BOUNDS } from './bounds.ts';

/**
 * The name of a fork that nobody named: "<parent> · fork at <step>", so that a list tells it from its parent. A parent's name too long
 * for that is cut.
 */
export function forkName(parentName: string, step: number): string {
  const suffix = `${MARK}${step}`;
  return cut(parentName, BOUNDS.maxNameChars - suffix.length) + suffix;
}

/** Whether the name was made by `forkName` for this parent, whatever the step: another step then gives it another name. */
export function isForkName(name: string, parentName: string): boolean {
  const step = /\d+$/.exec(name)?.[0];
  return step !== undefined && name === forkName(parentName, Number(step));
}

const MARK = ' · fork at ';

/** By whole characters: half of a surrogate pair is no text. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > most) break;
    kept += character;
  }
  return kept.trimEnd();
}
