import { metricDefinition, type PolicyGradientConfig } from '@nabla/domain';
import { describe, expect, it } from 'vitest';

import { policyMetrics, timeMetrics, type PolicyStepFacts } from './policyMetrics.ts';
import type { CompletionScore } from './rewards/scoreCompletions.ts';
import { tinyConfig } from './testing/tinyModel.ts';

const score = (value: number | null): CompletionScore => ({
  reward: value,
  components: [{ name: 'exact', weight: 1, version: 'v', value, used: value, error: null }],
});
const ln = Math.log;

const config: PolicyGradientConfig = {
  ...tinyConfig().policyGradient,
  promptsPerStep: 2,
  groupSize: 2,
  epsilonLow: 0.2,
  epsilonHigh: 0.3,
};
const scores = [score(1), score(1), score(0), score(null)];
const exact = [true, true, false, false];

/** Two groups of two, at most two tokens; what stands after a completion's end is 9 and must not be seen. */
const FACTS: PolicyStepFacts = {
  config,
  collected: {
    completions: {
      ids: Int32Array.of(5, 2, 5, 2, 2, 9, 4, 4),
      logp: Float32Array.of(-1, -1, -1, -1, -2, 9, -1, -1),
      lengths: [2, 2, 1, 2],
      truncated: [false, false, false, true],
      rows: 4,
      width: 2,
    },
    rounds: [{ scores, exact }],
  },
  learned: {
    tokens: Float32Array.of(0.5, 0.5, -0.5, -0.5, 1, 9, 0, 0),
    advantages: [0, 0, 1, null],
    signals: [0.5, -0.5, 1, null],
    refK1: [0.5, 0.5, -1, 0],
    returns: null,
  },
  batch: {
    included: [true, true, true, false],
    oldLogp: Float32Array.of(-1, -1, -1, -1, -2, 9, -1, -1),
    refLogp: Float32Array.of(-1.25, -1.25, -1, -1.5, -1, 9, -1, -1),
    importance: null,
    oldValues: null,
    beta: 0.5,
  },
  update: {
    loss: 0.25,
    gradNorm: 3,
    lastLogp: Float32Array.of(-1 + ln(1.5), -1, -1 + ln(0.5), -1, -2, 9, -1, -1),
    entropy: Float32Array.of(1, 1, 1, 1, 0.3, 9, 1, 1),
  },
  learningRate: 0.01,
  trainerLogp: Float32Array.of(-1, -1, -1, -1, -2.5, 9, -1, -1),
  updatedLogp: Float32Array.of(-0.5, -1, -1, -1, -2, 9, -1, -1.5),
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

  it('signal/token_std is over the tokens of rewarded completions', () =>
    // 0.5 twice, −0.5 twice, 1: mean 0.2, squares 2 · 0.09 + 2 · 0.49 + 0.64.
    expect(metrics.get('signal/token_std')).toBeCloseTo(Math.sqrt((0.18 + 0.98 + 0.64) / 4), 6));

  it('leaves out what was not computed', () => {
    const bare = policyMetrics({
      ...FACTS,
      collected: { ...FACTS.collected, rounds: [{ scores, exact: [null, null, null, null] }] },
      learned: { ...FACTS.learned, refK1: null },
      batch: { ...FACTS.batch, refLogp: null },
      updatedLogp: null,
    });
    for (const name of [
      'kl/ref_k1',
      'kl/ref_k3',
      'kl/old_k3',
      'policy/delta_logp_mean',
      'group/pass_at_1',
      'group/pass_at_g',
      'group/resampled_fraction',
      'group/rounds',
      'policy/sequence_ratio_mean',
      'policy/dual_clip_fraction',
      'policy/importance_weight_mean',
      'value/loss',
      'value/explained_variance',
    ])
      expect(bare.has(name), name).toBe(false);
    expect(bare.get('reward/mean')).toBeDefined();
  });

  it('are all in the catalogue', () => {
    for (const name of metrics.keys()) expect(metricDefinition(name), name).toBeDefined();
  });
});

