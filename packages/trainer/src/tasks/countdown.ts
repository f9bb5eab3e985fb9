/** @file "3 5 2:11>" → an expression over the given numbers, each used at most once, that reaches the target. */
import { shuffled, type Draw } from './draw.ts';
import type { TaskItem } from './builtInTask.ts';

export const COUNTDOWN_ALPHABET = '0123456789 :>+-*/()';

/** Targets stay below this, so that prompts stay short: a product beyond it becomes a sum. */
const MAX_TARGET = 999;

interface Term {
  readonly value: number;
  readonly text: string;
  readonly sum: boolean;
}

/** The answer is one expression that reaches the target; there may be others, and the exact-match reward accepts them all. */
export function countdownItem(
  draw: Draw,
  settings: { readonly numbers: number; readonly maxNumber: number },
): TaskItem {
  const numbers = Array.from({ length: settings.numbers }, () => draw.int(1, settings.maxNumber));
  const used = shuffled(numbers, draw).slice(0, draw.int(2, settings.numbers));
  let terms: Term[] = used.map((value) => ({ value, text: String(value), sum: false }));
  while (terms.length > 1) {
    const [a, b, ...rest] = shuffled(terms, draw);
    if (!a || !b) break;
    terms = [join(a, b, draw), ...rest];
  }
  const [whole] = terms;
  if (!whole) throw new RangeError('countdownItem: needs at least two numbers');
  return { text: `${numbers.join(' ')}:${whole.value}>`, answer: whole.text };
}

/** One operation on two positive terms whose value is again positive. */
function join(a: Term, b: Term, draw: Draw): Term {
  const operation = draw.int(0, 2);
  if (operation === 0 && a.value * b.value <= MAX_TARGET)
    return { value: a.value * b.value, text: `${factor(a)}*${factor(b)}`, sum: false };
  if (operation === 1 && a.value > b.value)
    return { value: a.value - b.value, text: `${a.text}-${factor(b)}`, sum: true };
  return { value: a.value + b.value, text: `${a.text}+${b.text}`, sum: true };
}

function factor(term: Term): string {
  return term.sum ? `(${term.text})` : term.text;
}
