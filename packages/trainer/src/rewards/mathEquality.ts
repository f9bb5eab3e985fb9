/** @file Whether a completion's answer equals a reference answer mathematically. The parser is mathjs; what is compared is decided here. */
import { FUNCTIONS, NoExpression, toPlain } from './latex.ts';
import { lastMath, withoutMarks } from './lastAnswer.ts';
import { splitUnit, textAnswer } from './textAnswer.ts';
import { equalEverywhere, expressionOf, type Expression } from './mathExpression.ts';

export interface MathEquality {
  /**
   * Whether the completion's last expression equals the answer.
   * @throws NoExpression if the answer is none.
   */
  agrees(completion: string, answer: string): boolean;
}

/** An answer may be a list, and its items may be equations: "(1, 2)", "x = 3". */
interface Answer {
  /** Brackets around a list: "(1, 2)" is not "[1, 2]"; '' around a single expression or a list without any. */
  readonly brackets: string;
  readonly items: readonly Item[];
}
interface Item {
  readonly value: Expression;
  /** The value is the difference of an equation's sides: equal up to its sign. */
  readonly equation: boolean;
}

const MAX_CHARS = 1000;
const MAX_DEPTH = 60;
const SYMBOL = /^\s*[A-Za-z]\w*\s*$/;
const NAMES = new Set([...FUNCTIONS.values()]);

/** Loads the parser, which takes half a second: only for runs that ask for it. */
export async function openMathEquality(): Promise<MathEquality> {
  const { create, parseDependencies } = await import('mathjs');
  // The types of mathjs call every factory possibly absent.
  if (parseDependencies === undefined) throw new Error('mathjs: no parser');
  const { parse } = create({ parseDependencies }, { number: 'BigNumber' });

  function expression(plain: string): Expression {
    let depth = 0;
    for (const character of plain) {
      if ('(['.includes(character)) depth += 1;
      if (')]'.includes(character)) depth -= 1;
      if (depth > MAX_DEPTH) throw new NoExpression('it is nested too deeply');
    }
    try {
      return expressionOf(parse(plain), NAMES);
    } catch (error) {
      if (error instanceof NoExpression) throw error;
      throw new NoExpression(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  function item(plain: string): Item {
    const sides = plain.split('=');
    const [left = '', right = ''] = sides;
    if (sides.length > 2) throw new NoExpression('it has several "="');
    if (sides.length === 1) return { value: expression(left), equation: false };
    // "x = 3" says what "3" says.
    if (SYMBOL.test(left)) return { value: expression(right), equation: false };
    if (SYMBOL.test(right)) return { value: expression(left), equation: false };
    return { value: expression(`(${left})-(${right})`), equation: true };
  }

  function read(text: string): Answer {
    if (text.length > MAX_CHARS) throw new NoExpression(`it has more than ${MAX_CHARS} characters`);
    const plain = toPlain(text).trim();
    const inner = /^([([{])(.*)([)\]}])$/s.exec(plain);
    if (inner?.[2] !== undefined && closesAtEnd(plain)) {
      const parts = splitTop(inner[2]);
      const brackets = `${inner[1]}${inner[3]}`;
      if (parts.length > 1 || brackets !== '()') return { brackets, items: parts.map(item) };
    }
    return { brackets: '', items: splitTop(plain).map(item) };
  }

  return {
    agrees(completion, answer) {
      const wanted = withoutMarks(answer);
      const text = textAnswer(wanted);
      const candidates = lastMath(completion);
      const isSaid =
        text !== null && candidates.some((candidate) => textAnswer(candidate)?.text === text.text);
      // A clock time is never anything else, so that all completions can be told right from wrong.
      if (isSaid || text?.kind === 'clock') return isSaid;
      const goal = splitUnit(wanted);
      const expected = read(goal.amount);
      for (const candidate of candidates) {
        if (squeeze(candidate) === squeeze(wanted)) return true;
        try {
          const { amount, unit } = splitUnit(candidate);
          const found = read(amount);
          // A unit may be left away; 42 dollars are not 42 cents.
          return (unit === '' || goal.unit === '' || unit === goal.unit) && same(found, expected);
        } catch (error) {
          // Prose before the expression: a shorter end of the text may be one.
          if (!(error instanceof NoExpression)) throw error;
        }
      }
      return false;
    },
  };
}

function same(a: Answer, b: Answer): boolean {
  if (a.items.length !== b.items.length || a.brackets !== b.brackets) return false;
  const equal = (x: Item, y: Item): boolean =>
    x.equation === y.equation &&
    (equalEverywhere(x.value, y.value) || (x.equation && equalEverywhere(negative(x.value), y.value)));
  // A set has no order.
  if (a.brackets === '{}') {
    const left = [...b.items];
    return a.items.every((x) => {
      const index = left.findIndex((y) => equal(x, y));
      if (index >= 0) left.splice(index, 1);
      return index >= 0;
    });
  }
  return a.items.every((x, index) => {
    const y = b.items[index];
    return y !== undefined && equal(x, y);
  });
}

function negative(value: Expression): Expression {
  return { kind: 'operation', name: 'unaryMinus', args: [value] };
}

/** At commas that stand in no brackets. */
function splitTop(text: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of text) {
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

/** Whether the first bracket is closed by the last character: not so in "(a)(b)". */
function closesAtEnd(text: string): boolean {
  let depth = 0;
  for (const [index, character] of Array.from(text).entries()) {
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    if (depth === 0) return index === Array.from(text).length - 1;
  }
  return false;
}

function squeeze(text: string): string {
  return text.replaceAll(/\s+/g, '');
}