describe('policyMetrics of what some settings have', () => {
  const withConfig = (over: Partial<PolicyGradientConfig>, change: Partial<PolicyStepFacts> = {}) =>
    policyMetrics({ ...FACTS, ...change, config: { ...config, ...over } });

  it('gspo: ratios of completions, and clips by them', () => {
    const metrics = withConfig({ loss: 'gspo', epsilonLow: 0.2, epsilonHigh: 0.2 });
    const [high, low] = [Math.sqrt(1.5), Math.sqrt(0.5)]; // geometric means of 1.5 · 1 and 0.5 · 1
    expect(metrics.get('policy/sequence_ratio_mean')).toBeCloseTo((high + low + 2) / 4, 6);
    expect(metrics.get('policy/sequence_ratio_max')).toBeCloseTo(high, 6);
    // All tokens of both completions.
    expect(metrics.get('policy/clip_fraction_high')).toBeCloseTo(2 / 7, 6);
    expect(metrics.get('policy/clip_fraction_low')).toBeCloseTo(2 / 7, 6);
  });

  it('dual clip: tokens with a negative signal beyond the bound', () => {
    const lastLogp = Float32Array.of(-1, -1, -1 + ln(4), -1, -2, 9, -1, -1);
    const metrics = withConfig({ loss: 'clip', dualClip: 3 }, { update: { ...FACTS.update, lastLogp } });
    expect(metrics.get('policy/dual_clip_fraction')).toBeCloseTo(1 / 7, 6);
  });

  it('importance weights: their mean and how many were cut', () => {
    const importance = Float32Array.of(2, 1, 0.5, 1, 1, 9, 2, 1);
    const metrics = withConfig({ importanceCap: 2 }, { batch: { ...FACTS.batch, importance } });
    expect(metrics.get('policy/importance_weight_mean')).toBeCloseTo(8.5 / 7, 6);
    expect(metrics.get('policy/importance_capped_fraction')).toBeCloseTo(2 / 7, 6);
    // 1.3 as a float32 lies below 1.3.
    const cut = withConfig(
      { importanceCap: 1.3 },
      { batch: { ...FACTS.batch, importance: importance.map((weight) => Math.min(1.3, weight)) } },
    );
    expect(cut.get('policy/importance_capped_fraction')).toBeCloseTo(2 / 7, 6);
  });

  it('a value head: its error and what it explains', () => {
    const returns = Float32Array.of(1, 3, 1, 3, 2, 9, 7, 7);
    const oldValues = Float32Array.of(1, 2, 1, 2, 2, 9, 0, 0);
    const metrics = withConfig(
      {},
      { learned: { ...FACTS.learned, returns }, batch: { ...FACTS.batch, oldValues } },
    );
    // Errors 0, 1, 0, 1, 0; the completion without a reward left out. Variances 0.3 and 1.
    expect(metrics.get('value/loss')).toBeCloseTo(0.2, 6);
    expect(metrics.get('value/explained_variance')).toBeCloseTo(0.7, 6);
    const alike = { ...FACTS.learned, returns: new Float32Array(8).fill(2) };
    const flat = withConfig({}, { learned: alike, batch: { ...FACTS.batch, oldValues } });
    expect(flat.has('value/explained_variance')).toBe(false);
  });

  it('groups of one: no share of flat ones', () => {
    expect(withConfig({ groupSize: 1 }).has('group/zero_std_fraction')).toBe(false);
  });

  it('dynamic sampling: rewards of everything drawn', () => {
    const other = { scores: [score(0), score(0), score(1), score(0)], exact: [false, false, true, false] };
    const metrics = withConfig(
      { dynamicSampling: { maxRounds: 4 } },
      { collected: { ...FACTS.collected, rounds: [{ scores, exact }, other] } },
    );
    expect(metrics.get('group/rounds')).toBe(2);
    expect(metrics.get('group/resampled_fraction')).toBe(0.5); // eight drawn, four kept
    expect(metrics.get('reward/mean')).toBeCloseTo(3 / 7, 6);
    expect(metrics.get('group/zero_std_fraction')).toBe(3 / 4);
  });
});

describe('timeMetrics', () => {
  it('counts what was drawn and what was trained on', () => {
    const prompt = { text: '', answer: null, ids: [1, 2, 3] };
    const metrics = new Map(
      timeMetrics({
        config: { groupSize: 2, innerEpochs: 3 },
        collected: {
          completions: FACTS.collected.completions,
          prompts: [prompt, prompt],
          rounds: [
            { completions: FACTS.collected.completions },
            { completions: FACTS.collected.completions },
          ],
          rolloutMs: 40,
          rewardMs: 10,
        },
        totalMs: 100,
        updateMs: 50,
      }),
    );
    expect(metrics.get('throughput/completion_tokens_per_s')).toBe(140); // 2 · 7 tokens in 0.1 s
    expect(metrics.get('throughput/train_tokens_per_s')).toBe(1140); // (7 + 12) · 3 in 0.05 s
    expect(metrics.get('time/rollout_ms')).toBe(40);
  });
});
