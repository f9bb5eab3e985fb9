/** @file The costs of XLA (`backend/xla.ts`) that fit measurements best. */
import type { XlaCost, XlaKind } from '../backend/xla.ts';

/** What one function costs with XLA and without, for one model and shape. */
export interface XlaPoint {
  readonly kind: XlaKind;
  readonly layers: number;
  /** D */
  readonly width: number;
  /** As in `XlaWork`. */
  readonly passes: number;
  readonly tokens: number;
  /** A call without XLA. */
  readonly plainMs: number;
  /** What a call under XLA takes less. */
  readonly savedMs: number;
  /** What the first call under XLA takes more. */
  readonly compileSeconds: number;
}

/**
 * Of the points of one kind. An error counts as a share of the call that it is about: a long call has no more say than a short one.
 * @throws RangeError if the points are too few or too much alike to tell the parts apart
 */
export function fitCost(points: readonly XlaPoint[]): XlaCost {
  const [compileFixed, compilePerLayer] = leastSquares(
    points.map(({ layers }) => [1, layers]),
    points.map(({ compileSeconds }) => compileSeconds),
  );
  const [savedPerLayerPass, savedPerMillionActivations] = leastSquares(
    points.map(({ passes, layers, width, tokens, plainMs }) => [
      (passes * layers) / plainMs,
      (tokens * layers * width) / 1e6 / plainMs,
    ]),
    points.map(({ savedMs, plainMs }) => savedMs / plainMs),
  );
  return { compileFixed, compilePerLayer, savedPerLayerPass, savedPerMillionActivations };
}

/** The two factors that bring Σ (row · factors − target)² to its least. */
function leastSquares(
  rows: readonly (readonly [number, number])[],
  targets: readonly number[],
): readonly [number, number] {
  let [aa, ab, bb, at, bt] = [0, 0, 0, 0, 0];
  for (const [index, [a, b]] of rows.entries()) {
    const target = targets[index] ?? NaN;
    aa += a * a;
    ab += a * b;
    bb += b * b;
    at += a * target;
    bt += b * target;
  }
  const determinant = aa * bb - ab * ab;
  // Relative to what it is the difference of: rounding leaves about 1e-16 of that where the columns are multiples of one another.
  if (!(determinant > 1e-9 * aa * bb))
    throw new RangeError('the measured sizes are too few or too much alike for a fit: take more of them');
  return [(at * bb - bt * ab) / determinant, (bt * aa - at * ab) / determinant];
}
