/** @file Repeats a step of a run from the checkpoint before it, and holds what comes out against what was recorded. */
import type { Backend } from '../backend/backend.ts';
import { createSession, type Session } from '../session.ts';
import { compareStates } from './compareStates.ts';
import { comparedMetrics, firstDifference, type Difference } from './firstDifference.ts';
import { recordOf, type RunRecord } from './runRecord.ts';

export interface ReplayOptions {
  readonly record: RunRecord;
  readonly step: number;
  readonly backend: Backend;
  readonly rewardsDir?: string | undefined;
  readonly modelsDir?: string | undefined;
  readonly warn?: ((message: string) => void) | undefined;
  /** Told which step was repeated. */
  readonly onStep?: ((step: number) => void) | undefined;
}

export interface ReplayReport {
  readonly step: number;
  /** Step of the checkpoint that it began with; 0 for the beginning of the run. */
  readonly from: number;
  /** How much of it was held against the record. */
  readonly compared: {
    readonly steps: number;
    readonly completions: number;
    readonly tokens: number;
    readonly metrics: number;
    /** Whether there is a checkpoint of the step to compare weights with. */
    readonly weights: boolean;
  };
  /** Steps of the way that nothing is recorded of. */
  readonly unrecorded: readonly number[];
  /** SHA-256 of the weights after the step; null when it was not reached because an earlier one parted. */
  readonly weightsHash: string | null;
  /** Where the two first part; null when everything came out the same. */
  readonly difference: Difference | null;
}

/** Ends with the first step that parts: those after it start from something else. */
export async function replayStep(options: ReplayOptions): Promise<ReplayReport> {
  const { record, step: wanted, onStep } = options;
  const session = await openSession(options);
  try {
    const from = session.step;
    const compared = { steps: 0, completions: 0, tokens: 0, metrics: 0, weights: false };
    const unrecorded: number[] = [];
    const report = (difference: Difference | null, weightsHash: string | null): ReplayReport => ({
      step: wanted,
      from,
      compared,
      unrecorded,
      weightsHash,
      difference,
    });
    const steps = record.steps(from + 1, wanted)[Symbol.asyncIterator]();
    let recorded = await steps.next();
    while (session.step < wanted) {
      const repeated = recordOf(await session.next());
      onStep?.(session.step);
      if (recorded.done === true || recorded.value.step !== session.step) {
        unrecorded.push(session.step);
        continue;
      }
      const before = recorded.value;
      recorded = await steps.next();
      compared.steps++;
      compared.completions += before.completions.length;
      compared.tokens += before.completions.reduce(
        (sum, { tokens }) => sum + (tokens?.tokenIds.length ?? 0),
        0,
      );
      compared.metrics += comparedMetrics(before).length;
      const difference = firstDifference(before, repeated);
      if (difference !== null) return report(difference, null);
    }
    const after = await record.after(wanted);
    if (after === null) return report(null, await session.weightsHash());
    compared.weights = true;
    const { difference, weightsHash } = compareStates(after, await session.snapshot());
    return report(difference, weightsHash);
  } finally {
    session.dispose();
  }
}

async function openSession({
  record,
  step,
  backend,
  rewardsDir,
  modelsDir,
  warn,
}: ReplayOptions): Promise<Session> {
  const before = await record.before(step);
  return createSession({
    config: record.config,
    backend,
    ...record.brought,
    rewardsDir,
    modelsDir,
    warn,
    restore: before ?? undefined,
    fork: before === null ? await record.fork() : undefined,
    reference: await record.reference(),
  });
}
