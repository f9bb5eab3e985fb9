/**
 * @file The proofs: on a policy small enough to enumerate, the exact expectation of each choice, through the trainer's own code,
 * against the exact gradient of the enumerated objective. Where theory says unbiased they are equal; where it does not, they are
 * equal to what the choice is defined to be, and `biasTable.test.ts` keeps how far that is from ∇J.
 */
import { ESTIMATOR_PRESETS, type Advantage, type Loss } from '@nabla/domain';
import { beforeAll, describe, expect, it } from 'vitest';

import { openBackend } from '../backend/backend.ts';
import { biasOf, minus, norm, relativeError, scaled } from './bias.ts';
import { expectedGradient, type Setting } from './expectation.ts';
import {
  binaryReward,
  estimator,
  exactGradient,
  irregularReward,
  irregularValue,
  OLDER,
  POLICY,
  REFERENCE,
  SETTING,
  SMALL,
  trueValue,
} from './settings.ts';
import { directEntropyGradient, surrogateGradient } from './surrogates.ts';
import { completionsOf, differentiate, probability } from './tabularPolicy.ts';

/** Unbiased means: equal to this, relative. The slopes of the loss are float32, 6e-8 each; the exact gradient is good to 1e-8. */
const UNBIASED = 1e-6;

const G2 = SETTING;
const G3: Setting = { ...SETTING, groupSize: 3 };
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
    ['group_mean', 'G = 3', { ...SMALL }, 2 / 3],
    ['batch_mean', 'B = 3, one prompt', { ...SMALL }, 2 / 3],
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

describe('truncated importance weights', () => {
  const mismatch: Setting = { ...SETTING, sampler: OLDER };

  it('without a cap: unbiased for one token; for more the prefix stays uncorrected', () => {
    const config = estimator({ advantage: 'rloo', importanceCap: 1000 });
    const single = { ...mismatch, maxTokens: 1 };
    expect(relativeError(expectedGradient(config, single), exactGradient(single))).toBeLessThan(UNBIASED);
    expect(relativeError(expectedGradient(config, mismatch), exactGradient(mismatch))).toBeGreaterThan(0.01);
  });

  it('without a cap they are the ratio of clip that never clips', () => {
    const weights = expectedGradient(estimator({ advantage: 'rloo', importanceCap: 1000 }), mismatch);
    const ratio = estimator({ advantage: 'rloo', loss: 'clip', epsilonLow: 1, epsilonHigh: 10 });
    expect(relativeError(weights, expectedGradient(ratio, mismatch))).toBeLessThan(UNBIASED);
  });

  it('a cap of c weighs like min(π/μ, c): cispo with the same upper bound', () => {
    const weights = expectedGradient(estimator({ advantage: 'rloo', importanceCap: 1.2 }), mismatch);
    const bounded = estimator({ advantage: 'rloo', loss: 'cispo', epsilonLow: 1, epsilonHigh: 0.2 });
    expect(relativeError(weights, expectedGradient(bounded, mismatch))).toBeLessThan(UNBIASED);
  });

  it('change nothing where sampler and trainer agree', () => {
    const config = estimator({ advantage: 'rloo', importanceCap: 2 });
    expect(relativeError(expectedGradient(config, G2), exactGradient(G2))).toBeLessThan(UNBIASED);
  });
});

