/** @file What a trainer logs for one step, and how it becomes the records of the API: columns, base64, parts of bounded size. */
import { METRIC_NAME_MAX_CHARS, METRIC_NAME_PATTERN, type RunStage } from '@nabla/domain';
import type { CompletionInput, LogLevel, StepRecordInput } from '../generated/operations.ts';
import type { RecordFields } from './recordText.ts';
import { float32ToBase64, int32ToBase64 } from './typedArrays.ts';

/** Per-token columns of one completion; all of the completion's length. */
export interface CompletionTokensLog {
  readonly tokenIds: Int32Array;
  readonly pieces: readonly string[];
  readonly logp: Float32Array;
  readonly refLogp?: Float32Array | null | undefined;
  readonly updatedLogp?: Float32Array | null | undefined;
}

/** One completion with what it was rewarded and what the update did to it. The numbers are those of the API's `CompletionInput`. */
export interface CompletionLog extends Omit<CompletionInput, 'tokens' | 'rewards'> {
  readonly rewards: readonly CompletionInput['rewards'][number][];
  readonly tokens?: CompletionTokensLog | null | undefined;
}

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly time?: Date;
  readonly step?: number;
}

export interface StepLog {
  /** 1-based over all stages; 0 for what comes before the first step. */
  readonly step: number;
  /** POLICY_GRADIENT when absent. */
  readonly stage?: RunStage;
  readonly time?: Date;
  /** Values at this step. Those that are not finite are left out: a chart cannot show them. */
  readonly metrics?: Readonly<Record<string, number | null>> | ReadonlyMap<string, number | null>;
  /** Many points of one metric at once, as columns of equal length. */
  readonly series?: readonly {
    readonly name: string;
    readonly steps: readonly number[];
    readonly values: readonly (number | null)[];
  }[];
  readonly completions?: readonly CompletionLog[];
  readonly logs?: readonly LogLine[];
}

/** Above this size a step travels in several records. */
export const DEFAULT_PART_BYTES = 1024 * 1024;
/** The API takes so many metrics in one record, and so many points of one metric go well in one piece. */
const PART_METRICS = 500;
const SERIES_POINTS = 10_000;
const MAX_LOG_CHARS = 8_000;

/**
 * Turns a step into one record, or several when it is larger than `partBytes` (JSON bytes): never refused for its size. One
 * completion larger than a part travels alone. Records are the JSON texts of the API's `StepRecordInput` but for `sequence`, with which
 * `recordText` completes them.
 * @throws RangeError naming what is not valid: a step that is no count, a metric name the store does not take, unequal columns.
 */
export function toStepRecords(log: StepLog, partBytes = DEFAULT_PART_BYTES): RecordFields[] {
  if (!Number.isSafeInteger(log.step) || log.step < 0)
    throw new RangeError(`step ${log.step} is not a whole number from 0 up`);
  const time = (log.time ?? new Date()).toISOString();
  const head = JSON.stringify({ step: log.step, stage: log.stage ?? 'POLICY_GRADIENT', time }).slice(1, -1);
  const parts: Part[] = [];
  let bytes = Infinity;
  const add = <List extends keyof Part>(list: List, item: ItemOf<List>): void => {
    const text = JSON.stringify(item);
    const size = Buffer.byteLength(text) + 1;
    let part = parts.at(-1);
    if (part === undefined || bytes + size > partBytes) {
      part = { metrics: [], logs: [], completions: [] };
      parts.push(part);
      bytes = Buffer.byteLength(head) + BRACKETS_BYTES;
    }
    bytes += size;
    part[list].push(text);
  };
  for (const points of metricPoints(log)) {
    if (parts.at(-1)?.metrics.length === PART_METRICS) bytes = Infinity;
    add('metrics', points);
  }
  for (const line of log.logs ?? [])
    add('logs', {
      time: (line.time ?? log.time ?? new Date()).toISOString(),
      level: line.level,
      message:
        line.message.length > MAX_LOG_CHARS ? `${line.message.slice(0, MAX_LOG_CHARS)}…` : line.message,
      step: line.step ?? (log.step === 0 ? null : log.step),
    });
  for (const completion of log.completions ?? []) add('completions', toCompletionInput(completion));
  if (parts.length === 0) parts.push({ metrics: [], logs: [], completions: [] });
  return parts.map(({ metrics, completions, logs }) => {
    const lists = `"metrics":[${metrics.join(',')}],"completions":[${completions.join(',')}],"logs":[${logs.join(',')}]`;
    return `${head},${lists}`;
  });
}

/** The JSON texts of a record's items: each is written once, and their sizes are the record's. */
type Part = Record<'metrics' | 'logs' | 'completions', string[]>;
type ItemOf<List extends keyof Part> = NonNullable<StepRecordInput[List]>[number];

/** Of a record beside its head and items: the names of its lists, brackets, and the longest sequence number. */
const BRACKETS_BYTES = 80;

function metricPoints(log: StepLog): StepRecordInput['metrics'] {
  const metrics = log.metrics instanceof Map ? [...log.metrics] : Object.entries(log.metrics ?? {});
  const points = metrics.map(([name, value]) => ({ name, steps: [log.step], values: [finiteOrNull(value)] }));
  for (const { name, steps, values } of log.series ?? []) {
    if (steps.length !== values.length)
      throw new RangeError(`series "${name}": ${steps.length} steps but ${values.length} values`);
    for (let start = 0; start < steps.length; start += SERIES_POINTS) {
      const end = start + SERIES_POINTS;
      points.push({
        name,
        steps: steps.slice(start, end),
        values: values.slice(start, end).map(finiteOrNull),
      });
    }
  }
  for (const { name } of points)
    if (name.length > METRIC_NAME_MAX_CHARS || !METRIC_NAME_PATTERN.test(name))
      throw new RangeError(
        `"${name}" is no metric name: up to ${METRIC_NAME_MAX_CHARS} letters, digits and _ . - @, in at most six parts joined by /`,
      );
  return points;
}

function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

function toCompletionInput(log: CompletionLog): CompletionInput {
  const { tokens, rewards, ...rest } = log;
  return {
    ...rest,
    reward: nullableNumber(log.reward),
    advantage: nullableNumber(log.advantage),
    signal: nullableNumber(log.signal),
    kl: nullableNumber(log.kl),
    logp: nullableNumber(log.logp),
    refLogp: nullableNumber(log.refLogp),
    updatedLogp: nullableNumber(log.updatedLogp),
    rewards: rewards.map((reward) => ({ ...reward, value: nullableNumber(reward.value) })),
    tokens: tokens === undefined || tokens === null ? null : toTokensInput(tokens, log.index),
  };
}

function nullableNumber(value: number | null | undefined): number | null {
  return finiteOrNull(value ?? null);
}

function toTokensInput(tokens: CompletionTokensLog, index: number): NonNullable<CompletionInput['tokens']> {
  const { tokenIds, pieces, logp, refLogp, updatedLogp } = tokens;
  const columns = { pieces, logp, refLogp, updatedLogp };
  for (const [name, column] of Object.entries(columns))
    if (column !== null && column !== undefined && column.length !== tokenIds.length)
      throw new RangeError(`completion ${index}: ${tokenIds.length} token ids but ${column.length} ${name}`);
  return {
    tokenIds: int32ToBase64(tokenIds),
    pieces: [...pieces],
    logp: float32ToBase64(logp),
    refLogp: refLogp === null || refLogp === undefined ? null : float32ToBase64(refLogp),
    updatedLogp: updatedLogp === null || updatedLogp === undefined ? null : float32ToBase64(updatedLogp),
  };
}
