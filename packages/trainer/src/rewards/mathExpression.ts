/**
 * @file Equality of expressions by evaluation. Where both are rational functions it is exact: they are evaluated at several random
 * points modulo a large prime, where different ones agree with a probability below degree / 2⁶¹ (Schwartz, Zippel). Where roots or
 * transcendental functions are met, or π or e on one side only, floats at several points decide. Both take time proportional to the size of the text, whatever
 * it says: nothing is expanded.
 */
import { uniforms } from '../ops/random.ts';
import { agree, floatValue } from './floatValue.ts';
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
  if (decided.length > 0) {
    if (decided.every(([x, y]) => x === y)) return true;
    // There π is any number, and 3.14159265358979 another one: only floats see that ten right digits of it are it.
    if (constantsOf(a) === constantsOf(b)) return false;
  }
  if (exact.some(([x, y]) => x === 'undefined' || y === 'undefined')) return false;
  const floats = POINTS.map(
    (point) => [floatValue(a, symbols, point), floatValue(b, symbols, point)] as const,
  );
  const finite = floats.filter(([x, y]) => Number.isFinite(x.value) && Number.isFinite(y.value));
  return finite.length > 0 && finite.every(([x, y]) => agree(x, y));
}

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

/** Which of π and e, the symbols whose numbers `floatValue` knows, are in it. */
function constantsOf(expression: Expression): string {
  const symbols = symbolsOf(expression);
  return ['pi', 'e'].filter((name) => symbols.includes(name)).join();
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
  const n = floatValue(argument, [], 0).value;
  if (!Number.isInteger(n) || n < 0 || n > MAX_FACTORIAL) return 'undefined';
  let product = 1n;
  for (let factor = 2n; factor <= BigInt(n); factor++) product = (product * factor) % PRIME;
  return product;
}

function modularPower(base: bigint, exponent: Expression): Modular {
  if (symbolsOf(exponent).length > 0) return 'not rational';
  const n = floatValue(exponent, [], 0).value;
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
