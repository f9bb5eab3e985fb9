/** @file "abc>" → "cba". */
import type { Draw } from './draw.ts';
import type { TaskItem } from './builtInTask.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
export const REVERSE_TEXT_ALPHABET = `${LETTERS}>`;

export function reverseTextItem(
  draw: Draw,
  length: { readonly min: number; readonly max: number },
): TaskItem {
  const letters = Array.from({ length: draw.int(length.min, length.max) }, () =>
    LETTERS.charAt(draw.int(0, LETTERS.length - 1)),
  );
  return { text: `${letters.join('')}>`, answer: letters.toReversed().join('') };
}
