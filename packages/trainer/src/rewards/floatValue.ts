/** @file The value of an expression as a float, and how far rounding may have moved it. */
import { uniforms } from '../ops/random.ts';
import type { Expression } from './mathExpression.ts';

export interface FloatValue {
  readonly value: number;
  /** About how far the value may be from the true one by rounding alone; to first order, not a bound. */
  readonly error: number;
}

/** At one of the points that are asked for: fixed random numbers in the place of symbols. NaN where there is no value. */
export function floatValue(expression: Expression, symbols: readonly string[], point: number): FloatValue {
  if (expression.kind === 'number') {
    const value = Number(expression.digits);
    return Number.isSafeInteger(value) ? { value, error: 0 } : rounded(value, 0);
  }
  if (expression.kind === 'symbol') {
    if (expression.name === 'pi') return rounded(Math.PI, 0);
    if (expression.name === 'e') return rounded(Math.E, 0);
    // Between ½ and 3: positive, so that roots and logarithms of most expressions have values; at every other point negative, so
    // that |x| is not x. Where one of two expressions has no value, the point says nothing.
    const [value = 0.5] = uniforms({ seed: 62, stream: point, counter: symbols.indexOf(expression.name) }, 1);
    return { value: (point % 2 === 0 ? -1 : 1) * (0.5 + 2.5 * value), error: 0 };
  }
  const [x = NONE, y = NONE] = expression.args.map((argument) => floatValue(argument, symbols, point));
  const compute = FLOATS[expression.name];
  if (compute === undefined) return NONE;
  const value = compute(x.value, y.value);
  return rounded(value, carried(expression.name, compute, x, y, value));
}

/**
 * Whether two values may be the same number: to a relative 1e-9 of the larger (ten right digits of √2 are √2), and near 0, where all
 * digits may be cancelled, to what rounding explains. Never further than 1e-9 below 1: no expression is equal to everything for
 * being computed badly, as tan(π/2) and sin(10²⁰) are.
 */
export function agree(x: FloatValue, y: FloatValue): boolean {
  const larger = Math.max(Math.abs(x.value), Math.abs(y.value));
  const explained = RELATIVE * larger + SAFETY * (x.error + y.error);
  return Math.abs(x.value - y.value) <= Math.min(explained, RELATIVE * Math.max(1, larger));
}

const RELATIVE = 1e-9;
/** First-order errors of a few dozen operations, each of which a library may round by more than half a unit. */
const SAFETY = 64;
const NONE: FloatValue = { value: NaN, error: 0 };

function rounded(value: number, error: number): FloatValue {
  return { value, error: error + Math.abs(value) * Number.EPSILON };
}

/** What errors of the arguments make of the result. */
function carried(name: string, compute: Compute, x: FloatValue, y: FloatValue, value: number): number {
  switch (name) {
    case 'add':
    case 'subtract':
      return x.error + y.error;
    case 'multiply':
      return Math.abs(x.value) * y.error + Math.abs(y.value) * x.error;
    case 'divide':
      return (x.error + Math.abs(value) * y.error) / Math.abs(y.value);
    case 'pow':
    case 'nthRoot':
      return moved((at) => compute(at, y.value), x, value) + moved((at) => compute(x.value, at), y, value);
    default:
      return moved((at) => compute(at, y.value), x, value);
  }
}

/** How far f moves where its argument moves by its error. Where f ends there (√ below 0), the other side counts. */
function moved(f: (at: number) => number, { value: at, error }: FloatValue, value: number): number {
  if (error === 0) return 0;
  return [at - error, at + error].reduce((most, moving) => {
    const distance = Math.abs(f(moving) - value);
    return Number.isNaN(distance) ? most : Math.max(most, distance);
  }, 0);
}

type Compute = (x: number, y: number) => number;

const FLOATS: Readonly<Record<string, Compute>> = {
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
