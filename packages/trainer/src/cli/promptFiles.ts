/** @file Prompt files that a configuration names, read where the command runs. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { parsePromptFile, type PromptRecord } from '@nabla/domain';

import type { PromptReader } from '../worker/bringPrompts.ts';
import { CliError, EXIT } from './cliError.ts';

/** @throws CliError with the line number of every broken line (the first 20). */
export async function readPromptFile(baseFolder: string, file: string): Promise<readonly PromptRecord[]> {
  const { prompts, errors } = parsePromptFile(await textOf(path.resolve(baseFolder, file)));
  if (errors.length > 0)
    throw new CliError(
      EXIT.usage,
      errors.map(({ line, message }) => `${file}:${line}: ${message}`).join('\n'),
    );
  return prompts;
}

/** For a run that is kept in files: paths are the user's own, and there is no server to ask. */
export function localPromptReader(baseFolder: string): PromptReader {
  return {
    file: (file) => readPromptFile(baseFolder, file),
    promptSet(versionId, where) {
      throw new CliError(
        EXIT.usage,
        `${where} ${versionId} names prompts on a server: give --server, or use a file (kind file)`,
      );
    },
  };
}

/** The 1-based line of the file that holds the prompt with this index (from 0). */
export async function lineOfPrompt(
  baseFolder: string,
  file: string,
  promptIndex: number,
): Promise<number | undefined> {
  const lines = (await textOf(path.resolve(baseFolder, file))).split(/\r\n|\n|\r/);
  let seen = -1;
  const index = lines.findIndex((line) => line.trim() !== '' && ++seen === promptIndex);
  return index < 0 ? undefined : index + 1;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CliError(
      EXIT.usage,
      `${file}: cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
