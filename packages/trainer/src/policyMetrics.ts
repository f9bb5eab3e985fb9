/** @file The metrics of a policy-gradient step, from what the step computed. `docs/estimators.md` defines each. */
import { componentMetric, type MetricName, type PolicyGradientConfig } from '@nabla/domain';

import { flatGroupFraction, mean, standardDeviation } from './algorithms/advantages.ts';
import { k3, type TokenGrid } from './algorithms/klEstimates.ts';
import type { Collected, Rollout } from './policyStep/collect.ts';
import type { LearningSignal } from './policyStep/learningSignal.ts';
import type { StepBatch } from './policyStep/miniBatches.ts';
import type { StepUpdate } from './policyStep/updatePolicy.ts';
import type { CompletionScore } from './rewards/scoreCompletions.ts';

/** Arrays of numbers are [B, C], of the completions that were trained on. */
export interface PolicyStepFacts {
  readonly config: PolicyGradientConfig;
  readonly collected: Pick<Collected, 'completions'> & {
    readonly rounds: readonly Pick<Rollout, 'scores' | 'exact'>[];
  };
  readonly learned: Pick<LearningSignal, 'tokens' | 'advantages' | 'signals' | 'refK1' | 'returns'>;
  readonly batch: Pick<StepBatch, 'included' | 'oldLogp' | 'refLogp' | 'importance' | 'oldValues' | 'beta'>;
  readonly update: Pick<StepUpdate, 'loss' | 'gradNorm' | 'lastLogp' | 'entropy'>;
  readonly learningRate: number;
  /** Of the trainer before the first update. */
  readonly trainerLogp: Float32Array;
  /** After the last update, where it was computed. */
  readonly updatedLogp: Float32Array | null;
}

type Metrics = [MetricName | ReturnType<typeof componentMetric>, number][];

/** All but timings. Metrics of what was not computed are left out. */
export function policyMetrics(facts: PolicyStepFacts): Map<string, number> {
  return new Map([
    ...rewardMetrics(facts),
    ...signalMetrics(facts),
    ...klMetrics(facts),
    ...updateMetrics(facts),
    ...ratioMetrics(facts),
    ...valueMetrics(facts),
    ...completionMetrics(facts),
  ]);
}

/** @param times wall times of the whole step and of all that the learner did, in ms. */
export function timeMetrics({
  config,
  collected,
  totalMs,
  updateMs,
}: {
  readonly config: Pick<PolicyGradientConfig, 'groupSize' | 'innerEpochs'>;
  readonly collected: Pick<Collected, 'completions' | 'prompts' | 'rolloutMs' | 'rewardMs'> & {
    readonly rounds: readonly Pick<Rollout, 'completions'>[];
  };
  readonly totalMs: number;
  readonly updateMs: number;
}): [MetricName, number][] {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const drawn = sum(collected.rounds.map(({ completions }) => sum(completions.lengths)));
  const promptTokens = sum(collected.prompts.map(({ ids }) => ids.length * config.groupSize));
  const trained = (sum(collected.completions.lengths) + promptTokens) * config.innerEpochs;
  return [
    ['time/rollout_ms', collected.rolloutMs],
    ['time/reward_ms', collected.rewardMs],
    ['time/update_ms', updateMs],
    ['time/step_ms', totalMs],
    ['throughput/completion_tokens_per_s', (drawn / totalMs) * 1000],
    ['throughput/train_tokens_per_s', (trained / updateMs) * 1000],
  ];
}

