/** @file The record of a run that is kept in files. */
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

import type { RunConfig } from '@nabla/domain';
import { z } from 'zod';

import { CheckpointError } from '../checkpoint/checkpointError.ts';
import { listCheckpoints, readCheckpoint } from '../checkpoint/checkpointStore.ts';
import type { SessionState } from '../sessionState.ts';
import type { BroughtPrompts } from '../worker/bringPrompts.ts';
import type { RecordedCompletion, RecordedStep, RunRecord } from './runRecord.ts';

export interface LocalRecordOptions {
  readonly folder: string;
  readonly config: RunConfig;
  readonly brought: BroughtPrompts;
  readonly checkpointFolder: string;
  readonly backend: RunRecord['backend'];
  /** Checkpoint file that the run began with, if it is a fork. */
  readonly fork: string | undefined;
  /** Checkpoint file of its reference policy, where it has one. */
  readonly reference: string | undefined;
  /** Told of a checkpoint that cannot be read and is passed over. */
  readonly warn: (message: string) => void;
}

const number = z.number().nullable();
const numbers = z.array(z.number());
const metricsLine = z.looseObject({ step: z.int(), metrics: z.record(z.string(), z.number()) });
const completionLine = z.looseObject({
  step: z.int(),
  index: z.int(),
  // Absent in files of before there were evaluations.
  evaluationSet: z.string().nullable().default(null),
  promptText: z.string(),
  text: z.string(),
  tokenCount: z.int(),
  reward: number,
  rewards: z.array(z.looseObject({ name: z.string(), value: number })),
  advantage: number,
  signal: number,
  kl: number,
  logp: z.number(),
  refLogp: number,
  updatedLogp: number,
  tokens: z
    .object({
      tokenIds: numbers,
      pieces: z.array(z.string()),
      logp: numbers,
      refLogp: numbers.nullable(),
      updatedLogp: numbers.nullable(),
    })
    .nullable(),
});

export async function openLocalRecord(options: LocalRecordOptions): Promise<RunRecord> {
  const { folder, config, brought, checkpointFolder, warn } = options;
  const metricsFile = path.join(folder, 'metrics.jsonl');
  const completionsFile = path.join(folder, 'completions.jsonl');
  let lastStep = 0;
  for await (const { step } of linesOf(metricsFile, metricsLine)) lastStep = step;
  const readable = async (file: string): Promise<SessionState | null> => {
    try {
      return await readCheckpoint(file);
    } catch (error) {
      if (!(error instanceof CheckpointError) || error.code !== 'DAMAGED') throw error;
      warn(error.message);
      return null;
    }
  };
  const optional = (file: string | undefined) =>
    file === undefined ? Promise.resolve(undefined) : readCheckpoint(file);
  return {
    config,
    backend: options.backend,
    lastStep,
    brought,
    async before(wanted) {
      for (const { step, path: file } of await listCheckpoints(checkpointFolder)) {
        const state = step < wanted ? await readable(file) : null;
        if (state !== null) return state;
      }
      return null;
    },
    async after(wanted) {
      const found = (await listCheckpoints(checkpointFolder)).find(({ step }) => step === wanted);
      return found === undefined ? null : readable(found.path);
    },
    fork: () => optional(options.fork),
    reference: () => optional(options.reference),
    async *steps(first, last) {
      const within = (step: number): boolean => step >= first && step <= last;
      const completions = new Map<number, RecordedCompletion[]>();
      for await (const line of linesOf(completionsFile, completionLine)) {
        if (line.step > last) break;
        if (!within(line.step)) continue;
        const list = completions.get(line.step) ?? [];
        completions.set(line.step, [...list, completionOf(line)]);
      }
      for await (const { step, metrics } of linesOf(metricsFile, metricsLine)) {
        if (step > last) return;
        const recorded: RecordedStep = {
          step,
          metrics: new Map(Object.entries(metrics)),
          completions: completions.get(step) ?? [],
        };
        if (within(step)) yield recorded;
      }
    },
    close: () => Promise.resolve(),
  };
}

function completionOf({ tokens, ...line }: z.output<typeof completionLine>): RecordedCompletion {
  return {
    ...line,
    tokens: tokens && {
      tokenIds: Int32Array.from(tokens.tokenIds),
      pieces: tokens.pieces,
      logp: Float32Array.from(tokens.logp),
      refLogp: tokens.refLogp && Float32Array.from(tokens.refLogp),
      updatedLogp: tokens.updatedLogp && Float32Array.from(tokens.updatedLogp),
    },
  };
}

/** The whole lines of a file; a last one that was cut off is none. @throws Error naming the line that is not one of ours. */
async function* linesOf<Line>(file: string, schema: z.ZodType<Line>): AsyncGenerator<Line> {
  let number = 0;
  let torn: string | undefined;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8') })) {
    number++;
    if (torn !== undefined) throw new Error(torn);
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) yield parsed.data;
    else torn = `${file}:${number}: is no line of a run: ${z.prettifyError(parsed.error)}`;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema that follows refuses undefined, with the line's number.
    return undefined;
  }
}
