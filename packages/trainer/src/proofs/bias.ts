/** @file How an expected gradient stands to the exact one. */

export interface Bias {
  /** The multiple of the exact gradient that comes nearest: ⟨E, ∇⟩ / |∇|². */
  readonly factor: number;
  readonly cosine: number;
  /** What is left after that multiple, against it: 0 for a gradient proportional to the exact one. */
  readonly residual: number;
  /** |E − ∇| / |∇| */
  readonly error: number;
}

export function biasOf(expected: readonly number[], exact: readonly number[]): Bias {
  const factor = dot(expected, exact) / dot(exact, exact);
  const rest = expected.map((value, index) => value - factor * (exact[index] ?? NaN));
  return {
    factor,
    cosine: dot(expected, exact) / Math.sqrt(dot(expected, expected) * dot(exact, exact)),
    residual: Math.sqrt(dot(rest, rest) / dot(exact, exact)) / Math.abs(factor),
    error: relativeError(expected, exact),
  };
}

/** |a − b| / |b|. */
export function relativeError(a: readonly number[], b: readonly number[]): number {
  const difference = a.map((value, index) => value - (b[index] ?? NaN));
  return norm(difference) / norm(b);
}

export function scaled(gradient: readonly number[], factor: number): number[] {
  return gradient.map((value) => factor * value);
}

export function minus(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, index) => value - (b[index] ?? NaN));
}

export function norm(values: readonly number[]): number {
  return Math.sqrt(dot(values, values));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, value, index) => total + value * (b[index] ?? NaN), 0);
}
