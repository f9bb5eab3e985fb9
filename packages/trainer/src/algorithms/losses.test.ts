import type { Loss } from '@nabla/domain';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { checkGradients, expectClose } from '../ops/checkGradients.ts';
import {
  cispoLoss,
  clipLoss,
  gspoLoss,
  klLoss,
  reinforceLoss,
  stopGradient,
  tokenLosses,
  valueLoss,
} from './losses.ts';
import { columnsOf, policyLoss, type PolicyLossSettings } from './policyLoss.ts';
import { estimator } from '../proofs/settings.ts';

const ln = Math.log;
const grid = (values: readonly number[], columns = values.length) =>
  tf.tensor2d([...values], [values.length / columns, columns]);
const still = () => tf.zeros<tf.Rank.R2>([1, 1]);

await describeOnEachBackend('losses', () => {
  /** Ratios 1.5, 0.5, 1, 4 with signals of both signs; no ratio near a bound, where the losses have a kink. */
  const ratios = [1.5, 0.5, 1, 4, 1.5, 0.5, 1, 4];
  const signals = [1, 1, 1, 1, -1, -1, -1, -2];
  const range = { epsilonLow: 0.2, epsilonHigh: 0.3 };
  const logp = () => grid(ratios.map(ln), 4);
  const old = () => tf.zeros<tf.Rank.R2>([2, 4]);
  const signal = () => grid(signals, 4);

  it('reinforce is −r̃ log π', () =>
    expectClose(
      reinforceLoss(logp(), signal()),
      ratios.map((ratio, index) => -(signals[index] ?? 0) * ln(ratio)),
    ));

  it('clip keeps the smaller gain', () =>
    expectClose(clipLoss(logp(), old(), signal(), { ...range, dualClip: null }), [
      -1.3, // clipped above
      -0.5, // below, but pulling up: not clipped
      -1,
      -1.3,
      1.5, // above, but pushing down: not clipped
      0.8, // clipped below
      1,
      8,
    ]));

  it('a dual clip bounds what a negative signal costs', () =>
    expectClose(clipLoss(logp(), old(), signal(), { ...range, dualClip: 3 }), [
      -1.3,
      -0.5,
      -1,
      -1.3,
      1.5,
      0.8,
      1,
      6, // 3 · 2 instead of 4 · 2
    ]));

  it('gspo has one ratio per completion, the geometric mean of its tokens’', () => {
    // Two tokens of ratios 4 and 1: s = 2, clipped to 1.3; the third column is after the end.
    const weights = grid([0.5, 0.5, 0]);
    const ratio = grid([ln(4), 0, 77]);
    expectClose(gspoLoss(ratio, grid([0, 0, 0]), grid([1, 1, 1]), weights, range), [-1.3, -1.3, -1.3]);
    expectClose(gspoLoss(ratio, grid([0, 0, 0]), grid([-1, -1, -1]), weights, range), [2, 2, 2]);
  });

  it('cispo weighs log π by the clipped ratio', () =>
    expectClose(
      cispoLoss(logp(), old(), signal(), range),
      [1.3, 0.8, 1, 1.3, 1.3, 0.8, 1, 1.3].map(
        (weight, i) => -weight * (signals[i] ?? 0) * ln(ratios[i] ?? 1),
      ),
    ));

  it('k2 is half the squared log-ratio, k3 is e^−d + d − 1, and the ratio multiplies them', () => {
    const [d, e] = [0.5, -1];
    expectClose(klLoss('k2', grid([d, e]), grid([0, 0]), null), [0.125, 0.5]);
    const k3 = [Math.exp(-d) + d - 1, Math.exp(-e) + e - 1];
    expectClose(klLoss('k3', grid([d, e]), grid([0, 0]), null), k3);
    // ρ = e^(d − old)
    expectClose(klLoss('k3', grid([d, e]), grid([0, 0]), grid([d - ln(2), e])), [
      2 * (k3[0] ?? 0),
      k3[1] ?? 0,
    ]);
  });

  it('the value loss stops where a value has moved far enough', () => {
    // R = 1: free ½(0.5)²; moved by 0.5 of at most 0.2 from 0 → near 0.2: ½(0.8)² is the larger.
    expectClose(valueLoss(grid([0.5]), grid([0]), grid([1]), 0.2), [0.32]);
    expectClose(valueLoss(grid([0.5]), grid([0]), grid([1]), null), [0.125]);
    expectClose(valueLoss(grid([0.1]), grid([0]), grid([1]), 0.2), [0.405]);
    const slope = tf.grad((v: tf.Tensor) =>
      tf.sum(valueLoss(tf.reshape<tf.Rank.R2>(v, [1, 1]), grid([0]), grid([1]), 0.2)),
    );
    expectClose(slope(grid([0.5])), [0]);
    expectClose(slope(grid([0.1])), [-0.9]);
  });

  it.each<Loss>(['reinforce', 'clip', 'gspo'])('%s: gradient by differences', (loss) =>
    checkGradients(
      (x) =>
        tokenLosses(
          { loss, epsilonLow: 0.2, epsilonHigh: 0.3, dualClip: loss === 'clip' ? 3 : null },
          {
            logp: tf.reshape<tf.Rank.R2>(x, [2, 4]),
            oldLogp: old(),
            signal: signal(),
            meanWeights: grid(
              signals.map(() => 0.25),
              4,
            ),
          },
        ),
      [logp()],
    ),
  );

  it('cispo’s weight has no gradient: its slope is −clip(ρ) r̃', () => {
    const slope = tf.grad((x: tf.Tensor) =>
      tf.sum(cispoLoss(tf.reshape<tf.Rank.R2>(x, [2, 4]), old(), signal(), range)),
    );
    expectClose(slope(logp()), [-1.3, -0.8, -1, -1.3, 1.3, 0.8, 1, 2.6]);
    expectClose(tf.grad((x: tf.Tensor) => tf.sum(tf.mul(stopGradient(x), x)))(grid([3])), [3]);
  });

  it.each(['k2', 'k3'] as const)('%s: gradient by differences, with and without the ratio', (estimate) => {
    const ref = grid([-0.4, 0.3, 0.1, -0.2]);
    for (const oldLogp of [null, grid([0.1, -0.1, 0.2, 0])])
      checkGradients(
        (x) => klLoss(estimate, tf.reshape<tf.Rank.R2>(x, [1, 4]), ref, oldLogp),
        [grid([0.2, -0.5, 0.4, 0])],
      );
  });

  it('the value loss: gradient by differences', () =>
    checkGradients(
      (v) => valueLoss(tf.reshape<tf.Rank.R2>(v, [1, 3]), grid([0, 0.2, 0]), grid([1, -0.3, 0.9]), 0.2),
      [grid([0.5, 0.25, 0.1])],
    ));

  it('names what does not fit', () => {
    expect(() => reinforceLoss(logp(), still())).toThrow(/signal is \[1,1\], logp \[2,4\]/);
    expect(() => clipLoss(logp(), still(), signal(), { ...range, dualClip: null })).toThrow(
      /clipLoss: oldLogp/,
    );
    expect(() => gspoLoss(logp(), old(), signal(), still(), range)).toThrow(/meanWeights/);
    expect(() => cispoLoss(logp(), old(), still(), range)).toThrow(/cispoLoss/);
    expect(() => klLoss('k3', logp(), still(), null)).toThrow(/refLogp/);
    expect(() => valueLoss(logp(), old(), still(), null)).toThrow(/returns/);
  });
});

