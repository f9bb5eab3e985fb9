/** @file Which checkpoints a run keeps: one rule for the files of a worker and the rows of the server. */
import type { CheckpointPolicy } from './config/runConfig.ts';

export interface RatedCheckpoint {
  readonly step: number;
  /** Last values of metrics when it was written, by name. */
  readonly metrics: Readonly<Record<string, unknown>>;
}

/** Steps of the checkpoints that stay: the last `keepLast`, every `keepEvery`-th step, and the `keepBest` best. */
export function keptCheckpoints(
  policy: CheckpointPolicy,
  checkpoints: readonly RatedCheckpoint[],
): Set<number> {
  const latest = checkpoints.map(({ step }) => step).sort((a, b) => b - a);
  const kept = new Set(latest.slice(0, policy.keepLast));
  const { keepEvery } = policy;
  if (keepEvery !== null) for (const step of latest) if (step % keepEvery === 0) kept.add(step);
  for (const { step } of bestCheckpoints(policy, checkpoints).slice(0, policy.keepBest)) kept.add(step);
  return kept;
}

/** Those that have the policy's metric, the best first; of equals the later one, which has learned for longer. */
export function bestCheckpoints<Rated extends RatedCheckpoint>(
  { bestMetric, bestIs }: Pick<CheckpointPolicy, 'bestMetric' | 'bestIs'>,
  checkpoints: readonly Rated[],
): Rated[] {
  const sign = bestIs === 'highest' ? 1 : -1;
  return checkpoints
    .flatMap((checkpoint) => {
      const value = checkpoint.metrics[bestMetric];
      return typeof value === 'number' && Number.isFinite(value) ? [{ checkpoint, worth: sign * value }] : [];
    })
    .sort((a, b) => b.worth - a.worth || b.checkpoint.step - a.checkpoint.step)
    .map(({ checkpoint }) => checkpoint);
}
