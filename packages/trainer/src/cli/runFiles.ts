/**
 * @file A run kept in files: `config.yaml`, `metrics.jsonl` (one step a line), `completions.jsonl` (one completion a line),
 * `checkpoints/`. Resuming cuts the lines after the step resumed from, so that every step stands in the files once.
 */
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { runConfigToYaml, type RunConfig } from '@nabla/domain';
import { z } from 'zod';

import { makeFolder, missingFolders } from '../makeFolder.ts';
import type { CompletionResult, StepResult } from '../stepResult.ts';
import { FolderInUse, lockFolder, type FolderLock } from '../worker/workerFolder.ts';
import { CliError, EXIT } from './cliError.ts';

const NEWLINE = 0x0a;
const lineSchema = z.looseObject({ step: z.int() });

const placeSchema = z.object({
  /** Folder that paths of the configuration are relative to. */
  baseFolder: z.string(),
  /** Where it is executed, if not in files only. */
  server: z.object({ url: z.string(), runId: z.string(), workerId: z.string() }).optional(),
  /** What computed its first step. */
  engine: z
    .object({ backend: z.enum(['native', 'wasm']), version: z.string(), device: z.string() })
    .optional(),
  /** The checkpoint of another run that it began with; a copy lies in `origins/`. */
  forkedFrom: z.object({ file: z.string(), step: z.int(), sha256: z.string() }).optional(),
});
export type RunPlace = z.output<typeof placeSchema>;

export function checkpointFolder(folder: string): string {
  return path.join(folder, 'checkpoints');
}

/** Before anything is started for a new run. @throws CliError when the folder holds one already, or something is in its way. */
export async function assertNoRun(folder: string): Promise<void> {
  await missingFolders(folder).catch(refuse);
  if (await exists(path.join(folder, 'config.yaml')))
    throw new CliError(
      EXIT.usage,
      `${folder} holds a run already: continue it with --resume, or give another folder with --out`,
    );
}

/** Makes the folder of a new run. @throws CliError when it holds one already, or cannot be made. */
export async function createRunFolder(folder: string, config: RunConfig, place: RunPlace): Promise<void> {
  await makeFolder(folder).catch(refuse);
  await assertNoRun(folder);
  await writeDurably(path.join(folder, 'run.json'), `${JSON.stringify(place, null, 2)}\n`);
  await writeDurably(path.join(folder, 'config.yaml'), runConfigToYaml(config));
}

/** @throws CliError when the folder holds no run. */
export async function openRunFolder(folder: string): Promise<RunPlace> {
  const file = path.join(folder, 'run.json');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CliError(EXIT.usage, `${folder} holds no run to resume (${file} cannot be read)`, { cause });
  });
  const parsed = placeSchema.safeParse(parseJson(text));
  if (!parsed.success) throw new CliError(EXIT.usage, `${file} is damaged: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Keeps two processes from executing one run at once. @throws CliError naming the other one. */
export async function lockRun(folder: string): Promise<FolderLock> {
  try {
    return await lockFolder(folder);
  } catch (error) {
    if (error instanceof FolderInUse) throw new CliError(EXIT.usage, error.message, { cause: error });
    throw error;
  }
}

export class RunFiles {
  readonly #metrics: FileHandle;
  readonly #completions: FileHandle;

  private constructor(metrics: FileHandle, completions: FileHandle) {
    this.#metrics = metrics;
    this.#completions = completions;
  }

  /** @param after the last step to keep. */
  static async open(folder: string, after: number): Promise<RunFiles> {
    const metrics = await openTrimmed(path.join(folder, 'metrics.jsonl'), after);
    return new RunFiles(metrics, await openTrimmed(path.join(folder, 'completions.jsonl'), after));
  }

  /** Resolves when the step is flushed to disk. */
  async append(result: StepResult): Promise<void> {
    const { step, stage, metrics, completions } = result;
    if (completions.length > 0) {
      await this.#completions.appendFile(
        completions.map((completion) => `${JSON.stringify(completionLine(step, completion))}\n`).join(''),
      );
      await this.#completions.datasync();
    }
    // Last: a step that stands in the metrics stands in the completions.
    await this.#metrics.appendFile(
      `${JSON.stringify({ step, stage, time: new Date().toISOString(), metrics: Object.fromEntries(metrics) })}\n`,
    );
    await this.#metrics.datasync();
  }

  async close(): Promise<void> {
    await Promise.all([this.#metrics.close(), this.#completions.close()]);
  }
}

/** One line of completions.jsonl. */
export function completionLine(step: number, { tokens, ...completion }: CompletionResult): object {
  const columns =
    tokens === null
      ? null
      : {
          tokenIds: [...tokens.tokenIds],
          pieces: tokens.pieces,
          logp: [...tokens.logp],
          refLogp: tokens.refLogp === null ? null : [...tokens.refLogp],
          updatedLogp: tokens.updatedLogp === null ? null : [...tokens.updatedLogp],
        };
  return { step, ...completion, tokens: columns };
}

/** Opens for appending, cut before the first line that is later than `after`, torn, or no line of ours. Lines rise by step. */
async function openTrimmed(file: string, after: number): Promise<FileHandle> {
  const handle = await open(file, 'a+');
  const { size } = await handle.stat();
  const keep = await goodLength(file, size, after);
  if (keep < size) await handle.truncate(keep);
  return handle;
}

async function goodLength(file: string, size: number, after: number): Promise<number> {
  if (size === 0) return 0;
  const content = await readFile(file);
  for (let start = 0; ;) {
    const end = content.indexOf(NEWLINE, start);
    if (end < 0) return start;
    const line = lineSchema.safeParse(parseJson(content.subarray(start, end).toString('utf8')));
    if (!line.success || line.data.step > after) return start;
    start = end + 1;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema that follows refuses undefined, with the file's name.
    return undefined;
  }
}

async function writeDurably(file: string, content: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

function refuse(cause: unknown): never {
  throw new CliError(EXIT.usage, cause instanceof Error ? cause.message : String(cause), { cause });
}
