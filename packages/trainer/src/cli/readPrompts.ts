/** @file Prompts that a command is given: on the command line, in a file, or on stdin. */
import { readFile } from 'node:fs/promises';

import { parsePromptFile, type PromptRecord } from '@nabla/domain';

import { CliError, EXIT } from './cliError.ts';

export interface PromptsGiven {
  /** `--prompt`, as often as it was given. */
  readonly prompt: readonly string[];
  /** `--prompts`: a file, or - for stdin. */
  readonly prompts?: string | undefined;
}

/**
 * Those of the options; of stdin when there are none and it is no terminal.
 * @throws CliError naming file and line of what is wrong.
 */
export async function readPrompts(
  given: PromptsGiven,
  stdin: AsyncIterable<string | Uint8Array> & { readonly isTTY?: boolean },
): Promise<readonly PromptRecord[]> {
  const written = given.prompt.map((text): PromptRecord => ({ text, answer: null, metadata: null }));
  if (given.prompts === undefined && written.length > 0) return written;
  if (given.prompts === undefined && stdin.isTTY === true)
    throw new CliError(
      EXIT.usage,
      'give prompts: --prompt "…" (repeatable), --prompts <file>, or lines on stdin',
    );
  const isStdin = given.prompts === undefined || given.prompts === '-';
  const name = isStdin ? 'stdin' : (given.prompts ?? '');
  const text = isStdin ? await textOfStream(stdin) : await textOfFile(name);
  return [...written, ...promptsOf(name, text)];
}

/** Prompt lines of JSONL, or one prompt a line where the first is no JSON object. @throws CliError */
export function promptsOf(name: string, text: string): readonly PromptRecord[] {
  if (text.trimStart().startsWith('{')) {
    const { prompts, errors } = parsePromptFile(text);
    if (errors.length > 0)
      throw new CliError(
        EXIT.usage,
        errors.map(({ line, message }) => `${name}:${line}: ${message}`).join('\n'),
      );
    return prompts;
  }
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new CliError(EXIT.usage, `${name} holds no prompt`);
  return lines.map((line) => ({ text: line, answer: null, metadata: null }));
}

async function textOfFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.usage, `${file}: cannot be read: ${reason}`, { cause });
  });
}

async function textOfStream(stream: AsyncIterable<string | Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks).toString('utf8');
}
