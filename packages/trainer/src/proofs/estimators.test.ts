/**
 * @file The proofs: on a policy small enough to enumerate, the exact expectation of each choice, through the trainer's own code,
 * against the exact gradient of the enumerated objective. Where theory says unbiased they are equal; where it does not, they are
 * equal to what the choice is defined to be, and `biasTable.test.ts` keeps how far that is from ∇J.
 */
import { ESTIMATOR_PRESETS, type Advantage, type Loss } from '@nabla/domain';
import { beforeAll, describe, expect, it } from 'vitest';

import { openBackend } from '../backend/backend.ts';
import { biasOf, norm, relativeError, scaled } from './bias.ts';
import { expectedGradient, type Setting } from './expectation.ts';
import {
  estimator,
  exactGradient,
  irregularReward,
  irregularValue,
  OLDER,
  POLICY,
  SETTING,
  SMALL,
  trueValue,
  UNBIASED,
} from './settings.ts';
import { surrogateGradient } from './surrogates.ts';
import { completionsOf, probability } from './tabularPolicy.ts';

const G2 = SETTING;
/** Three completions a prompt, of two tokens at most: all batches of three tokens would take minutes. */
const G3 = SMALL;
/** Two prompts with one completion each. */
const B2: Setting = { ...SETTING, promptsPerStep: 2, groupSize: 1 };

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

describe('advantages', () => {
  const exact = exactGradient(SETTING);

  // What theory says: the factor on ∇J, with B = promptsPerStep · groupSize.
  it.each<[Advantage, string, Setting, number]>([
    ['none', 'B = 2', G2, 1],
    ['constant', 'B = 2', G2, 1],
    ['ema', 'B = 2', G2, 1],
    ['rloo', 'G = 2', G2, 1],
    ['rloo', 'G = 3', G3, 1],
    ['group_mean', 'G = 2', G2, 1 / 2],
    ['group_mean', 'G = 3', G3, 2 / 3],
    ['batch_mean', 'B = 3, one prompt', G3, 2 / 3],
    ['batch_mean', 'B = 2, two prompts', B2, 1 / 2],
  ])('%s (%s): exactly the known multiple of ∇J', (advantage, _, setting, factor) => {
    const expected = expectedGradient(estimator({ advantage, baseline: 0.4 }), setting);
    expect(relativeError(expected, scaled(exactGradient(setting), factor))).toBeLessThan(UNBIASED);
  });

  it('gae with λ = 1 is unbiased whatever the value head says', () => {
    const config = estimator({ advantage: 'gae', gae: { lambda: 1, normalise: false } });
    expect(relativeError(expectedGradient(config, { ...G2, value: irregularValue }), exact)).toBeLessThan(
      UNBIASED,
    );
  });

  it.each([0, 0.5, 0.95])('gae with λ = %d is unbiased for true values, and biased for others', (lambda) => {
    const config = estimator({ advantage: 'gae', gae: { lambda, normalise: false } });
    const value = trueValue(POLICY, irregularReward);
    expect(relativeError(expectedGradient(config, { ...G2, value }), exact)).toBeLessThan(UNBIASED);
    const untrained = expectedGradient(config, { ...G2, value: irregularValue });
    expect(relativeError(untrained, exact)).toBeGreaterThan(0.01);
  });

  it.each<Advantage>(['batch_norm', 'group_norm'])('%s is biased, yet goes up', (advantage) => {
    const setting: Setting =
      advantage === 'batch_norm' ? { ...SMALL, promptsPerStep: 3, groupSize: 1 } : SMALL;
    const { residual, cosine } = biasOf(
      expectedGradient(estimator({ advantage }), setting),
      exactGradient(SMALL),
    );
    expect(residual).toBeGreaterThan(0.01);
    expect(cosine).toBeGreaterThan(0.5);
  });

  it.each<Advantage>(['rloo', 'group_mean', 'group_norm', 'batch_mean', 'batch_norm'])(
    '%s does not see a constant added to all rewards',
    (advantage) => {
      const config = estimator({ advantage });
      const shifted = expectedGradient(config, { ...G2, reward: (one) => irregularReward(one) + 4 });
      // Rewards near 4 lose two bits to the shift, in doubles: far below float32.
      expect(relativeError(shifted, expectedGradient(config, G2))).toBeLessThan(UNBIASED);
    },
  );
});

describe('aggregations', () => {
  it('constant is sequence_sum divided by the most tokens, 3', () => {
    const expected = expectedGradient(estimator({ advantage: 'rloo', aggregation: 'constant' }), G2);
    expect(relativeError(expected, scaled(exactGradient(G2), 1 / 3))).toBeLessThan(UNBIASED);
  });

  it.each(['token_mean', 'sequence_mean'] as const)('%s is biased, yet goes up', (aggregation) => {
    const { residual, cosine } = biasOf(
      expectedGradient(estimator({ advantage: 'rloo', aggregation }), SMALL),
      exactGradient(SMALL),
    );
    expect(residual).toBeGreaterThan(0.01);
    expect(cosine).toBeGreaterThan(0.5);
  });

  it('sequence_mean is unbiased for the objective of rewards divided by length, with none', () => {
    const perToken = (one: Parameters<Setting['reward']>[0]) => irregularReward(one) / one.tokens.length;
    const expected = expectedGradient(estimator({ advantage: 'none', aggregation: 'sequence_mean' }), G2);
    expect(relativeError(expected, exactGradient({ ...G2, reward: perToken }))).toBeLessThan(UNBIASED);
  });
});

