/** @file The notification about recorded steps: with the new points in it when they fit, so that live charts read nothing. */
import { MAX_PAYLOAD_BYTES, type RecordEvent } from '../events/event.ts';
import type { Points } from '../metrics/points.ts';

/** More points than this never fit; building the text to find out would cost as much as the insert. */
const MAX_POINTS = 600;
/** Of more steps than this the last ones are named; each takes up to 11 bytes. */
const MAX_COMPLETION_STEPS = 300;
/** Evaluations are rare: so many in one record only come from a trainer that evaluates at every step. */
const MAX_EVALUATION_STEPS = 50;

export type Recorded = {
  runId: string;
  projectId: string;
  workspaceId: string;
  added: ReadonlyMap<string, Points>;
  completionSteps: readonly number[];
  evaluationSteps: readonly number[];
  logs: boolean;
};

/** Drops first the points, then the metrics' names, until PostgreSQL takes it. */
export function makeRecordEvent({ added, completionSteps, evaluationSteps, ...rest }: Recorded): RecordEvent {
  const all = [...added.values()];
  const bare: RecordEvent = {
    type: 'record',
    ...rest,
    minStep:
      all.length === 0 ? null : all.reduce((low, { steps }) => Math.min(low, steps[0] ?? low), Infinity),
    maxStep:
      all.length === 0
        ? null
        : all.reduce((high, { steps }) => Math.max(high, steps[steps.length - 1] ?? high), 0),
    points: null,
    metrics: null,
    completionSteps: completionSteps.slice(-MAX_COMPLETION_STEPS),
    evaluationSteps: evaluationSteps.slice(-MAX_EVALUATION_STEPS),
  };
  const pointCount = all.reduce((sum, { steps }) => sum + steps.length, 0);
  if (pointCount <= MAX_POINTS) {
    const points = Object.fromEntries(
      Array.from(added, ([metric, { steps, values }]) => [
        metric,
        { steps: Array.from(steps), values: Array.from(values) },
      ]),
    );
    const full = { ...bare, points };
    if (fits(full)) return full;
  }
  const named = { ...bare, metrics: [...added.keys()] };
  return fits(named) ? named : bare;
}

function fits(event: RecordEvent): boolean {
  return Buffer.byteLength(JSON.stringify(event)) <= MAX_PAYLOAD_BYTES;
}
