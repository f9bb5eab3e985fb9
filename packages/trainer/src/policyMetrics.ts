/** @file The metrics of a policy-gradient step, from what the step computed. `docs/estimators.md` defines each. */
import { componentMetric, type MetricName, type PolicyGradientConfig } from '@nabla/domain';

import { flatGroupFraction, mean, standardDeviation } from './algorithms/advantages.ts';
import { k3, type TokenGrid } from './algorithms/klEstimates.ts';
import type { CompletionScore } from './rewards/scoreCompletions.ts';
import type { Completions } from './rollout.ts';

export interface PolicyStepFacts {
  readonly config: PolicyGradientConfig;
  readonly completions: Completions;
  readonly scores: readonly CompletionScore[];
  /** Whether each gave the exact answer; null where no answer is known. */
  readonly exact: readonly (boolean | null)[];
  readonly advantages: readonly (number | null)[];
  readonly signals: readonly (number | null)[];
  /** k1 of each completion and log-probabilities [B, C] under the reference, where it was computed. */
  readonly reference: { readonly k1: readonly number[]; readonly logp: Float32Array } | null;
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  /** [B, C]: of the trainer before the first and before the last update of the step, and after the last where computed. */
  readonly firstLogp: Float32Array;
  readonly lastLogp: Float32Array;
  readonly updatedLogp: Float32Array | null;
  /** [B, C], of the policy that sampled. */
  readonly entropy: Float32Array;
}

type Metrics = [MetricName | ReturnType<typeof componentMetric>, number][];

/** All but timings. Metrics of what was not computed are left out. */
export function policyMetrics(facts: PolicyStepFacts): Map<string, number> {
  return new Map([
    ...rewardMetrics(facts),
    ...signalMetrics(facts),
    ...klMetrics(facts),
    ...updateMetrics(facts),
    ...completionMetrics(facts),
  ]);
}

function rewardMetrics({ scores, exact, config }: PolicyStepFacts): Metrics {
  const rewards = scores.map(({ reward }) => reward);
  const present = numbers(rewards);
  const metrics: Metrics = [
    ['reward/mean', mean(present)],
    ['reward/std', standardDeviation(present)],
    ['reward/null_fraction', 1 - present.length / rewards.length],
    ['group/zero_std_fraction', flatGroupFraction(rewards, config.groupSize)],
  ];
  for (const [index, { name }] of (scores[0]?.components ?? []).entries()) {
    const values = numbers(scores.map(({ components }) => components[index]?.value ?? null));
    if (values.length > 0)
      metrics.push(
        [componentMetric(name, 'mean'), mean(values)],
        [componentMetric(name, 'std'), standardDeviation(values)],
      );
  }
  const known = exact.filter((answer) => answer !== null);
  if (known.length > 0) {
    const groups = chunks(exact, config.groupSize).filter((group) => group.some((answer) => answer !== null));
    metrics.push(
      ['group/pass_at_1', mean(known.map(Number))],
      ['group/pass_at_g', mean(groups.map((group) => Number(group.includes(true))))],
    );
  }
  return metrics;
}

function signalMetrics({ advantages, signals }: PolicyStepFacts): Metrics {
  const [advantage, signal] = [numbers(advantages), numbers(signals)];
  return [
    ['advantage/mean', mean(advantage)],
    ['advantage/std', standardDeviation(advantage)],
    ['signal/mean', mean(signal)],
    ['signal/std', standardDeviation(signal)],
  ];
}

function klMetrics({ config, completions, reference, updatedLogp }: PolicyStepFacts): Metrics {
  const metrics: Metrics = [['kl/beta', config.kl.beta]];
  if (reference)
    metrics.push(
      ['kl/ref_k1', mean(reference.k1)],
      ['kl/ref_k3', mean(k3(completions, completions.logp, reference.logp))],
    );
  // The tokens were drawn from the old policy, so the estimate of KL[old ‖ updated] takes the ratio updated / old.
  if (updatedLogp) metrics.push(['kl/old_k3', mean(k3(completions, completions.logp, updatedLogp))]);
  return metrics;
}

function updateMetrics(facts: PolicyStepFacts): Metrics {
  const { config, completions, signals, lastLogp, firstLogp, updatedLogp } = facts;
  const differences: number[] = [];
  const ratios: number[] = [];
  const entropies: number[] = [];
  let [clippedLow, clippedHigh, moved] = [0, 0, 0];
  forEachToken(completions, (token, row) => {
    const sampled = completions.logp[token] ?? NaN;
    const ratio = Math.exp((lastLogp[token] ?? NaN) - sampled);
    const signal = signals[row] ?? 0;
    ratios.push(ratio);
    entropies.push(facts.entropy[token] ?? NaN);
    differences.push(Math.abs((firstLogp[token] ?? NaN) - sampled));
    if (ratio < 1 - config.epsilonLow && signal < 0) clippedLow += 1;
    if (ratio > 1 + config.epsilonHigh && signal > 0) clippedHigh += 1;
    if (updatedLogp) moved += (updatedLogp[token] ?? NaN) - sampled;
  });
  const metrics: Metrics = [
    ['policy/loss', facts.loss],
    ['policy/entropy', mean(entropies)],
    ['policy/grad_norm', facts.gradNorm],
    ['policy/ratio_mean', mean(ratios)],
    ['policy/ratio_max', largest(ratios)],
    ['policy/clip_fraction_low', clippedLow / ratios.length],
    ['policy/clip_fraction_high', clippedHigh / ratios.length],
    ['policy/sampler_logp_diff_max', largest(differences)],
    ['policy/sampler_logp_diff_mean', mean(differences)],
    ['optimizer/learning_rate', facts.learningRate],
  ];
  if (updatedLogp) metrics.push(['policy/delta_logp_mean', moved / completions.rows]);
  return metrics;
}

function completionMetrics({ completions, config }: PolicyStepFacts): Metrics {
  const { lengths, truncated, width, ids } = completions;
  const texts = lengths.map((length, row) => ids.subarray(row * width, row * width + length).join(' '));
  return [
    ['completion/length_mean', mean(lengths)],
    ['completion/length_min', -largest(lengths.map((length) => -length))],
    ['completion/length_max', largest(lengths)],
    ['completion/truncated_fraction', mean(truncated.map(Number))],
    [
      'completion/distinct_fraction',
      mean(chunks(texts, config.groupSize).map((group) => new Set(group).size / group.length)),
    ],
  ];
}

function forEachToken({ lengths, width }: TokenGrid, visit: (token: number, row: number) => void): void {
  lengths.forEach((length, row) => {
    for (let token = row * width; token < row * width + length; token++) visit(token, row);
  });
}

function numbers(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: items.length / size }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** By reduction: a call with a million arguments would overflow the stack. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}
