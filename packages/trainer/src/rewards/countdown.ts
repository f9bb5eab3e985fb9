/** @file Whether an expression solves a countdown: it reaches the target and uses only given numbers, each at most as often as it is given. */
import { parseExpression } from './expression.ts';
import { lastBoxed, lastTagged } from './lastAnswer.ts';

/**
 * For the prompts of the countdown task: "3 5 2:11>".
 * @throws RangeError if the prompt is no countdown prompt.
 */
export function solvesCountdown(prompt: string, completion: string): boolean {
  const match = /^([\d ]+):(-?\d+)>$/.exec(prompt);
  if (!match?.[1] || !match[2]) throw new RangeError(`not a countdown prompt: ${JSON.stringify(prompt)}`);
  return reaches(completion, match[1].split(' ').map(Number), Number(match[2]));
}

/**
 * The same for prompts in words: the last "3 5 2:11" (commas are allowed) or "numbers [3, 5, 2] … equals 11" in the prompt counts.
 * The expression is what stands in the last <answer>…</answer> or \boxed{…}, else the whole completion; what follows an "=" is left
 * away.
 * @throws RangeError if there is nothing of the form in the prompt.
 */
export function solvesCountdownText(prompt: string, completion: string): boolean {
  const matches = [...prompt.matchAll(SHORT), ...prompt.matchAll(IN_WORDS)];
  const [, numbers, target] = matches.toSorted((a, b) => a.index - b.index).at(-1) ?? [];
  if (numbers === undefined || target === undefined)
    throw new RangeError(
      `no numbers and target such as "3 5 2:11" or "numbers [3, 5, 2] … equals 11" in the prompt: ${JSON.stringify(prompt.slice(0, 80))}`,
    );
  const [expression = ''] = (lastTagged(completion) ?? lastBoxed(completion) ?? completion).split('=');
  return reaches(expression, (numbers.match(/\d+/g) ?? []).map(Number), Number(target.replace('−', '-')));
}

const NUMBERS = String.raw`(\d+(?:(?: *, *| +)(?:and +)?\d+)+)`;
const TARGET = String.raw`([-−]?\d+)`;
const SHORT = new RegExp(String.raw`${NUMBERS}[\])]? *: *${TARGET}`, 'g');
/** The target is the first number after a word that announces it. */
const IN_WORDS = new RegExp(
  String.raw`(?:\[ *|\bnumbers:? +)${NUMBERS} *\]?[^[\]]{0,200}?\b(?:equals?|equal to|makes?|reach(?:es)?|gets?|obtains?|target)\b[^\d[\]−-]{0,40}${TARGET}`,
  'gi',
);
const OPERATORS: readonly (readonly [RegExp, string])[] = [
  [/\\left|\\right/g, ' '],
  [/×|·|\\times(?![A-Za-z])|\\cdot(?![A-Za-z])/g, '*'],
  [/÷|\\div(?![A-Za-z])/g, '/'],
  [/[−–]/g, '-'],
  [/\s+/g, ' '],
];

function reaches(text: string, given: readonly number[], target: number): boolean {
  const plain = OPERATORS.reduce((so, [sign, operator]) => so.replaceAll(sign, operator), text);
  const expression = parseExpression(plain.trim());
  if (expression?.value?.denominator !== 1 || expression.value.numerator !== target) return false;
  const left = [...given];
  return expression.numbers.every((number) => {
    const index = left.indexOf(number);
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}