describe('losses', () => {
  const losses: Loss[] = ['reinforce', 'clip', 'gspo', 'cispo'];

  it.each(losses)('%s at ρ = 1 is unbiased with rloo', (loss) => {
    const expected = expectedGradient(estimator({ advantage: 'rloo', loss }), G2);
    expect(relativeError(expected, exactGradient(G2))).toBeLessThan(UNBIASED);
  });

  it('a dual clip does nothing at ρ = 1', () => {
    const expected = expectedGradient(estimator({ advantage: 'rloo', loss: 'clip', dualClip: 1.5 }), G2);
    expect(relativeError(expected, exactGradient(G2))).toBeLessThan(UNBIASED);
  });

  /** On completions of an older policy each is the gradient of its own formula, written down once more in doubles. */
  const stale = { ...SETTING, sampler: OLDER, groupSize: 1 };
  it.each([
    ['clip, never clipping', { loss: 'clip', epsilonLow: 1, epsilonHigh: 10 }],
    ['clip', { loss: 'clip', epsilonLow: 0.2, epsilonHigh: 0.28 }],
    ['clip with a dual clip', { loss: 'clip', epsilonLow: 0.2, epsilonHigh: 0.2, dualClip: 1.1 }],
    ['gspo', { loss: 'gspo', epsilonLow: 0.05, epsilonHigh: 0.08 }],
    ['gspo, never clipping', { loss: 'gspo', epsilonLow: 1, epsilonHigh: 10 }],
    ['cispo', { loss: 'cispo', epsilonLow: 0.1, epsilonHigh: 0.2 }],
  ] as const)('%s, off policy: the gradient of its formula', (_, choices) => {
    const config = estimator({ advantage: 'none', ...choices });
    const formula = surrogateGradient(config, stale);
    expect(relativeError(expectedGradient(config, stale), formula)).toBeLessThan(UNBIASED);
  });

  it('the clips above are felt: without them the gradient is another', () => {
    const of = (choices: Parameters<typeof estimator>[0]) =>
      expectedGradient(estimator({ advantage: 'none', ...choices }), stale);
    const free = of({ loss: 'clip', epsilonLow: 1, epsilonHigh: 10 });
    const clipped = of({ loss: 'clip' });
    expect(relativeError(clipped, free)).toBeGreaterThan(0.05);
    expect(relativeError(of({ loss: 'clip', dualClip: 1.1 }), clipped)).toBeGreaterThan(0.005);
    expect(
      relativeError(of({ loss: 'cispo' }), of({ loss: 'cispo', epsilonLow: 1, epsilonHigh: 10 })),
    ).toBeGreaterThan(0.01);
  });

  // With one token per completion the ratio corrects everything there is to correct.
  it.each<Loss>(['clip', 'gspo', 'cispo'])(
    '%s, never clipping, is unbiased off policy for one token',
    (loss) => {
      const setting = { ...stale, maxTokens: 1 };
      const config = estimator({ advantage: 'none', loss, epsilonLow: 1, epsilonHigh: 10 });
      expect(relativeError(expectedGradient(config, setting), exactGradient(setting))).toBeLessThan(UNBIASED);
    },
  );
});

describe('presets', () => {
  // At ρ = 1 and without its penalty a preset is its advantage and aggregation: what theory says of these.
  it.each([
    ['reinforce', 1],
    ['rloo', 1],
    ['reinforce_baseline', 2 / 3],
    // Divided by maxNewTokens too: the width of the enumerated completions, 3.
    ['dr_grpo', 2 / 9],
  ] as const)('%s is the known multiple of ∇J', (name, factor) => {
    const config = estimator({ ...ESTIMATOR_PRESETS[name], groupSize: 3 });
    expect(relativeError(expectedGradient(config, SMALL), scaled(exactGradient(SMALL), factor))).toBeLessThan(
      UNBIASED,
    );
  });

  it.each(['grpo', 'dapo', 'gspo', 'cispo', 'ppo', 'reinforce_plus_plus'] as const)(
    '%s is biased, by as much as its parts, yet goes up',
    (name) => {
      const { kl: _, ...choices } = { kl: null, ...ESTIMATOR_PRESETS[name] };
      const setting: Setting = 'groupSize' in choices ? { ...SMALL, promptsPerStep: 3, groupSize: 1 } : SMALL;
      const valued = name === 'ppo' ? { ...setting, value: trueValue(POLICY, irregularReward, 2) } : setting;
      const expected = expectedGradient(estimator(choices), valued);
      const { residual, cosine } = biasOf(expected, exactGradient(SMALL));
      expect(norm(expected)).toBeGreaterThan(0);
      expect(residual).toBeGreaterThan(0.01);
      expect(cosine).toBeGreaterThan(0.5);
    },
  );
});
