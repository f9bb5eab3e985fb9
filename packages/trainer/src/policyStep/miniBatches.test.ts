import { describe, expect, it } from 'vitest';

import { estimator } from '../proofs/settings.ts';
import type { Completions } from '../rollout.ts';
import {
  importanceWeights,
  meanWeights,
  miniBatch,
  rowsOfMiniBatches,
  scatterRows,
  type StepBatch,
} from './miniBatches.ts';

const place = { seed: 3, step: 5 };

describe('rowsOfMiniBatches', () => {
  const config = { ...estimator({ loss: 'clip' }), promptsPerStep: 6, groupSize: 2 };

  it('one mini-batch is everything in order', () =>
    expect(rowsOfMiniBatches(config, { ...place, epoch: 1 })).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    ]));

  it('deals whole groups, all of them, anew for each epoch and step, the same for the same seed', () => {
    const dealt = (epoch: number, step = 5) =>
      rowsOfMiniBatches({ ...config, miniBatches: 3 }, { seed: 3, step, epoch });
    for (const batch of dealt(0)) {
      expect(batch).toHaveLength(4);
      for (const row of batch) expect(batch).toContain(row % 2 === 0 ? row + 1 : row - 1);
    }
    expect(
      dealt(0)
        .flat()
        .toSorted((a, b) => a - b),
    ).toEqual(Array.from({ length: 12 }, (_, row) => row));
    expect(dealt(0)).toEqual(dealt(0));
    expect(dealt(1)).not.toEqual(dealt(0));
    expect(dealt(0, 6)).not.toEqual(dealt(0));
  });
});

describe('miniBatch', () => {
  const completions: Completions = {
    ids: Int32Array.of(5, 6, 7, 2, 0, 0, 3, 2, 0),
    logp: new Float32Array(9),
    lengths: [3, 1, 2],
    truncated: [false, false, false],
    rows: 3,
    width: 3,
  };
  const column = (first: number) => Float32Array.from({ length: 9 }, (_, index) => first + index);
  const step: StepBatch = {
    prompts: { ids: Int32Array.of(1, 9, 8, 1, 7, 7), padding: Int32Array.of(1, 0, 0), rows: 3, width: 2 },
    completions,
    included: [true, true, false],
    oldLogp: column(0),
    signal: column(10),
    importance: null,
    refLogp: null,
    returns: null,
    oldValues: null,
    beta: 0.5,
  };

  it('picks rows of everything and normalises over them alone', () => {
    const batch = miniBatch(estimator({ entropyBonus: 0.5 }), step, [2, 1]);
    expect(batch.prompts).toEqual({
      ids: Int32Array.of(7, 7, 8, 1),
      padding: Int32Array.of(0, 0),
      rows: 2,
      width: 2,
    });
    expect(Array.from(batch.completions.ids)).toEqual([3, 2, 0, 2, 0, 0]);
    expect(Array.from(batch.tokens.oldLogp ?? [])).toEqual([6, 7, 8, 3, 4, 5]);
    expect(Array.from(batch.tokens.signal ?? [])).toEqual([16, 17, 18, 13, 14, 15]);
    // Completion 2 has no reward: completion 1 is all there is.
    expect(Array.from(batch.tokens.tokenWeights ?? [])).toEqual([0, 0, 0, 1, 0, 0]);
    expect(Array.from(batch.tokens.entropyWeights ?? [])).toEqual([0, 0, 0, 0.5, 0, 0]);
    expect(Array.from(batch.tokens.meanWeights ?? [])).toEqual([0.5, 0.5, 0, 1, 0, 0]);
    expect(batch.tokens).not.toHaveProperty('refLogp');
  });

  it('weighs divergence by beta times the loss’s weights, values by tokens', () => {
    const config = estimator({ advantage: 'gae', gae: { valueCoefficient: 2 } });
    const full = { ...step, refLogp: column(1), returns: column(2), oldValues: column(3) };
    const { tokens } = miniBatch(config, full, [0, 1]);
    expect(Array.from(tokens.tokenWeights ?? [])).toEqual([0.5, 0.5, 0.5, 0.5, 0, 0]);
    expect(Array.from(tokens.klWeights ?? [])).toEqual([0.25, 0.25, 0.25, 0.25, 0, 0]);
    expect(Array.from(tokens.valueWeights ?? [])).toEqual([0.5, 0.5, 0.5, 0.5, 0, 0]);
    expect(Array.from(tokens.oldValues ?? [])).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it('divides by maxNewTokens under constant, however narrow the rectangle is', () => {
    const config = { ...estimator({ aggregation: 'constant' }), maxNewTokens: 10 };
    const { tokens } = miniBatch(config, step, [0, 1]);
    expect(Array.from(tokens.tokenWeights ?? [])).toEqual(
      Array.from(Float32Array.of(0.05, 0.05, 0.05, 0.05, 0, 0)),
    );
  });

  it('multiplies the weights by importance', () => {
    const importance = Float32Array.of(2, 1, 0.5, 4, 0, 0, 1, 1, 0);
    const { tokens } = miniBatch(estimator(), { ...step, importance }, [0, 1]);
    expect(Array.from(tokens.tokenWeights ?? [])).toEqual([1, 0.5, 0.25, 2, 0, 0]);
  });
});

describe('importanceWeights', () => {
  it('are π_trainer / π_sampler up to the cap, 0 after the end', () => {
    const ln = Math.log;
    const sampled = { lengths: [3, 1], width: 3, logp: Float32Array.of(ln(0.5), ln(0.5), ln(0.5), 0, 9, 9) };
    const trainer = Float32Array.of(ln(0.25), ln(0.75), ln(0.99), ln(0.5), 0, 0);
    // e^(ln a − ln b): two float32 logarithms.
    expect(Array.from(importanceWeights(sampled, trainer, 1.6))).toEqual(
      [0.5, 1.5, 1.6, 0.5, 0, 0].map((value) => expect.closeTo(value, 6) as number),
    );
  });
});

it('meanWeights make a mean of a sum', () =>
  expect(Array.from(meanWeights([2, 1], 2))).toEqual([0.5, 0.5, 1, 0]));

it('scatterRows is the way back', () => {
  const target = new Float32Array(6);
  scatterRows(target, Float32Array.of(1, 2, 3, 4), 2, [2, 0]);
  expect(Array.from(target)).toEqual([3, 4, 0, 0, 1, 2]);
});