/** Of everything that was drawn: what dynamic sampling keeps says little about the policy. */
function rewardMetrics({ collected: { rounds }, config }: PolicyStepFacts): Metrics {
  const scores = rounds.flatMap((round) => round.scores);
  const exact = rounds.flatMap((round) => round.exact);
  const rewards = scores.map(({ reward }) => reward);
  const present = numbers(rewards);
  const metrics: Metrics = [
    ['reward/mean', mean(present)],
    ['reward/std', standardDeviation(present)],
    ['reward/null_fraction', 1 - present.length / rewards.length],
    ...componentMetrics(scores),
  ];
  // A group of one has nothing to be equal to.
  if (config.groupSize > 1)
    metrics.push(['group/zero_std_fraction', flatGroupFraction(rewards, config.groupSize)]);
  if (config.dynamicSampling !== null) {
    const given = 1 - (config.promptsPerStep * config.groupSize) / rewards.length;
    metrics.push(['group/resampled_fraction', given], ['group/rounds', rounds.length]);
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

function componentMetrics(scores: readonly CompletionScore[]): Metrics {
  return (scores[0]?.components ?? []).flatMap(({ name }, index): Metrics => {
    const values = numbers(scores.map(({ components }) => components[index]?.value ?? null));
    if (values.length === 0) return [];
    return [
      [componentMetric(name, 'mean'), mean(values)],
      [componentMetric(name, 'std'), standardDeviation(values)],
    ];
  });
}

function signalMetrics({
  learned,
  collected: { completions },
  batch: { included },
}: PolicyStepFacts): Metrics {
  const advantage = numbers(learned.advantages);
  const signals: number[] = [];
  forEachToken(completions, (token, row) => {
    if (included[row]) signals.push(learned.tokens[token] ?? NaN);
  });
  const perCompletion = numbers(learned.signals);
  return [
    ['advantage/mean', mean(advantage)],
    ['advantage/std', standardDeviation(advantage)],
    ['signal/mean', mean(perCompletion)],
    ['signal/std', standardDeviation(perCompletion)],
    ['signal/token_std', standardDeviation(signals)],
  ];
}

function klMetrics({ collected, learned, batch, updatedLogp }: PolicyStepFacts): Metrics {
  const { completions } = collected;
  const metrics: Metrics = [['kl/beta', batch.beta]];
  if (learned.refK1 && batch.refLogp)
    metrics.push(
      ['kl/ref_k1', mean(learned.refK1)],
      ['kl/ref_k3', mean(k3(completions, batch.oldLogp, batch.refLogp))],
    );
  // The tokens were drawn from the old policy, so the estimate of KL[old ‖ updated] takes the ratio updated / old.
  if (updatedLogp) metrics.push(['kl/old_k3', mean(k3(completions, batch.oldLogp, updatedLogp))]);
  return metrics;
}

function updateMetrics(facts: PolicyStepFacts): Metrics {
  const { completions } = facts.collected;
  const { update, updatedLogp, trainerLogp, batch } = facts;
  const differences: number[] = [];
  const entropies: number[] = [];
  let moved = 0;
  forEachToken(completions, (token) => {
    entropies.push(update.entropy[token] ?? NaN);
    differences.push(Math.abs((trainerLogp[token] ?? NaN) - (completions.logp[token] ?? NaN)));
    if (updatedLogp) moved += (updatedLogp[token] ?? NaN) - (batch.oldLogp[token] ?? NaN);
  });
  const metrics: Metrics = [
    ['policy/loss', update.loss],
    ['policy/entropy', mean(entropies)],
    ['policy/grad_norm', update.gradNorm],
    ['policy/sampler_logp_diff_max', largest(differences)],
    ['policy/sampler_logp_diff_mean', mean(differences)],
    ['optimizer/learning_rate', facts.learningRate],
  ];
  if (updatedLogp) metrics.push(['policy/delta_logp_mean', moved / completions.rows]);
  return metrics;
}

/** Of the last inner epoch, before each row's update. */
function ratioMetrics({
  config,
  collected: { completions },
  learned,
  batch,
  update,
}: PolicyStepFacts): Metrics {
  const { lengths, width } = completions;
  const logRatio = (token: number) => (update.lastLogp[token] ?? NaN) - (batch.oldLogp[token] ?? NaN);
  const sequenceRatios = lengths.map((length, row) => {
    const tokens = Array.from({ length }, (_, t) => logRatio(row * width + t));
    return Math.exp(mean(tokens));
  });
  const ratios: number[] = [];
  const weights: number[] = [];
  let [low, high, dual, capped] = [0, 0, 0, 0];
  forEachToken(completions, (token, row) => {
    const ratio = Math.exp(logRatio(token));
    // What the loss clips: gspo the ratio of the completion.
    const clips = config.loss === 'gspo' ? (sequenceRatios[row] ?? NaN) : ratio;
    const signal = learned.tokens[token] ?? 0;
    ratios.push(ratio);
    if (clips < 1 - config.epsilonLow && signal < 0) low += 1;
    if (clips > 1 + config.epsilonHigh && signal > 0) high += 1;
    if (config.dualClip !== null && ratio > config.dualClip && signal < 0) dual += 1;
    if (batch.importance) {
      const weight = batch.importance[token] ?? NaN;
      weights.push(weight);
      // The weight is a float32: the cap as such a number, which may lie below it.
      if (config.importanceCap !== null && weight >= Math.fround(config.importanceCap)) capped += 1;
    }
  });
  const metrics: Metrics = [
    ['policy/ratio_mean', mean(ratios)],
    ['policy/ratio_max', largest(ratios)],
    ['policy/clip_fraction_low', low / ratios.length],
    ['policy/clip_fraction_high', high / ratios.length],
  ];
  if (config.loss === 'gspo')
    metrics.push(
      ['policy/sequence_ratio_mean', mean(sequenceRatios)],
      ['policy/sequence_ratio_max', largest(sequenceRatios)],
    );
  if (config.dualClip !== null) metrics.push(['policy/dual_clip_fraction', dual / ratios.length]);
  if (batch.importance)
    metrics.push(
      ['policy/importance_weight_mean', mean(weights)],
      ['policy/importance_capped_fraction', capped / ratios.length],
    );
  return metrics;
}

function valueMetrics({ collected: { completions }, learned, batch }: PolicyStepFacts): Metrics {
  const { returns } = learned;
  const { oldValues, included } = batch;
  if (!returns || !oldValues) return [];
  const targets: number[] = [];
  const errors: number[] = [];
  forEachToken(completions, (token, row) => {
    if (!included[row]) return;
    targets.push(returns[token] ?? NaN);
    errors.push((returns[token] ?? NaN) - (oldValues[token] ?? NaN));
  });
  const variance = standardDeviation(targets) ** 2;
  const metrics: Metrics = [['value/loss', mean(errors.map((error) => error ** 2)) / 2]];
  // Of returns that are all alike nothing can be explained.
  if (variance > 0) metrics.push(['value/explained_variance', 1 - standardDeviation(errors) ** 2 / variance]);
  return metrics;
}

function completionMetrics({ collected: { completions }, config }: PolicyStepFacts): Metrics {
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
