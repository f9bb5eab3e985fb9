/** @file What is measured of an evaluation set, from its judged completions. */
import { evaluationMetric } from '@nabla/domain';

import { mean } from '../algorithms/advantages.ts';
import type { CompletionResult } from '../stepResult.ts';
import type { EvaluationSet } from './evaluationSets.ts';
import { clusteredMean, passAtK } from './statistics.ts';

/** One completion with all that is known of it. */
export interface Judged {
  readonly result: Omit<CompletionResult, 'index'>;
  /** Null where nobody knows. */
  readonly right: boolean | null;
}

/** Of the samples; accuracy always of the greedy completions. By the names of the catalogue. */
export function setMetrics(set: EvaluationSet, groups: readonly (readonly Judged[])[]): [string, number][] {
  const { config } = set;
  const metrics: [string, number][] = [];
  const judged = samplesOf(set, groups);
  const greedy = groups.flatMap(([first]) => (first && first.right !== null ? [Number(first.right)] : []));
  if (greedy.length > 0) metrics.push([evaluationMetric(config.name, 'accuracy'), mean(greedy)]);
  for (const k of config.passAt) {
    const estimates = judged.flatMap((group) => {
      const known = group.flatMap(({ right }) => (right === null ? [] : [right]));
      return known.length < k ? [] : [passAtK(known.length, known.filter(Boolean).length, k)];
    });
    if (estimates.length > 0) metrics.push([evaluationMetric(config.name, `pass_at_${k}`), mean(estimates)]);
  }
  const reward = clusteredMean(judged.map((group) => group.map(({ result }) => result.reward)));
  if (reward) {
    metrics.push([evaluationMetric(config.name, 'reward_mean'), reward.mean]);
    if (reward.halfWidth !== null)
      metrics.push([evaluationMetric(config.name, 'reward_ci95'), reward.halfWidth]);
  }
  metrics.push([
    evaluationMetric(config.name, 'length_mean'),
    mean(judged.flatMap((group) => group.map(({ result }) => result.tokenCount))),
  ]);
  return metrics;
}

/** The samples where there are any, else the greedy completions. Groups of the prompts: the greedy completion first. */
export function samplesOf(
  { config }: EvaluationSet,
  groups: readonly (readonly Judged[])[],
): readonly (readonly Judged[])[] {
  return config.samples === 1 ? groups : groups.map((group) => group.slice(1));
}
