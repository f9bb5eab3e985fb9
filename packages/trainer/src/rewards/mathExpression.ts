/**
 * @file Equality of expressions by evaluation. Where both are rational functions it is exact: they are evaluated at several random
 * points modulo a large prime, where different ones agree with a probability below degree / 2⁶¹ (Schwartz, Zippel). Where roots or
 * transcendental functions are met, floats at several points decide. Both take time proportional to the size of the text, whatever
 * it says: nothing is expanded.
 */
import { uniforms } from '../ops/random.ts';
import { NoExpression } from './latex.ts';

/** An expression that knows how to be evaluated. */
export type Expression =
  | { readonly kind: 'number'; /** Digits without an exponent. */ readonly digits: string }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'operation'; readonly name: string; readonly args: readonly Expression[] };

const OPERATIONS = new Map([
  ['add', 2],
  ['subtract', 2],
  ['multiply', 2],
  ['divide', 2],
  ['pow', 2],
  ['nthRoot', 2],
  ['unaryMinus', 1],
  ['unaryPlus', 1],
  ['factorial', 1],
]);
const MAX_DIGITS = 1000;

/** From the parser's tree, whose types say little. @throws NoExpression for what is no arithmetic: strings, lists, comparisons. */
export function expressionOf(node: unknown, functions: ReadonlySet<string>): Expression {
  const type = String(field(node, 'type'));
  switch (type) {
    case 'ParenthesisNode':
      return expressionOf(field(node, 'content'), functions);
    case 'ConstantNode':
      return { kind: 'number', digits: digitsOf(field(node, 'value')) };
    case 'SymbolNode':
      return { kind: 'symbol', name: String(field(node, 'name')) };
    case 'OperatorNode':
    case 'FunctionNode': {
      const fn = field(node, 'fn');
      const name = String(typeof fn === 'string' ? fn : field(fn, 'name'));
      const args = field(node, 'args');
      if (!Array.isArray(args)) return refuse(name);
      if (OPERATIONS.get(name) !== args.length && !(functions.has(name) && args.length === 1)) refuse(name);
      return {
        kind: 'operation',
        name,
        args: args.map((argument: unknown) => expressionOf(argument, functions)),
      };
    }
    default:
      return refuse(type);
  }
}

/** Whether two expressions are equal wherever both have a value. */
export function equalEverywhere(a: Expression, b: Expression): boolean {
  const symbols = [...new Set([...symbolsOf(a), ...symbolsOf(b)])].toSorted();
  const exact = POINTS.map((point) => [modular(a, symbols, point), modular(b, symbols, point)] as const);
  // A point where one divides by zero says nothing; with random points in a field this large it is the expression that is undefined.
  const decided = exact.filter(([x, y]) => typeof x === 'bigint' && typeof y === 'bigint');
  if (decided.length > 0) return decided.every(([x, y]) => x === y);
  if (exact.some(([x, y]) => x === 'undefined' || y === 'undefined')) return false;
  const floats = POINTS.map((point) => [float(a, symbols, point), float(b, symbols, point)] as const);
  const finite = floats.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  return (
    finite.length > 0 &&
    finite.every(([x, y]) => Math.abs(x - y) <= TOLERANCE * Math.max(1, Math.abs(x), Math.abs(y)))
  );
}

/** Relative to the larger of the two: float arithmetic stays below it, and an answer rounded to ten digits counts as right. */
const TOLERANCE = 1e-9;
const PRIME = 2n ** 61n - 1n;
const MAX_EXPONENT = 1e9;
const MAX_FACTORIAL = 2000;
const POINTS = [1, 2, 3, 4, 5, 6, 7, 8];

function symbolsOf(expression: Expression): string[] {
  switch (expression.kind) {
    case 'number':
      return [];
    case 'symbol':
      return [expression.name];
    case 'operation':
      return expression.args.flatMap(symbolsOf);
  }
}

/** Not rational: another way of evaluating must decide. Undefined: a division by zero. */
type Modular = bigint | 'not rational' | 'undefined';

function modular(expression: Expression, symbols: readonly string[], point: number): Modular {
  if (expression.kind === 'number') return modularNumber(expression.digits);
  if (expression.kind === 'symbol') return place(symbols.indexOf(expression.name), point);
  const { name, args } = expression;
  const [first, second] = args;
  if (first === undefined) return 'not rational';
  const x = modular(first, symbols, point);
  if (typeof x !== 'bigint') return x;
  if (second === undefined) return modularOne(name, x, first);
  // π² is rational in π, 2^x and 2^(1/2) are not: only whole constants may be exponents.
  if (name === 'pow') return modularPower(x, second);
  const y = modular(second, symbols, point);
  if (typeof y !== 'bigint') return y;
  switch (name) {
    case 'add':
      return (x + y) % PRIME;
    case 'subtract':
      return (x - y + PRIME) % PRIME;
    case 'multiply':
      return (x * y) % PRIME;
    case 'divide':
      return y === 0n ? 'undefined' : (x * power(y, PRIME - 2n)) % PRIME;
    default:
      return 'not rational';
  }
}

