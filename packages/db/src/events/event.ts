/** @file What processes tell each other through LISTEN/NOTIFY: small, because PostgreSQL takes at most 8,000 bytes. */
import { z } from 'zod';

/** New points of one metric: columns of equal length, steps ascending. */
const points = z.object({ steps: z.array(z.number().int()), values: z.array(z.number()) });

const runEvent = z.object({
  type: z.literal('run'),
  runId: z.string(),
  projectId: z.string(),
  workspaceId: z.string(),
});

const recordEvent = z.object({
  type: z.literal('record'),
  runId: z.string(),
  projectId: z.string(),
  workspaceId: z.string(),
  /** Lowest and highest step of the new points; null when there are none. */
  minStep: z.number().int().nullable(),
  maxStep: z.number().int().nullable(),
  /** The points themselves when they fit, so that live charts read nothing; else null: read the range of steps. */
  points: z.record(z.string(), points).nullable(),
  /** Names of the metrics with new points when `points` did not fit; null when the names did not fit either: all. */
  metrics: z.array(z.string()).nullable(),
  /** Steps with new completions that were trained on, ascending; and those with new ones of evaluation sets. */
  completionSteps: z.array(z.number().int()),
  evaluationSteps: z.array(z.number().int()),
  logs: z.boolean(),
});

const verdictEvent = z.object({
  type: z.literal('verdict'),
  runId: z.string(),
  step: z.number().int(),
  index: z.number().int(),
  verdictId: z.string(),
  authorId: z.string(),
  workspaceId: z.string(),
});

const commentEvent = z.object({
  type: z.literal('comment'),
  commentId: z.string(),
  /** The id of the run or completion it hangs below. */
  subjectId: z.string(),
  workspaceId: z.string(),
});

const workerEvent = z.object({ type: z.literal('worker'), workerId: z.string(), workspaceId: z.string() });

/** A session, key or membership changed: open subscriptions check their rights again. */
const accessEvent = z.object({ type: z.literal('access'), userId: z.string(), workspaceId: z.string() });

export const databaseEvent = z.discriminatedUnion('type', [
  runEvent,
  recordEvent,
  verdictEvent,
  commentEvent,
  workerEvent,
  accessEvent,
]);

export type DatabaseEvent = z.infer<typeof databaseEvent>;
export type RecordEvent = z.infer<typeof recordEvent>;

export const CHANNEL = 'nabla';

/** PostgreSQL refuses 8,000 bytes and more. */
export const MAX_PAYLOAD_BYTES = 7_900;
