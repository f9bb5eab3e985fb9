/** @file The proofs of what stands beside the loss: importance weights, KL penalties, the entropy bonus, dynamic sampling. */
import type { Advantage, Loss } from '@nabla/domain';
import { beforeAll, describe, expect, it } from 'vitest';

import { openBackend } from '../backend/backend.ts';
import { biasOf, minus, relativeError, scaled } from './bias.ts';
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
  UNBIASED,
} from './settings.ts';
import { directEntropyGradient } from './surrogates.ts';
import { completionsOf, differentiate, probability } from './tabularPolicy.ts';

const G2 = SETTING;

beforeAll(() => openBackend('wasm'));

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