function modularOne(name: string, x: bigint, argument: Expression): Modular {
  if (name === 'unaryPlus') return x;
  if (name === 'unaryMinus') return (PRIME - x) % PRIME;
  if (name !== 'factorial' || symbolsOf(argument).length > 0) return 'not rational';
  const n = float(argument, [], 0);
  if (!Number.isInteger(n) || n < 0 || n > MAX_FACTORIAL) return 'undefined';
  let product = 1n;
  for (let factor = 2n; factor <= BigInt(n); factor++) product = (product * factor) % PRIME;
  return product;
}

function modularPower(base: bigint, exponent: Expression): Modular {
  if (symbolsOf(exponent).length > 0) return 'not rational';
  const n = float(exponent, [], 0);
  if (!Number.isInteger(n)) return 'not rational';
  if (Math.abs(n) > MAX_EXPONENT) return 'undefined';
  if (n >= 0) return power(base, BigInt(n));
  return base === 0n ? 'undefined' : power(power(base, PRIME - 2n), BigInt(-n));
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base % PRIME];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}

function modularNumber(digits: string): bigint {
  const [whole = '', fraction = ''] = digits.split('.');
  const value = BigInt(`${whole}${fraction}` || '0') % PRIME;
  return (value * power(power(10n, BigInt(fraction.length)), PRIME - 2n)) % PRIME;
}

/** The value of symbol number `index` at a point: a fixed random element of the field. */
function place(index: number, point: number): bigint {
  const [high = 0.5, low = 0.5] = uniforms({ seed: 61, stream: point, counter: index }, 2);
  return (
    (BigInt(Math.floor(high * 2 ** 23)) * 2n ** 37n +
      BigInt(Math.floor(low * 2 ** 23)) * 2n ** 14n +
      BigInt(index) +
      2n) %
    PRIME
  );
}

function float(expression: Expression, symbols: readonly string[], point: number): number {
  if (expression.kind === 'number') return Number(expression.digits);
  if (expression.kind === 'symbol') {
    if (expression.name === 'pi') return Math.PI;
    if (expression.name === 'e') return Math.E;
    // Between ½ and 3: positive, so that roots and logarithms of most expressions have values; at every other point negative, so
    // that |x| is not x. Where one of two expressions has no value, the point says nothing.
    const [value = 0.5] = uniforms({ seed: 62, stream: point, counter: symbols.indexOf(expression.name) }, 1);
    return (point % 2 === 0 ? -1 : 1) * (0.5 + 2.5 * value);
  }
  const [x = NaN, y = NaN] = expression.args.map((argument) => float(argument, symbols, point));
  return FLOATS[expression.name]?.(x, y) ?? NaN;
}

const FLOATS: Readonly<Record<string, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
  divide: (x, y) => x / y,
  pow: (x, y) => x ** y,
  nthRoot: (x, n) => (x < 0 && n % 2 === 1 ? -((-x) ** (1 / n)) : x ** (1 / n)),
  unaryMinus: (x) => -x,
  unaryPlus: (x) => x,
  factorial: (x) => (Number.isInteger(x) && x >= 0 && x <= 170 ? factorialOf(x) : NaN),
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  abs: Math.abs,
  exp: Math.exp,
  ln: Math.log,
  log: Math.log,
  log10: Math.log10,
  log2: Math.log2,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  cot: (x) => 1 / Math.tan(x),
  sec: (x) => 1 / Math.cos(x),
  csc: (x) => 1 / Math.sin(x),
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  floor: Math.floor,
  ceil: Math.ceil,
};

function factorialOf(n: number): number {
  let product = 1;
  for (let factor = 2; factor <= n; factor++) product *= factor;
  return product;
}

function field(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null ? Reflect.get(node, name) : undefined;
}

/** The parser gives big decimals: exact, whatever their length. */
function digitsOf(value: unknown): string {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value);
  if (
    typeof value !== 'object' ||
    value === null ||
    !('toFixed' in value) ||
    typeof value.toFixed !== 'function'
  )
    return refuse(`a constant such as ${String(value)}`);
  const digits = String(value.toFixed());
  return /^\d+(?:\.\d+)?$/.test(digits) && digits.length <= MAX_DIGITS
    ? digits
    : refuse('a number of that size');
}

function refuse(what: string): never {
  throw new NoExpression(`${what} is not arithmetic`);
}
