import { parseExpression } from './expression.ts';
import { lastBoxed, lastTagged } from './lastAnswer.ts';

/**
 * Whether an expression solves a countdown prompt ("3 5 2:11>"): it reaches the target and uses only given numbers, each at
 * most as often as it is given.
 * @throws RangeError if the prompt is no countdown prompt.
 */
export function solvesCountdown(prompt: string, completion: string): boolean {
  const match = /^([\d ]+):(\d+)>$/.exec(prompt);
  if (!match?.[1] || !match[2]) throw new RangeError(`not a countdown prompt: ${JSON.stringify(prompt)}`);
  return reaches(completion, match[1].split(' ').map(Number), Number(match[2]));
}

/**
 * The same for prompts in words: the last "3 5 2:11" (commas are allowed) in the prompt counts. The expression is what stands in the
 * last <answer>…</answer> or \boxed{…}, else the whole completion; what follows an "=" is left away.
 * @throws RangeError if there is nothing of the form in the prompt.
 */
export function solvesCountdownText(prompt: string, completion: string): boolean {
  const match = [...prompt.matchAll(/(\d+(?:(?: *, *| +)\d+)+)[\])]? *: *(\d+)/g)].at(-1);
  if (!match?.[1] || !match[2])
    throw new RangeError(
      `no numbers and target such as "3 5 2:11" in the prompt: ${JSON.stringify(prompt.slice(0, 80))}`,
    );
  const [expression = ''] = (lastTagged(completion) ?? lastBoxed(completion) ?? completion).split('=');
  return reaches(expression, match[1].split(/[ ,]+/).map(Number), Number(match[2]));
}

function reaches(text: string, given: readonly number[], target: number): boolean {
  const expression = parseExpression(text.trim());
  if (expression?.value?.denominator !== 1 || expression.value.numerator !== target) return false;
  const left = [...given];
  return expression.numbers.every((number) => {
    const index = left.indexOf(number);
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}
