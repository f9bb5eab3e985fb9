/** @file Where a run of the library is written down: nowhere, in files, on a server, or both. */
import { access, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { configHash, parseRunConfigYaml, type PromptRecord, type RunConfig } from '@nabla/domain';

import { RunFiles, createRunFolder } from '../cli/runFiles.ts';
import { makeFolder } from '../makeFolder.ts';
import type { Session } from '../session.ts';
import type { StepResult } from '../stepResult.ts';

export interface Recorder {
  /** Resolves when the step is safe. */
  step(result: StepResult): Promise<void>;
  /** Somebody elsewhere asked for the end of the run. */
  readonly stopAsked: boolean;
  /** After each step: keeps a checkpoint elsewhere if the configuration, or somebody there, asks for one. */
  checkpointIfDue?(session: Pick<Session, 'snapshot' | 'step'>): Promise<void>;
  /** The run ends before its last step: keeps a checkpoint elsewhere to go on from. */
  keep?(session: Pick<Session, 'snapshot' | 'step'>): Promise<void>;
  end(how: RecordedEnd): Promise<void>;
}

export type RecordedEnd =
  | { readonly kind: 'finished' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly cause: string; readonly step: number };

/**
 * Makes the folder of a run, or makes sure that the one there is of the same.
 * @throws Error when it holds another run.
 */
export async function openOut(
  out: string,
  config: RunConfig,
  prompts: readonly PromptRecord[] | undefined,
): Promise<void> {
  const kept = path.join(out, 'config.yaml');
  if (await exists(kept)) {
    const parsed = parseRunConfigYaml(await readFile(kept, 'utf8'));
    if (parsed.ok && configHash(parsed.config) === configHash(config)) return;
    throw new Error(
      `train: ${out} holds another run (its config.yaml says something else): give another folder as \`out\`, or remove it`,
    );
  }
  await makeFolder(out);
  // Under the name that the configuration gives them, so that `nabla` commands find them in this folder too.
  if (prompts !== undefined && config.task.kind === 'file')
    await writeFile(
      path.join(out, config.task.path),
      prompts.map(({ text, answer }) => `${JSON.stringify({ prompt: text, answer })}\n`).join(''),
    );
  await createRunFolder(out, config, { baseFolder: path.resolve(out) });
}

/** @param after the last step that the run has done. */
export async function fileRecorder(out: string, after: number): Promise<Recorder> {
  const files = await RunFiles.open(out, after);
  return {
    step: (result) => files.append(result),
    stopAsked: false,
    end: () => files.close(),
  };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
