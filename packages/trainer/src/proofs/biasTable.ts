/** @file The table of `docs/estimators.md`: each estimator's exact expectation against ∇J on the enumerable policy. */
import { ADVANTAGES, AGGREGATIONS, type Advantage, type Aggregation } from '@nabla/domain';

import { ESTIMATORS, type Estimator } from '../algorithms/presets.ts';
import { expectedGradient, objective, type Setting } from './expectation.ts';
import { differentiate, END, irregularParameters, type Completion } from './tabularPolicy.ts';

/** How an expected gradient stands to the exact one. */
export interface Bias {
  /** The multiple of ∇J that comes nearest: ⟨E, ∇J⟩ / |∇J|². */
  readonly factor: number;
  readonly cosine: number;
  /** What is left after that multiple, against it: 0 for a gradient proportional to ∇J. */
  readonly residual: number;
}

export const POLICY = irregularParameters(0.8, 1);
export const REFERENCE = irregularParameters(0.6, 5);
const GROUP_SIZE = 3;

/** Rewards of no particular form; the two prompts differ in size and spread, as in life. */
export function irregularReward({ prompt, tokens }: Completion): number {
  const code = tokens.reduce((value, token) => value * 5 + token + 1, prompt);
  const ended = tokens.at(-1) === END ? 0.5 : 0;
  return (prompt === 0 ? 1 : 0.3) * Math.sin(3.1 * code) + ended + prompt;
}

export const SETTING: Setting = {
  parameters: POLICY,
  reward: irregularReward,
  promptsPerStep: 1,
  groupSize: GROUP_SIZE,
};

export function biasOf(expected: readonly number[], exact: readonly number[]): Bias {
  const factor = dot(expected, exact) / dot(exact, exact);
  const rest = expected.map((value, index) => value - factor * (exact[index] ?? NaN));
  return {
    factor,
    cosine: dot(expected, exact) / Math.sqrt(dot(expected, expected) * dot(exact, exact)),
    residual: Math.sqrt(dot(rest, rest) / dot(exact, exact)) / Math.abs(factor),
  };
}

/** |a − b| / |b|. */
export function relativeError(a: readonly number[], b: readonly number[]): number {
  const difference = a.map((value, index) => value - (b[index] ?? NaN));
  return Math.sqrt(dot(difference, difference) / dot(b, b));
}

/** Markdown. Every number is an exact expectation over all batches, rounded to three decimals. */
export function biasTable(): string {
  const exact = differentiate((parameters) => objective(parameters, SETTING), POLICY);
  const named = (estimator: Estimator) =>
    Object.entries(ESTIMATORS)
      .filter(
        ([, choice]) =>
          choice.advantage === estimator.advantage && choice.aggregation === estimator.aggregation,
      )
      .map(([name]) => `\`${name}\``)
      .join(', ');
  const rows = ADVANTAGES.flatMap((advantage: Advantage) =>
    AGGREGATIONS.map((aggregation: Aggregation) => {
      const estimator: Estimator = { advantage, loss: 'reinforce', aggregation };
      const { factor, cosine, residual } = biasOf(expectedGradient(estimator, SETTING), exact);
      return `| \`${advantage}\` | \`${aggregation}\` | ${named(estimator)} | ${factor.toFixed(3)} | ${cosine.toFixed(3)} | ${(residual * 100).toFixed(1)} % |`;
    }),
  );
  return [
    '| advantage | aggregation | preset | factor on ∇J | cosine | off direction |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, value, index) => total + value * (b[index] ?? NaN), 0);
}
