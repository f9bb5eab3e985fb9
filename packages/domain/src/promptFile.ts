/** @file Prompt files: JSONL, one object with `prompt` and optionally `answer` a line. Other members are kept as metadata. */
import { z } from 'zod';
import { BOUNDS } from './bounds.ts';

export interface PromptRecord {
  readonly text: string;
  readonly answer: string | null;
  readonly metadata: Record<string, unknown> | null;
}
export interface PromptLineError {
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}
export interface PromptFile {
  readonly prompts: readonly PromptRecord[];
  /** The first 20; the file is refused if there is one. */
  readonly errors: readonly PromptLineError[];
}

const MAX_ERRORS = 20;
const text = z
  .string()
  .min(1, 'is empty')
  .max(BOUNDS.maxPromptChars, `is longer than ${BOUNDS.maxPromptChars} characters`);
const lineSchema = z.looseObject({
  prompt: text,
  answer: z.union([z.string(), z.number().transform(String)]).nullish(),
});

/** Reads a whole prompt file. Empty lines are passed over; every broken line is reported with its number. */
export function parsePromptFile(content: string): PromptFile {
  const prompts: PromptRecord[] = [];
  const errors: PromptLineError[] = [];
  const bytes = new TextEncoder().encode(content).byteLength;
  if (bytes > BOUNDS.maxPromptFileBytes) {
    const message = `the file has ${bytes} bytes; the bound is ${BOUNDS.maxPromptFileBytes}`;
    return { prompts, errors: [{ line: 1, message }] };
  }
  const lines = content.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  for (const [index, raw] of lines.entries()) {
    if (raw.trim() === '') continue;
    const line = index + 1;
    if (errors.length >= MAX_ERRORS) break;
    if (prompts.length >= BOUNDS.maxPrompts) {
      errors.push({ line, message: `more than ${BOUNDS.maxPrompts} prompts` });
      break;
    }
    const result = parseLine(raw);
    if ('message' in result) errors.push({ line, message: result.message });
    else prompts.push(result);
  }
  if (prompts.length === 0 && errors.length === 0)
    errors.push({ line: 1, message: 'the file has no prompts' });
  return { prompts, errors };
}

function parseLine(raw: string): PromptRecord | { message: string } {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch (error) {
    return { message: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join('.') ?? '';
    if (issue?.message.endsWith('received undefined')) return { message: `"${where}" is missing` };
    return {
      message: where === '' ? 'not an object with a "prompt"' : `"${where}": ${issue?.message ?? 'invalid'}`,
    };
  }
  const { prompt, answer, ...rest } = parsed.data;
  return { text: prompt, answer: answer ?? null, metadata: Object.keys(rest).length > 0 ? rest : null };
}
