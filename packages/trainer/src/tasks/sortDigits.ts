/** @file "3142>" → "1234". */
import type { Draw } from './draw.ts';
import type { TaskItem } from './builtInTask.ts';

export const SORT_DIGITS_ALPHABET = '0123456789>';

export function sortDigitsItem(draw: Draw, length: { readonly min: number; readonly max: number }): TaskItem {
  const digits = Array.from({ length: draw.int(length.min, length.max) }, () => draw.int(0, 9));
  return { text: `${digits.join('')}>`, answer: digits.toSorted((a, b) => a - b).join('') };
}
