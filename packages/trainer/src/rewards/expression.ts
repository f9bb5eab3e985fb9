/** @file Arithmetic with + − * / and parentheses, exactly (in fractions), and which numbers it uses. */

export interface Expression {
  /** In the order of the text. */
  readonly numbers: readonly number[];
  /** The value as a fraction in lowest terms with a positive denominator; null where it divides by zero or exceeds exact integers. */
  readonly value: { readonly numerator: number; readonly denominator: number } | null;
}

/** Beyond it a text is no expression: every level takes a few frames of the stack. */
const MAX_DEPTH = 100;

/** Parses a whole text; null where it is no expression (nothing may be left over, spaces are allowed between tokens). */
export function parseExpression(text: string): Expression | null {
  const tokens = tokenize(text);
  if (tokens === null) return null;
  const numbers: number[] = [];
  let [position, depth] = [0, 0];

  type Value = Expression['value'];
  type Parsed = { readonly value: Value } | null;

  const chain = (next: () => Parsed, operators: string): Parsed => {
    let left = next();
    while (left) {
      const operator = tokens[position];
      if (operator === undefined || !operators.includes(operator)) return left;
      position += 1;
      const right = next();
      if (!right) return null;
      left = { value: combine(left.value, operator, right.value) };
    }
    return null;
  };
  const sum = (): Parsed => chain(product, '+-');
  const product = (): Parsed => chain(factor, '*/');
  const factor = (): Parsed => {
    const token = tokens[position];
    position += 1;
    if (token === undefined) return null;
    if (/^\d+$/.test(token)) {
      const numerator = Number(token);
      numbers.push(numerator);
      return { value: Number.isSafeInteger(numerator) ? { numerator, denominator: 1 } : null };
    }
    if (token !== '(' || depth >= MAX_DEPTH) return null;
    depth += 1;
    const inner = sum();
    depth -= 1;
    if (!inner || tokens[position] !== ')') return null;
    position += 1;
    return inner;
  };

  const parsed = sum();
  if (!parsed || position !== tokens.length) return null;
  return { numbers, value: parsed.value };
}

function tokenize(text: string): string[] | null {
  const tokens = text.match(/\d+|[+\-*/()]/g) ?? [];
  return tokens.join('') === text.replaceAll(' ', '') && !/\d +\d/.test(text) ? tokens : null;
}

function combine(a: Expression['value'], operator: string, b: Expression['value']): Expression['value'] {
  if (a === null || b === null) return null;
  switch (operator) {
    case '+':
      return fraction(
        a.numerator * b.denominator + b.numerator * a.denominator,
        a.denominator * b.denominator,
      );
    case '-':
      return fraction(
        a.numerator * b.denominator - b.numerator * a.denominator,
        a.denominator * b.denominator,
      );
    case '*':
      return fraction(a.numerator * b.numerator, a.denominator * b.denominator);
    default:
      return fraction(a.numerator * b.denominator, a.denominator * b.numerator);
  }
}

function fraction(numerator: number, denominator: number): Expression['value'] {
  if (denominator === 0 || !Number.isSafeInteger(numerator) || !Number.isSafeInteger(denominator))
    return null;
  const divisor = greatestCommonDivisor(Math.abs(numerator), Math.abs(denominator)) * Math.sign(denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
