/** @file A step record as it came from outside becomes one that the store takes, or is refused with path and bound. */
import type { CompletionEntry, LogLevel, RunStage, StepRecordEntry, TokensEntry } from '@nabla/db';
import { METRIC_NAME_MAX_CHARS, METRIC_NAME_PATTERN } from '@nabla/domain';
import { refuse } from '../../errors.ts';
import { RECORD_LIMITS } from './recordSteps.bounds.ts';

type Maybe<T> = T | null | undefined;
type Path = (string | number)[];

export interface MetricPointsInput {
  name: string;
  steps: readonly number[];
  values: readonly (number | null)[];
}
export interface RewardInput {
  name: string;
  value?: Maybe<number>;
  used?: Maybe<number>;
  weight: number;
  version: string;
  error?: Maybe<string>;
}
export interface TokensInput {
  tokenIds: Uint8Array;
  pieces: readonly string[];
  logp: Uint8Array;
  refLogp?: Maybe<Uint8Array>;
  updatedLogp?: Maybe<Uint8Array>;
}
export interface CompletionInput {
  index: number;
  evaluationSet?: Maybe<string>;
  group: number;
  promptText: string;
  answer?: Maybe<string>;
  text: string;
  tokenCount: number;
  truncated: boolean;
  reward?: Maybe<number>;
  rewards: readonly RewardInput[];
  advantage?: Maybe<number>;
  signal?: Maybe<number>;
  kl?: Maybe<number>;
  logp?: Maybe<number>;
  refLogp?: Maybe<number>;
  updatedLogp?: Maybe<number>;
  tokens?: Maybe<TokensInput>;
}
export interface RunLogInput {
  time: Date;
  level: LogLevel;
  message: string;
  step?: Maybe<number>;
}
export interface StepRecordInput {
  sequence: number;
  step: number;
  stage: RunStage;
  time: Date;
  metrics: readonly MetricPointsInput[];
  completions?: Maybe<readonly CompletionInput[]>;
  logs?: Maybe<readonly RunLogInput[]>;
}

/**
 * @param totalSteps steps of the run: no record may be beyond.
 * @throws Refusal naming the first field that is wrong.
 */
export function checkRecords(records: readonly StepRecordInput[], totalSteps: number): StepRecordEntry[] {
  const root: Path = ['input', 'records'];
  atMost(records.length, RECORD_LIMITS.records, 'records', root);
  const points = records.reduce(
    (sum, record) => sum + record.metrics.reduce((n, { steps }) => n + steps.length, 0),
    0,
  );
  atMost(points, RECORD_LIMITS.points, 'metric points in one request', root);
  const completions = records.reduce((sum, record) => sum + (record.completions?.length ?? 0), 0);
  atMost(completions, RECORD_LIMITS.completions, 'completions in one request', root);
  return records.map((record, index) => checkRecord(record, totalSteps, [...root, index]));
}

function checkRecord(record: StepRecordInput, totalSteps: number, path: Path): StepRecordEntry {
  inRange(record.sequence, RECORD_LIMITS.integer, [...path, 'sequence']);
  inRange(record.step, totalSteps, [...path, 'step']);
  atMost(record.metrics.length, RECORD_LIMITS.metrics, 'metrics in one record', [...path, 'metrics']);
  record.metrics.forEach((metric, index) => checkMetric(metric, totalSteps, [...path, 'metrics', index]));
  const logs = record.logs ?? [];
  distinctIndices(record.completions ?? [], [...path, 'completions']);
  atMost(logs.length, RECORD_LIMITS.logs, 'log lines in one record', [...path, 'logs']);
  return {
    sequence: record.sequence,
    step: record.step,
    stage: record.stage,
    time: record.time,
    metrics: record.metrics,
    completions: (record.completions ?? []).map((completion, index) =>
      checkCompletion(completion, [...path, 'completions', index]),
    ),
    logs: logs.map((log, index) => {
      // A line too long is cut rather than refused: a log must never stop a run.
      const message = log.message.slice(0, RECORD_LIMITS.logChars);
      if (log.step != null) inRange(log.step, RECORD_LIMITS.integer, [...path, 'logs', index, 'step']);
      return { time: log.time, level: log.level, message, step: log.step ?? null };
    }),
  };
}

function checkMetric(metric: MetricPointsInput, totalSteps: number, path: Path): void {
  if (metric.name.length > METRIC_NAME_MAX_CHARS || !METRIC_NAME_PATTERN.test(metric.name)) {
    const message = `"${metric.name.slice(0, 130)}" is not a metric name: words of letters, digits and _ . - @, joined by at most 5 slashes, ${METRIC_NAME_MAX_CHARS} characters in all.`;
    throw refuse('INVALID_INPUT', message, [...path, 'name']);
  }
  const { steps, values } = metric;
  if (steps.length !== values.length) {
    const message = `${metric.name} has ${steps.length} steps and ${values.length} values; columns must be of equal length.`;
    throw refuse('INVALID_INPUT', message, [...path, 'values']);
  }
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index] ?? -1;
    if (step < 0 || step > totalSteps) inRange(step, totalSteps, [...path, 'steps', index]);
  }
}