describe('the KL penalty', () => {
  const beta = 0.4;
  const penalised: Setting = { ...SETTING, reference: REFERENCE };
  const exact = exactGradient(penalised, beta);
  const exactOfReward = exactGradient(SETTING);
  const exactPenalty = minus(exact, exactOfReward);

  it('is a real part of the objective here', () =>
    expect(relativeError(exactOfReward, exact)).toBeGreaterThan(0.1));

  it.each([
    ['none', 'signal'],
    ['rloo', 'signal'],
    ['rloo', 'reward_to_go'],
    ['constant', 'reward_to_go'],
  ] as const)('%s with k1 in the %s: exactly ∇(J − β KL), with any loss', (advantage, placement) => {
    for (const loss of ['reinforce', 'clip', 'cispo'] satisfies Loss[]) {
      const expected = expectedGradient(estimator({ advantage, loss, kl: { beta, placement } }), penalised);
      expect(relativeError(expected, exact), loss).toBeLessThan(UNBIASED);
    }
  });

  it('gae with k1 as token rewards and λ = 1: exactly ∇(J − β KL)', () => {
    const config = estimator({
      advantage: 'gae',
      gae: { lambda: 1, normalise: false },
      kl: { beta, placement: 'reward_to_go' },
    });
    const expected = expectedGradient(config, { ...penalised, value: irregularValue });
    expect(relativeError(expected, exact)).toBeLessThan(UNBIASED);
  });

  it.each(['group_mean', 'batch_mean'] as const)(
    '%s scales the reward’s part, not the penalty’s',
    (advantage) => {
      const expected = expectedGradient(estimator({ advantage, kl: { beta } }), penalised);
      const meant = exactPenalty.map((value, index) => value + (exactOfReward[index] ?? NaN) / 2);
      expect(relativeError(expected, meant)).toBeLessThan(UNBIASED);
    },
  );

  const ofPenalty = (kl: NonNullable<Parameters<typeof estimator>[0]>['kl'], loss: Loss = 'reinforce') =>
    expectedGradient(estimator({ advantage: 'rloo', loss, kl: { beta, ...kl } }), {
      ...penalised,
      reward: () => 0,
    });

  it('the token’s own k1 in the signal, k2 in the loss and k3 times the ratio are the same, biased gradient', () => {
    const token = ofPenalty({ placement: 'token' });
    expect(relativeError(ofPenalty({ estimator: 'k2', placement: 'loss' }), token)).toBeLessThan(UNBIASED);
    const ratio = ofPenalty({ estimator: 'k3', placement: 'ratio_loss' }, 'clip');
    expect(relativeError(ratio, token)).toBeLessThan(UNBIASED);
    expect(relativeError(token, exactPenalty)).toBeGreaterThan(0.01);
    expect(biasOf(token, exactPenalty).cosine).toBeGreaterThan(0.5);
  });

  it('k3 in the loss is another gradient: that of KL[π_ref ‖ π] per token', () => {
    const k3 = ofPenalty({ estimator: 'k3', placement: 'loss' });
    // E_π[∇k3] = E_π[(1 − π_ref/π) ∇log π] = −E_ref[∇log π] at each state: the forward divergence, in the states of π.
    const forward = differentiate((moved) => {
      let value = 0;
      for (const prompt of [0, 1])
        for (const completion of completionsOf(prompt)) {
          const [chance, t] = [probability(POLICY, completion) / 2, completion.tokens.length];
          value -= beta * chance * forwardKl(moved, completion.places.slice(0, t));
        }
      return value;
    }, POLICY);
    expect(relativeError(k3, forward)).toBeLessThan(UNBIASED);
    expect(relativeError(k3, exactPenalty)).toBeGreaterThan(0.05);
  });

  it('adding instead of subtracting would point the other way', () => {
    expect(biasOf(ofPenalty({}), scaled(exactPenalty, -1)).cosine).toBeLessThan(-0.999);
  });
});

/** Σ over places of KL[π_ref ‖ π]. */
function forwardKl(parameters: readonly number[], places: readonly number[]): number {
  const logps = (from: readonly number[], place: number) => {
    const logits = from.slice(place, place + 4);
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return logits.map((logit) => logit - total);
  };
  return places.reduce((sum, place) => {
    const [ref, own] = [logps(REFERENCE, place), logps(parameters, place)];
    return sum + ref.reduce((part, logp, token) => part + Math.exp(logp) * (logp - (own[token] ?? NaN)), 0);
  }, 0);
}

describe('the entropy bonus', () => {
  const single: Setting = { ...SETTING, groupSize: 1, reward: () => 0 };

  it('has the gradient of the entropy at the states that were reached', () => {
    const expected = expectedGradient(estimator({ advantage: 'none', entropyBonus: 0.3 }), single);
    expect(relativeError(expected, scaled(directEntropyGradient(POLICY), 0.3))).toBeLessThan(UNBIASED);
  });

  it('adds to the gradient of the reward and leaves that as it is', () => {
    const rewarded = { ...single, reward: irregularReward };
    const both = expectedGradient(estimator({ advantage: 'none', entropyBonus: 0.3 }), rewarded);
    const bonus = minus(both, exactGradient(rewarded));
    // A difference of two vectors of like size: twice the rounding.
    expect(relativeError(bonus, scaled(directEntropyGradient(POLICY), 0.3))).toBeLessThan(4 * UNBIASED);
  });
});

describe('dynamic sampling', () => {
  const flat: Setting = { ...SMALL, reward: binaryReward, withoutFlatGroups: true };

  it.each<Advantage>(['rloo', 'group_mean'])(
    '%s keeps the direction of ∇J: flat groups had no part in it',
    (advantage) => {
      const { residual, factor } = biasOf(
        expectedGradient(estimator({ advantage }), flat),
        exactGradient(flat),
      );
      expect(residual).toBeLessThan(UNBIASED);
      expect(factor).toBeGreaterThan(advantage === 'rloo' ? 1 : 2 / 3);
    },
  );

  it('with none it does not: flat groups had a signal', () => {
    const expected = expectedGradient(estimator({ advantage: 'none' }), flat);
    expect(biasOf(expected, exactGradient(flat)).residual).toBeGreaterThan(0.01);
  });
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