describe('policyLoss', () => {
  const column = (name: string) => {
    throw new Error(`asked for ${name}`);
  };

  it('asks for no column that columnsOf does not name', () => {
    const all: [string, PolicyLossSettings, string[]][] = [
      ['plain', estimator(), ['signal', 'tokenWeights']],
      ['clip', estimator({ loss: 'clip' }), ['oldLogp', 'signal', 'tokenWeights']],
      ['gspo', estimator({ loss: 'gspo' }), ['oldLogp', 'signal', 'tokenWeights', 'meanWeights']],
      ['entropy', estimator({ entropyBonus: 1 }), ['signal', 'tokenWeights', 'entropyWeights']],
      [
        'k3',
        estimator({ kl: { beta: 1, estimator: 'k3', placement: 'loss' } }),
        ['signal', 'tokenWeights', 'refLogp', 'klWeights'],
      ],
      ['beta 0', estimator({ kl: { estimator: 'k3', placement: 'loss' } }), ['signal', 'tokenWeights']],
      [
        'gae',
        estimator({ advantage: 'gae' }),
        ['signal', 'tokenWeights', 'returns', 'oldValues', 'valueWeights'],
      ],
      [
        'gae without a clip',
        estimator({ advantage: 'gae', gae: { valueClip: null } }),
        ['signal', 'tokenWeights', 'returns', 'valueWeights'],
      ],
    ];
    for (const [name, settings, expected] of all) {
      const columns = columnsOf(settings);
      expect(columns, name).toEqual(expected);
      const given = grid([0.1]);
      const loss = policyLoss(settings, { logp: given, entropy: given, values: given }, (wanted) =>
        columns.includes(wanted) ? given : column(wanted),
      );
      expect(Number.isFinite(loss.dataSync()[0])).toBe(true);
    }
  });

  it('is Σ w·ℓ − Σ w·H + Σ w·kl + Σ w·v', () => {
    const settings = estimator({
      advantage: 'gae',
      entropyBonus: 1,
      kl: { beta: 1, estimator: 'k2', placement: 'loss' },
      gae: { valueClip: null },
    });
    const columns: Readonly<Record<string, number>> = {
      signal: 2,
      tokenWeights: 3,
      entropyWeights: 5,
      refLogp: -2,
      klWeights: 7,
      returns: 4,
      valueWeights: 11,
    };
    const scores = { logp: grid([-1]), entropy: grid([0.5]), values: grid([3]) };
    const loss = policyLoss(settings, scores, (name) => grid([columns[name] ?? NaN]));
    // 3 · 2 · 1 − 5 · 0.5 + 7 · ½ · 1² + 11 · ½ · 1²
    expectClose(loss, [6 - 2.5 + 3.5 + 5.5]);
  });

  it('what is weighted by 0 may overflow', () => {
    const settings = estimator({ kl: { beta: 1, estimator: 'k3', placement: 'loss' } });
    const far = { logp: grid([-200, -1]), entropy: grid([0, 0]), values: null };
    const loss = policyLoss(settings, far, (name) =>
      name === 'klWeights' || name === 'tokenWeights' ? grid([0, 1]) : grid([0, 0]),
    );
    expectClose(loss, [Math.exp(1) - 2], 1e-5);
  });
});
