import { describe, expect, it } from 'vitest';

import { solvesCountdown, solvesCountdownText } from './countdown.ts';
import { parseExpression } from './expression.ts';

describe('parseExpression', () => {
  it.each([
    ['2+3*4', 14],
    ['(2+3)*4', 20],
    ['10-2-3', 5],
    ['8/4/2', 1],
    [' 7 - ( 3 ) ', 4],
    ['3-5', -2],
  ])('%s is %d', (text, value) =>
    expect(parseExpression(text)?.value).toEqual({ numerator: value, denominator: 1 }),
  );

  it('keeps fractions exact', () => {
    expect(parseExpression('1/3')?.value).toEqual({ numerator: 1, denominator: 3 });
    expect(parseExpression('1/3*3')?.value).toEqual({ numerator: 1, denominator: 1 });
    expect(parseExpression('1/(2-6)')?.value).toEqual({ numerator: -1, denominator: 4 });
  });

  it('has no value where it divides by zero or leaves exact integers', () => {
    expect(parseExpression('1/(2-2)')).toEqual({ numbers: [1, 2, 2], value: null });
    expect(parseExpression('99999999*99999999')?.value).toBeNull();
    expect(parseExpression('123456789012345678901')?.value).toBeNull();
  });

  it.each(['', '+', '1+', '(1', '1)', '1 2', '1+-2', '-1', '2(3)', '1x', '1**2', '()'])(
    '%j is no expression',
    (text) => expect(parseExpression(text)).toBeNull(),
  );
});

describe('solvesCountdown', () => {
  it('accepts any right expression and uses each number at most as often as it is given', () => {
    expect(solvesCountdown('3 5 2:11>', '3*2+5')).toBe(true);
    expect(solvesCountdown('3 5 2:8>', '5+3')).toBe(true);
    expect(solvesCountdown('3 5 2:10>', '5+5')).toBe(false); // 5 is given once
    expect(solvesCountdown('5 5 2:10>', '5+5')).toBe(true);
    expect(solvesCountdown('3 5 2:11>', '11')).toBe(false); // not given
    expect(solvesCountdown('3 5 2:11>', '('.repeat(50_000))).toBe(false); // wrong, and no stack overflow
    expect(solvesCountdown('3 5 2:11>', '3+5')).toBe(false);
    expect(solvesCountdown('3 5 2:2>', '5/3')).toBe(false); // a fraction
    expect(solvesCountdown('3 5 2:11>', 'no')).toBe(false);
  });

  it('refuses what is no countdown prompt', () =>
    expect(() => solvesCountdown('1+2=', '3')).toThrow(/not a countdown prompt/));

  it('reads prompts and completions in words too, with the expression in its marks', () => {
    const prompt = 'Using the numbers 3, 5, 2: 11? No: use 3 5 2:11 to reach the target.';
    expect(solvesCountdownText(prompt, '3*2+5')).toBe(true);
    expect(solvesCountdownText(prompt, 'I try 3*2 = 6. <answer> 3*2 + 5 = 11 </answer>')).toBe(true);
    expect(solvesCountdownText(prompt, 'so \\boxed{3*2+5}')).toBe(true);
    expect(solvesCountdownText(prompt, '<answer>3*2+5+0</answer>')).toBe(false);
    expect(solvesCountdownText('[3, 5, 2] : 11', '5+6')).toBe(false);
    expect(solvesCountdownText('3 5 2: -2', '3-5')).toBe(true);
    expect(() => solvesCountdownText('say hello', '1')).toThrow(/no numbers and target/);
  });

  it.each([
    [
      'Using the numbers [3, 5, 2], create an equation that equals 11. You can use (+, -, *, /).',
      '3*2+5',
      true,
    ],
    [
      'Using the numbers [3, 5, 2], create an equation that equals 11. You can use (+, -, *, /).',
      '3+5',
      false,
    ],
    ['Using the numbers [3, 5, 2], create an equation that equals -2.', '3 - 5', true],
    ['Use the numbers 3, 5 and 2 to reach 11.', '3*2+5', true],
    // The example comes first, the question last.
    ['With [1, 2] one makes 3. Now [3, 5, 2]: what equals 11?', '3*2+5', true],
    ['With 1 2:3 it is 1+2. With numbers [3, 5, 2] it equals 11.', '1+2', false],
  ])('takes numbers and target from %j', (prompt, completion, right) =>
    expect(solvesCountdownText(prompt, completion)).toBe(right),
  );

  it.each(['3×2+5', '3 \\times 2 + 5', '\\left(3\\cdot2\\right)+5', '3*2\n+ 5', '5 − (2 − 3)*2*3 ÷ 1'])(
    'reads the signs of %j',
    (expression) =>
      expect(solvesCountdownText('3 5 2 2 3 1:11', `<answer>${expression}</answer>`)).toBe(true),
  );
});
