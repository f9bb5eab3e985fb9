/** @file Reading the JSON files of a model directory, with errors that name the file and say what to do. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { TrainerError } from '../errors.ts';

/** @throws TrainerError MODEL when the file is missing, unreadable or not JSON. */
export async function readModelJson(dir: string, name: string, whatFor: string): Promise<unknown> {
  const text = await readOptionalText(dir, name);
  if (text === null)
    throw new TrainerError(
      'MODEL',
      `${path.join(dir, name)} is missing: ${whatFor}. A Hugging Face model directory holds config.json, model.safetensors (or its shards with model.safetensors.index.json) and tokenizer.json`,
    );
  return parseJson(text, path.join(dir, name));
}

/** Null where there is no such file. @throws TrainerError MODEL when it cannot be read, or is not JSON. */
export async function readOptionalJson(dir: string, name: string): Promise<unknown> {
  const text = await readOptionalText(dir, name);
  return text === null ? null : parseJson(text, path.join(dir, name));
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TrainerError(
      'MODEL',
      `${file} is not valid JSON (${cause instanceof Error ? cause.message : String(cause)}): get the file again, it may have been cut off`,
      {},
      { cause },
    );
  }
}

/** Null where there is no such file. @throws TrainerError MODEL when it cannot be read. */
export async function readOptionalText(dir: string, name: string): Promise<string | null> {
  const file = path.join(dir, name);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return null;
    throw unreadable(file, cause);
  }
}

/** A file that is there and cannot be read. */
export function unreadable(file: string, cause: unknown): TrainerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TrainerError('MODEL', `${file} cannot be read: ${reason}`, {}, { cause });
}

/** Whether there is a file or folder of this name. */
export async function exists(file: string): Promise<boolean> {
  return (await statOf(file)) !== null;
}

/** Null where there is nothing of this name. */
export async function statOf(file: string) {
  try {
    return await stat(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return null;
    throw error;
  }
}

/** Whether an error of the operating system has this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
