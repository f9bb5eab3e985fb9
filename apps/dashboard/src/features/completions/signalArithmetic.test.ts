import { describe, expect, it } from 'vitest';
import { type ScoredCompletion, type SignalRule, movementOf, signalEquations } from './signalArithmetic.ts';

const completion = (over: Partial<ScoredCompletion>): ScoredCompletion => ({
  reward: 1,
  rewards: [{ name: 'exact', value: 1, weight: 1 }],
  advantage: null,
  signal: null,
  kl: null,
  ...over,
});

const rule = (more: Partial<SignalRule> = {}): SignalRule => ({
  advantage: 'rloo',
  beta: 0,
  baseline: 0,
  placement: 'signal',
  adaptive: false,
  ...more,
});

describe('signalEquations', () => {
  it('spells out reward, leave-one-out advantage and penalised signal', () => {
    // Group 1, 0, 0, 0: the mean of the other three is 0, so A = 1. KL 0.5 at β = 0.1 takes 0.05.
    const equations = signalEquations(
      completion({ advantage: 1, kl: 0.5, signal: 0.95 }),
      [1, 0, 0, 0],
      rule({ advantage: 'rloo', beta: 0.1 }),
    );
    expect(equations.map(({ left, value }) => [left, value])).toEqual([
      ['reward', 1],
      ['advantage', 1],
      ['signal', 0.95],
    ]);
    expect(equations[1]?.terms.map(({ value }) => value)).toEqual([1, 0]);
    expect(equations[2]?.terms.map(({ operator, value }) => `${operator}${value}`)).toEqual([
      '1',
      '−0.1',
      '×0.5',
    ]);
  });

  it('leaves null rewards of the group out of the mean', () => {
    // The other known rewards are 0 and 1: mean 0.5.
    const equations = signalEquations(
      completion({ advantage: 0.5, signal: 0.5 }),
      [1, 0, 1, null],
      rule({ advantage: 'rloo', beta: 0 }),
    );
    expect(equations.find(({ left }) => left === 'advantage')?.rule).toBe('reward − mean of the other 2');
  });

  it('divides by the group’s standard deviation under group_norm', () => {
    // Rewards 1, 0: mean 0.5, std (n − 1) = √0.5 = 0.70711; A = 0.5 / (0.70711 + 1e-4) = 0.70701.
    const equations = signalEquations(
      completion({ advantage: 0.70701, signal: 0.70701 }),
      [1, 0],
      rule({ advantage: 'group_norm', beta: 0 }),
    );
    expect(equations.map(({ left }) => left)).toEqual(['reward', 'advantage', 'signal']);
  });

  it('does not claim an equation whose result is not what was recorded', () => {
    const equations = signalEquations(
      completion({ advantage: 0.3, signal: 0.9 }),
      [1, 0, 0, 0],
      rule({ advantage: 'rloo', beta: 0 }),
    );
    expect(equations.map(({ left }) => left)).toEqual(['reward']);
  });

  it('says nothing about a reward of which a component could not be computed, nor without the run’s rule', () => {
    const failed = completion({ reward: null, rewards: [{ name: 'exact', value: null, weight: 1 }] });
    expect(signalEquations(failed, [null], rule({ advantage: 'rloo', beta: 0 }))).toEqual([]);
    expect(
      signalEquations(completion({ advantage: 1, signal: 1 }), [1, 0], null).map(({ left }) => left),
    ).toEqual(['reward']);
  });

  it('sums what was used of a component, where clipping or normalising changed it', () => {
    const used = completion({ reward: 0.5, rewards: [{ name: 'length', value: 7, used: 1, weight: 0.5 }] });
    expect(signalEquations(used, [], null)[0]?.terms).toMatchObject([
      { value: 0.5, label: 'weight' },
      { operator: '×', value: 1, label: 'length, as used' },
    ]);
  });

  it('subtracts a constant baseline, and the running mean that was recorded', () => {
    const constant = signalEquations(
      completion({ advantage: 0.75, signal: 0.75 }),
      [],
      rule({ advantage: 'constant', baseline: 0.25 }),
    );
    expect(constant[1]?.terms.map(({ value }) => value)).toEqual([1, 0.25]);
    const ema = signalEquations(completion({ advantage: 0.4, signal: 0.4 }), [], rule({ advantage: 'ema' }));
    expect(ema[1]?.terms[1]).toMatchObject({ label: 'running mean', value: 0.6 });
  });

  it('takes the β of the step from the record where it adapts, and none where the penalty is in the loss', () => {
    const scored = completion({ advantage: 1, kl: 0.5, signal: 0.9 });
    const adaptive = signalEquations(scored, [1, 0], rule({ beta: 0.1, adaptive: true }));
    expect(adaptive.at(-1)?.terms[1]).toMatchObject({
      label: 'β of this step',
      value: expect.closeTo(0.2, 9),
    });
    const inLoss = completion({ advantage: 1, kl: 0.5, signal: 1 });
    expect(signalEquations(inLoss, [1, 0], rule({ beta: 0.1, placement: 'loss' })).at(-1)).toMatchObject({
      left: 'signal',
      rule: 'advantage (the KL penalty is a term of the loss)',
    });
  });

  it('has no equation for a signal that differs from token to token', () => {
    const scored = completion({ advantage: 1, kl: 0.5, signal: 0.95 });
    const found = signalEquations(scored, [1, 0], rule({ beta: 0.1, placement: 'reward_to_go' }));
    expect(found.map(({ left }) => left)).toEqual(['reward', 'advantage']);
  });

  it('weighs components', () => {
    const two = completion({
      reward: 1.25,
      rewards: [
        { name: 'exact', value: 1, weight: 1 },
        { name: 'partial', value: 0.5, weight: 0.5 },
      ],
    });
    expect(
      signalEquations(two, [], null)[0]?.terms.map(({ operator, value }) => `${operator}${value}`),
    ).toEqual(['1', '+0.5', '×0.5']);
  });
});

describe('movementOf', () => {
  it('compares the change in log-probability with the signal’s sign', () => {
    expect(movementOf(0.5, 0.2)).toBe('with');
    expect(movementOf(-0.5, 0.2)).toBe('against');
    expect(movementOf(0, 0.2)).toBe('no_signal');
    expect(movementOf(0.5, -0.0009)).toBe('still');
    expect(movementOf(0.5, -0.0011)).toBe('against');
    expect(movementOf(null, 0.2)).toBeNull();
    expect(movementOf(0.5, null)).toBeNull();
  });
});