/** Of two completions of one index only one could be kept. */
function distinctIndices(completions: readonly CompletionInput[], path: Path): void {
  const seen = new Set<number>();
  for (const [position, { index }] of completions.entries()) {
    if (seen.has(index)) {
      const message = `The record has two completions of index ${index}; each index stands for one completion of the step.`;
      throw refuse('INVALID_INPUT', message, [...path, position, 'index']);
    }
    seen.add(index);
  }
}

function checkCompletion(completion: CompletionInput, path: Path): CompletionEntry {
  inRange(completion.index, RECORD_LIMITS.integer, [...path, 'index']);
  if (completion.evaluationSet != null) checkSetName(completion.evaluationSet, [...path, 'evaluationSet']);
  inRange(completion.group, RECORD_LIMITS.integer, [...path, 'group']);
  inRange(completion.tokenCount, RECORD_LIMITS.integer, [...path, 'tokenCount']);
  atMost(completion.promptText.length, RECORD_LIMITS.promptChars, 'characters', [...path, 'promptText']);
  atMost(completion.answer?.length ?? 0, RECORD_LIMITS.promptChars, 'characters', [...path, 'answer']);
  atMost(completion.text.length, RECORD_LIMITS.completionChars, 'characters', [...path, 'text']);
  atMost(completion.rewards.length, RECORD_LIMITS.rewards, 'reward components', [...path, 'rewards']);
  return {
    index: completion.index,
    evaluationSet: completion.evaluationSet ?? null,
    group: completion.group,
    promptText: completion.promptText,
    answer: completion.answer ?? null,
    text: completion.text,
    tokenCount: completion.tokenCount,
    truncated: completion.truncated,
    reward: completion.reward ?? null,
    rewards: completion.rewards.map((reward, index) => checkReward(reward, [...path, 'rewards', index])),
    advantage: completion.advantage ?? null,
    signal: completion.signal ?? null,
    kl: completion.kl ?? null,
    logp: completion.logp ?? null,
    refLogp: completion.refLogp ?? null,
    updatedLogp: completion.updatedLogp ?? null,
    tokens:
      completion.tokens == null
        ? null
        : checkTokens(completion.tokens, completion.tokenCount, [...path, 'tokens']),
  };
}

/** A name that is also a part of metric names. */
function checkSetName(name: string, path: Path): void {
  if (name.length <= RECORD_LIMITS.evaluationSetChars && /^[a-zA-Z0-9_.-]+$/.test(name)) return;
  const message = `"${name.slice(0, 80)}" is not the name of an evaluation set: 1 to ${RECORD_LIMITS.evaluationSetChars} letters, digits and _ . -`;
  throw refuse('INVALID_INPUT', message, path);
}

function checkReward(reward: RewardInput, path: Path): CompletionEntry['rewards'][number] {
  atMost(reward.name.length, RECORD_LIMITS.rewardNameChars, 'characters', [...path, 'name']);
  atMost(reward.version.length, RECORD_LIMITS.rewardVersionChars, 'characters', [...path, 'version']);
  return {
    name: reward.name,
    value: reward.value ?? null,
    used: reward.used ?? null,
    weight: reward.weight,
    version: reward.version,
    error: reward.error?.slice(0, RECORD_LIMITS.errorChars) ?? null,
  };
}

/** All arrays have one element of 4 bytes per token. */
function checkTokens(tokens: TokensInput, tokenCount: number, path: Path): TokensEntry {
  const count = tokens.tokenIds.byteLength / 4;
  atMost(count, RECORD_LIMITS.tokens, 'tokens', [...path, 'tokenIds']);
  if (count !== tokenCount) {
    const message = `tokenIds has ${count} elements, and tokenCount is ${tokenCount}; they must be equal.`;
    throw refuse('INVALID_INPUT', message, [...path, 'tokenIds']);
  }
  const sameLength = (name: 'pieces' | 'logp' | 'refLogp' | 'updatedLogp', length: number) => {
    if (length === count) return;
    throw refuse(
      'INVALID_INPUT',
      `${name} has ${length} elements for ${count} tokens.`,
      [...path, name].map(String),
    );
  };
  sameLength('pieces', tokens.pieces.length);
  sameLength('logp', tokens.logp.byteLength / 4);
  if (tokens.refLogp != null) sameLength('refLogp', tokens.refLogp.byteLength / 4);
  if (tokens.updatedLogp != null) sameLength('updatedLogp', tokens.updatedLogp.byteLength / 4);
  return {
    tokenIds: tokens.tokenIds,
    pieces: tokens.pieces.map((piece) => piece.slice(0, RECORD_LIMITS.pieceChars)),
    logp: tokens.logp,
    refLogp: tokens.refLogp ?? null,
    updatedLogp: tokens.updatedLogp ?? null,
  };
}

function inRange(value: number, max: number, path: Path): void {
  if (value < 0 || value > max) {
    throw refuse('INVALID_INPUT', `${path.slice(1).join('.')} is ${value}; it may be 0 to ${max}.`, path);
  }
}

function atMost(value: number, bound: number, what: string, path: Path): void {
  if (value > bound) {
    throw refuse('TOO_LARGE', `${path.slice(1).join('.')}: ${value} ${what}; the bound is ${bound}.`, path);
  }
}
