/** @file "12+34=" → "46". */
import type { Draw } from './draw.ts';
import type { TaskItem } from './builtInTask.ts';

export const ADDITION_ALPHABET = '0123456789+=';

/** Each operand has a number of digits drawn evenly from the range, then a value drawn evenly among those. */
export function additionItem(draw: Draw, digits: { readonly min: number; readonly max: number }): TaskItem {
  const operand = () => {
    const count = draw.int(digits.min, digits.max);
    return draw.int(count === 1 ? 0 : 10 ** (count - 1), 10 ** count - 1);
  };
  const [a, b] = [operand(), operand()];
  return { text: `${a}+${b}=`, answer: String(a + b) };
}
