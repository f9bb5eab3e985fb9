/**
 * @file The proofs: on a policy small enough to enumerate, the exact expectation of each estimator, through the trainer's own
 * code, against the exact gradient of the enumerated objective.
 */
import { readFile } from 'node:fs/promises';

import type { Advantage, Aggregation, Loss } from '@nabla/domain';
import { beforeAll, describe, expect, it } from 'vitest';

import { openBackend } from '../backend/backend.ts';
import { biasOf, biasTable, POLICY, REFERENCE, relativeError, SETTING } from './biasTable.ts';
import { ESTIMATORS_DOCUMENT, withTable } from './estimatorsDocument.ts';
import { expectedGradient, objective, type Setting } from './expectation.ts';
import { completionsOf, differentiate, probability } from './tabularPolicy.ts';

/** Unbiased means: equal to this, relative. The slopes of the loss are float32, 6e-8 each; the exact gradient is good to 1e-8. */
const UNBIASED = 1e-6;

const G2: Setting = { ...SETTING, groupSize: 2 };
const G3: Setting = { ...SETTING, groupSize: 3 };
/** Two prompts with one completion each. */
const B2: Setting = { ...SETTING, promptsPerStep: 2, groupSize: 1 };

const exactGradient = (setting: Pick<Setting, 'reward' | 'reference' | 'beta'>) =>
  differentiate((parameters) => objective(parameters, setting), POLICY);
const scaled = (gradient: readonly number[], factor: number) => gradient.map((value) => factor * value);

beforeAll(() => openBackend('wasm'));

describe('the enumerable policy', () => {
  it('has 40 completions a prompt, whose probabilities add up to 1', () => {
    for (const prompt of [0, 1]) {
      const completions = completionsOf(prompt);
      expect(completions).toHaveLength(40);
      // Forty roundings of doubles.
      expect(completions.reduce((sum, completion) => sum + probability(POLICY, completion), 0)).toBeCloseTo(
        1,
        12,
      );
    }
  });
});

describe('expected gradients', () => {
  const exact = exactGradient(SETTING);

  // What theory says: the factor on ∇J, with B = promptsPerStep · groupSize.
  it.each<[Advantage, string, Setting, number]>([
    ['none', 'B = 2', G2, 1],
    ['none', 'B = 3', G3, 1],
    ['rloo', 'G = 2', G2, 1],
    ['rloo', 'G = 3', G3, 1],
    ['group_mean', 'G = 2', G2, 1 / 2],
    ['group_mean', 'G = 3', G3, 2 / 3],
    ['batch_mean', 'B = 3, one prompt', G3, 2 / 3],
    ['batch_mean', 'B = 2, two prompts', B2, 1 / 2],
  ])(
    '%s (%s), sequence_sum: exactly the known multiple of ∇J, with either loss',
    (advantage, _, setting, factor) => {
      for (const loss of ['reinforce', 'clip'] satisfies Loss[]) {
        const expected = expectedGradient({ advantage, loss, aggregation: 'sequence_sum' }, setting);
        expect(relativeError(expected, scaled(exact, factor)), loss).toBeLessThan(UNBIASED);
      }
    },
  );

  it('constant: sequence_sum divided by the most tokens, 3', () => {
    const expected = expectedGradient({ advantage: 'rloo', loss: 'reinforce', aggregation: 'constant' }, G2);
    expect(relativeError(expected, scaled(exact, 1 / 3))).toBeLessThan(UNBIASED);
  });

  it.each<[Advantage, Aggregation]>([
    ['rloo', 'token_mean'],
    ['rloo', 'sequence_mean'],
    ['group_norm', 'sequence_sum'],
    ['group_norm', 'sequence_mean'],
  ])('%s with %s is biased, and the notes say so rightly', (advantage, aggregation) => {
    const { residual, cosine } = biasOf(
      expectedGradient({ advantage, loss: 'reinforce', aggregation }, G3),
      exact,
    );
    expect(residual).toBeGreaterThan(0.01);
    expect(cosine).toBeGreaterThan(0); // yet it goes up
  });

  it.each<Advantage>(['rloo', 'group_mean', 'group_norm'])(
    '%s does not see a constant added to all rewards',
    (advantage) => {
      const estimator = { advantage, loss: 'reinforce', aggregation: 'sequence_sum' } as const;
      const shifted = expectedGradient(estimator, {
        ...G2,
        reward: (completion) => SETTING.reward(completion) + 4,
      });
      // Rewards near 4 lose two bits to the shift, in doubles: far below float32.
      expect(relativeError(shifted, expectedGradient(estimator, G2))).toBeLessThan(UNBIASED);
    },
  );
});

describe('the KL penalty', () => {
  const penalised = { reward: SETTING.reward, reference: REFERENCE, beta: 0.4 };
  const exact = exactGradient(penalised);
  const exactOfReward = exactGradient(SETTING);

  it('is a real part of the objective here', () =>
    expect(relativeError(exactOfReward, exact)).toBeGreaterThan(0.1));

  it.each<[Advantage, Setting]>([
    ['none', G2],
    ['rloo', G2],
    ['rloo', G3],
  ])('%s with k1 subtracted from the signal: exactly ∇(J − β KL)', (advantage, setting) => {
    for (const loss of ['reinforce', 'clip'] satisfies Loss[]) {
      const expected = expectedGradient(
        { advantage, loss, aggregation: 'sequence_sum' },
        { ...setting, ...penalised },
      );
      expect(relativeError(expected, exact), loss).toBeLessThan(UNBIASED);
    }
  });

  it.each<[Advantage, number]>([
    ['group_mean', 1 / 2],
    ['batch_mean', 1 / 2],
  ])('%s scales the reward’s part, not the penalty’s', (advantage, factor) => {
    const rewardPart = scaled(exactOfReward, factor);
    const penaltyPart = exact.map((value, index) => value - (exactOfReward[index] ?? NaN));
    const expected = expectedGradient(
      { advantage, loss: 'reinforce', aggregation: 'sequence_sum' },
      { ...G2, ...penalised },
    );
    expect(
      relativeError(
        expected,
        rewardPart.map((value, index) => value + (penaltyPart[index] ?? NaN)),
      ),
    ).toBeLessThan(UNBIASED);
  });

  it('adding instead of subtracting would point the other way', () => {
    const penaltyOnly = { ...penalised, reward: () => 0 };
    const expected = expectedGradient(
      { advantage: 'rloo', loss: 'reinforce', aggregation: 'sequence_sum' },
      { ...G2, ...penaltyOnly },
    );
    const divergence = differentiate(
      (parameters) => -objective(parameters, { ...penaltyOnly, beta: 1 }),
      POLICY,
    ); // ∇KL
    expect(biasOf(expected, divergence).cosine).toBeLessThan(-0.999);
  });
});

it('docs/estimators.md prints what is measured', async () => {
  const document = await readFile(ESTIMATORS_DOCUMENT, 'utf8');
  expect(
    withTable(document, biasTable()),
    'regenerate it: pnpm --filter @nabla/trainer exec tsx src/proofs/printBiasTable.ts --write',
  ).toBe(document);
});
