import { describe, expect, it } from 'vitest';

import { policyMetrics, type PolicyStepFacts } from './policyMetrics.ts';
import type { CompletionScore } from './rewards/scoreCompletions.ts';
import { tinyConfig } from './testing/tinyModel.ts';

const score = (value: number | null): CompletionScore => ({
  reward: value,
  components: [{ name: 'exact', weight: 1, version: 'v', value, error: null }],
});
const ln = Math.log;

/** Two groups of two, at most two tokens; what stands after a completion's end is 9 and must not be seen. */
const FACTS: PolicyStepFacts = {
  config: {
    ...tinyConfig().policyGradient,
    groupSize: 2,
    epsilonLow: 0.2,
    epsilonHigh: 0.3,
    kl: { beta: 0.5, reference: 'initial' },
  },
  completions: {
    ids: Int32Array.of(5, 2, 5, 2, 2, 9, 4, 4),
    logp: Float32Array.of(-1, -1, -1, -1, -2, 9, -1, -1),
    lengths: [2, 2, 1, 2],
    truncated: [false, false, false, true],
    rows: 4,
    width: 2,
  },
  scores: [score(1), score(1), score(0), score(null)],
  exact: [true, true, false, false],
  advantages: [0, 0, 1, null],
  signals: [0.5, -0.5, 1, null],
  reference: { k1: [0.5, 0.5, -1, 0], logp: Float32Array.of(-1.25, -1.25, -1, -1.5, -1, 9, -1, -1) },
  loss: 0.25,
  gradNorm: 3,
  learningRate: 0.01,
  firstLogp: Float32Array.of(-1, -1, -1, -1, -2.5, 9, -1, -1),
  lastLogp: Float32Array.of(-1 + ln(1.5), -1, -1 + ln(0.5), -1, -2, 9, -1, -1),
  updatedLogp: Float32Array.of(-0.5, -1, -1, -1, -2, 9, -1, -1.5),
  entropy: Float32Array.of(1, 1, 1, 1, 0.3, 9, 1, 1),
};

describe('policyMetrics', () => {
  const metrics = policyMetrics(FACTS);

  it.each([
    ['reward/mean', 2 / 3],
    ['reward/std', Math.sqrt(1 / 3)], // (1/9 + 1/9 + 4/9) / 2
    ['reward/null_fraction', 1 / 4],
    ['reward/exact/mean', 2 / 3],
    ['group/zero_std_fraction', 1], // the second group has one reward only
    ['group/pass_at_1', 1 / 2],
    ['group/pass_at_g', 1 / 2],
    ['advantage/mean', 1 / 3],
    ['signal/mean', 1 / 3],
    ['signal/std', Math.sqrt((0.5 ** 2 + 0.5 ** 2 + 1 ** 2 - 3 * (1 / 3) ** 2) / 2)],
    ['kl/beta', 0.5],
    ['kl/ref_k1', 0],
    // Two tokens 0.25 above the reference, one 0.5 above, one 1 below, over four completions.
    ['kl/ref_k3', (2 * (Math.exp(-0.25) - 0.75) + (Math.exp(-0.5) - 0.5) + (Math.exp(1) - 2)) / 4],
    // One token up by 0.5, one down by 0.5.
    ['kl/old_k3', (Math.exp(0.5) - 1.5 + Math.exp(-0.5) - 0.5) / 4],
    ['policy/loss', 0.25],
    ['policy/entropy', 6.3 / 7],
    ['policy/grad_norm', 3],
    ['policy/ratio_mean', 1], // 1.5, 0.5 and five ones
    ['policy/ratio_max', 1.5],
    ['policy/clip_fraction_low', 1 / 7], // 0.5 with a negative signal
    ['policy/clip_fraction_high', 1 / 7], // 1.5 with a positive one
    ['policy/sampler_logp_diff_max', 0.5],
    ['policy/sampler_logp_diff_mean', 0.5 / 7],
    ['policy/delta_logp_mean', 0],
    ['completion/length_mean', 7 / 4],
    ['completion/length_min', 1],
    ['completion/length_max', 2],
    ['completion/truncated_fraction', 1 / 4],
    ['completion/distinct_fraction', 3 / 4], // one of two, two of two
    ['optimizer/learning_rate', 0.01],
  ])('%s', (name, value) => expect(metrics.get(name)).toBeCloseTo(value, 6)); // log-probabilities are float32

  it('leaves out what was not computed', () => {
    const bare = policyMetrics({
      ...FACTS,
      reference: null,
      updatedLogp: null,
      exact: [null, null, null, null],
    });
    for (const name of [
      'kl/ref_k1',
      'kl/ref_k3',
      'kl/old_k3',
      'policy/delta_logp_mean',
      'group/pass_at_1',
      'group/pass_at_g',
    ])
      expect(bare.has(name), name).toBe(false);
    expect(bare.get('reward/mean')).toBeDefined();
  });
});
