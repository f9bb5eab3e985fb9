import { beforeAll, describe, expect, it } from 'vitest';

import { NoExpression, toPlain } from './latex.ts';
import { lastMath } from './lastAnswer.ts';
import { openMathEquality, type MathEquality } from './mathEquality.ts';
import { withinTime } from './withinTime.ts';

describe('math equality', () => {
  let math: MathEquality;
  beforeAll(async () => {
    math = await openMathEquality();
  });

  it.each([
    ['1/2', '0.5'],
    ['\\frac{1}{2}', '0.5'],
    ['\\frac12', '1/2'],
    ['\\dfrac{\\pi}{2}', '\\frac{\\pi}{2}'],
    ['\\frac{\\frac{1}{2}}{3}', '1/6'],
    ['-\\frac{1}{2}', '-0.5'],
    ['(x+1)^2', 'x^2+2x+1'],
    ['x(x-1)', 'x^2-x'],
    ['a(b+c)^2', 'a*(b+c)*(b+c)'],
    ['\\frac{x^2-1}{x-1}', 'x+1'],
    ['ab+c', 'c+a*b'],
    ['x_1+x_2', 'x_2+x_1'],
    ['\\sqrt{8}', '2\\sqrt{2}'],
    ['sqrt(8)', '2*sqrt(2)'],
    ['\\frac{\\sqrt2}{2}', '\\sqrt{1/2}'],
    ['\\sqrt[3]{-8}', '-2'],
    ['\\sin^2 x+\\cos^2 x', '1'],
    ['\\sin 2x', '2\\sin x\\cos x'],
    ['\\tan x', '\\frac{\\sin x}{\\cos x}'],
    ['\\cos(\\pi/3)', '1/2'],
    ['\\log_2 8', '3'],
    ['\\log_{10}(100)', '2'],
    ['\\ln 8/\\ln 2', '3'],
    ['\\left(\\frac{3}{4}\\right)^2', '9/16'],
    ['2^{10}', '1024'],
    ['2**3', '8'],
    ['10^{-3}', '0.001'],
    ['1.5e-3', '0.0015'],
    ['3\\times10^{2}', '300'],
    ['2(3)', '6'],
    ['3!', '6'],
    ['|−3|', '3'],
    ['x²+1', 'x^2+1'],
    ['1,234', '1234'],
    ['50\\%', '0.5'],
    ['90^\\circ', '90'],
    ['5\\text{ cm}', '5'],
    ['\\text{even}', '\\text{even}'],
    ['x=3', '3'],
    ['5 = x', 'x=5'],
    ['y=2x+1', 'y = 1+2x'],
    ['2x+3y=6', '6 = 3y + 2x'],
    ['(1,2)', '(1, 2)'],
    ['\\{1,2\\}', '\\{2,1\\}'],
    ['\\boxed{x = 2, y = 3}', 'x=2,y=3'],
    ['x/x', '1'],
    ['3/2', '1\\frac{1}{2}'],
    ['-\\frac{7}{4}', '-1\\frac34'],
    ['\\sqrt{x^2}', '|x|'],
    ['2\\ln x', '\\ln x^2'],
    ['\\cos(\\pi/2)', '0'], // 6e-17 as a float
    ['\\sin^2 x+\\cos^2 x-1', '0'],
    ['\\sqrt{3}\\cdot10^{-10}', '\\sqrt{3\\cdot10^{-20}}'],
    ['1.4142135624', '\\sqrt2'], // to ten digits
    ['3.1415926536', '\\pi'],
    ['\\frac{\\pi}{2}', '1.57079632679'],
    ['e^2', '7.38905609893'],
    ['10000', '10,\\!000'],
    ['10{,}000', '10,000'],
    ['1\\,234\\,567', '1234567'],
  ])('%s equals %s', (completion, answer) => {
    expect(math.agrees(completion, answer)).toBe(true);
    expect(math.agrees(`So the answer is $${completion}$.`, `$${answer}$`)).toBe(true);
  });

  it.each([
    ['0', '\\exp(-25)'], // 1.4e-11
    ['\\sqrt{3}\\cdot10^{-10}', '\\sqrt{2}\\cdot10^{-10}'],
    ['1.41421', '\\sqrt2'],
    ['3.14159', '\\pi'],
    ['e+12345678901', 'e+12345678902'], // a name like another
    ['2{,}5', '25'],
    // Computed so badly that rounding would explain anything.
    ['\\tan(\\pi/2)', '5'],
    ['\\sin(10^{20}\\pi)', '\\sqrt{2}'],
    ['0.333', '1/3'],
    ['1/2', '1\\frac{1}{2}'],
    ['|x|', 'x'],
    ['\\sqrt{x^2}', 'x'],
    ['x^2', 'x^3'],
    ['x+', 'x'],
    ['[1,2]', '(1,2)'],
    ['(2,1)', '(1,2)'],
    ['(1,2,2)', '(1,2)'],
    ['\\{1,1\\}', '\\{1,2\\}'],
    ['\\text{odd}', '\\text{even}'],
    ['12345678901234567891', '12345678901234567890'],
    ['e^{i\\pi}', '-1'], // i is a variable
    ['0/0', '0'],
    ['x+y=1', 'x-y=1'],
    ['\\frac{-b\\pm 1}{2}', '1'],
    ['', '3'],
    ['hello', 'world'],
    ['8 apples', '7'],
    ['42 cents', '42 dollars'],
    ['\\text{no}', 'yes'],
    ['AB', 'ab'],
    ['(D)', '\\text{(C)}'],
    ['1 1/3', '3/2'],
    ['3:46', '3:45'],
    ['5', '3:45'],
    ['3:45 pm', '3:45 am'],
  ])('%j does not equal %s', (completion, answer) => expect(math.agrees(completion, answer)).toBe(false));

  it.each([
    ['\\boxed{\\text{yes}}', 'yes'],
    ['The answer is yes.', '\\text{Yes}'],
    ['\\boxed{C}', '\\text{(C)}'],
    ['So it is (C).', '\\text{(C)}'],
    ['\\boxed{42 dollars}', '42'],
    ['It costs 42 dollars.', '42'],
    ['42', '42 dollars'],
    ['\\boxed{42 dollar}', '42 dollars'],
    ['about 12.5 square meters', '12.5'],
    ['1 1/2', '3/2'],
    ['It is -1 1/2', '-1.5'],
    ['They meet at 3:45.', '3:45'],
    ['\\boxed{03:45}', '3:45'],
    ['They meet at 3:45 p.m.', '3:45 PM'],
    ['The ratio is 2:3', '\\boxed{2:3}'],
    ['Answer:42', '42'],
    ['\\boxed{7} and then \\boxed{8', '7'],
    ['\\boxed{7} \\boxed{\\frac{1}{2', '7'],
    ['costs \\$5, so \\(x=3\\)', '3'],
    ['The answer is 42.', '42'],
    ['First 3 + 4 = 7,\nso 2 * 7 = 14', '14'],
    ['I think it is 3x+2', '2+3x'],
    ['Answer: (2, 3)', '(2,3)'],
    ['#### 1,000', '1000'],
    ['<answer> 7 </answer> is what I say: 8', '7'],
    ['$1$, no, $2$', '2'],
    ['\\boxed{1} no: \\boxed{\\frac{2}{\\sqrt{4}}}', '1'],
    ['Thus $\\boxed{\\frac{\\sqrt{3}}{2}}$.', '\\sqrt{3}/2'],
  ])('finds the last expression of %j', (completion, answer) =>
    expect(math.agrees(completion, answer)).toBe(true),
  );

  it.each([
    ['9^{9^{9^9}}', '1'],
    ['1000000!', '1'],
    ['2^{1000000000000}', '2'],
    [`${'('.repeat(5000)}1${')'.repeat(5000)}`, '1'],
    ['\\sqrt{'.repeat(300), '1'],
    [`${'9^'.repeat(400)}9`, '1'],
    ['1+'.repeat(5000), '1'],
    ['x'.repeat(100_000), '1'],
    ['\\frac'.repeat(10_000), '1'],
    ['a '.repeat(50_000), '1'],
    ['\\('.repeat(50_000), '1'],
    ['\\['.repeat(50_000), '1'],
    ['\\boxed{'.repeat(50_000), '1'],
    ['2:'.repeat(50_000), '1'],
    ['7 ' + 'apples '.repeat(20_000), '1'],
  ])('answers %.30j at once', (completion, answer) => {
    // A thousand times what any of them takes: an expansion or a search that explodes would not end at all.
    expect(withinTime(20_000, () => math.agrees(completion, answer))).toEqual({ late: false, result: false });
  });

  it('says that an answer is no expression', () => {
    for (const answer of ['3 +', '', '\\frac{1}', '"text"', '\\unknown{2}', '1 < 2'])
      expect(() => math.agrees('1', answer), answer).toThrow(NoExpression);
  });

  it('does not pass over an answer that it cannot read for the completions that repeat it: only right ones would stay', () =>
    expect(() => math.agrees('x < 3', 'x < 3')).toThrow(NoExpression));
});

describe('toPlain', () => {
  it.each([
    ['\\frac{a}{b}', '(((a ))/((b )))'],
    ['1,234,567.5', '1234567.5'],
    ['1,23', '1,23'],
  ])('%s is %s', (source, plain) =>
    expect(toPlain(source).replaceAll(/ +/g, ' ').replaceAll('( ', '(')).toBe(plain),
  );

  it.each(['\\frac{1', '}', '\\text x', '\\sin', '\\sin^{-1} x', '\\pm 1'])('refuses %s', (source) =>
    expect(() => toPlain(source)).toThrow(NoExpression),
  );
});

describe('lastMath', () => {
  it('takes a marked answer and nothing else', () => {
    expect(lastMath('1 \\boxed{2} 3')).toEqual(['2']);
    expect(lastMath('\\boxed{unfinished')).toContain('\\boxed{unfinished');
    expect(lastMath('#### 5\nmore')).toEqual(['5']);
  });
});
