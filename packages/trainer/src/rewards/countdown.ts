import { parseExpression } from './expression.ts';

/**
 * Whether an expression solves a countdown prompt ("3 5 2:11>"): it reaches the target and uses only given numbers, each at
 * most as often as it is given.
 * @throws RangeError if the prompt is no countdown prompt.
 */
export function solvesCountdown(prompt: string, completion: string): boolean {
  const match = /^([\d ]+):(\d+)>$/.exec(prompt);
  if (!match?.[1] || !match[2]) throw new RangeError(`not a countdown prompt: ${JSON.stringify(prompt)}`);
  const expression = parseExpression(completion);
  if (expression?.value?.denominator !== 1 || expression.value.numerator !== Number(match[2])) return false;
  const left = match[1].split(' ').map(Number);
  return expression.numbers.every((number) => {
    const index = left.indexOf(number);
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}
