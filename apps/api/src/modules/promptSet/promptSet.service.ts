/** @file Prompt files become versions of prompt sets: whole, or not at all. */
import { createHash } from 'node:crypto';
import { newId, Prisma } from '@nabla/db';
import { BOUNDS, parsePromptFile, type PromptFile, type PromptRecord } from '@nabla/domain';
import { actorOf, type Context } from '../../context.ts';
import { refuse, type UserError } from '../../errors.ts';
import { boundedText, refuseNul, requiredText } from '../../input.ts';
import type { PromptSet } from '../../sources.ts';
import { findPromptSet, requireProject } from '../node/find.ts';
import { transact } from '../../transact.ts';

const PREVIEW_PROMPTS = 20;
const MAX_PREVIEW_PROMPTS = 200;
const MAX_ALPHABET_CHARS = 2_000;
const INSERT_BATCH = 5_000;

export function previewPromptFile(args: { jsonl: string; limit?: number | null | undefined }) {
  const limit = args.limit ?? PREVIEW_PROMPTS;
  if (limit < 0 || limit > MAX_PREVIEW_PROMPTS) {
    throw refuse('TOO_LARGE', `"limit" is ${limit}; a preview shows 0 to ${MAX_PREVIEW_PROMPTS} prompts.`, [
      'limit',
    ]);
  }
  const { prompts, errors } = parsePromptFile(args.jsonl);
  return {
    promptCount: prompts.length,
    answeredCount: answered(prompts),
    prompts: prompts.slice(0, limit),
    longestPromptChars: prompts.reduce((longest, prompt) => Math.max(longest, prompt.text.length), 0),
    alphabet: alphabetOf(prompts),
    errors: [...errors],
  };
}

export async function createPromptSet(
  ctx: Context,
  input: { projectId: string; name: string; description?: string | null | undefined; jsonl: string },
) {
  const { userId } = actorOf(ctx);
  const project = await requireProject(ctx, input.projectId, ['input', 'projectId']);
  const name = requiredText(input.name, BOUNDS.maxNameChars, ['input', 'name']);
  const description = boundedText(input.description ?? '', BOUNDS.maxNoteChars, ['input', 'description']);
  const file = parsePromptFile(input.jsonl);
  if (file.errors.length > 0) return brokenFile(file);
  return transact(ctx.db, async (tx) => {
    const data = { id: newId('promptSet'), projectId: project.id, name, description, createdById: userId };
    const [promptSet] = await tx.promptSet.createManyAndReturn({ data: [data], skipDuplicates: true });
    if (promptSet === undefined) {
      throw refuse('CONFLICT', `The project has a prompt set "${name}" already; add a version to it.`, [
        'input',
        'name',
      ]);
    }
    await insertVersion(tx, { promptSet, version: 1, jsonl: input.jsonl, prompts: file.prompts, userId });
    return { promptSet };
  });
}

export async function addPromptSetVersion(ctx: Context, input: { promptSetId: string; jsonl: string }) {
  const { userId } = actorOf(ctx);
  const promptSet = await findPromptSet(ctx, input.promptSetId);
  if (promptSet === null) {
    throw refuse('NOT_FOUND', `There is no prompt set "${input.promptSetId.slice(0, 80)}".`, [
      'input',
      'promptSetId',
    ]);
  }
  const file = parsePromptFile(input.jsonl);
  if (file.errors.length > 0) return brokenFile(file);
  return transact(ctx.db, async (tx) => {
    // Two uploads at once take turns, so that each gets its own number.
    await tx.$queryRaw`SELECT 1 FROM prompt_set WHERE id = ${promptSet.id} FOR UPDATE`;
    const latest = await tx.promptSetVersion.aggregate({
      where: { promptSetId: promptSet.id },
      _max: { version: true },
    });
    const version = (latest._max.version ?? 0) + 1;
    await insertVersion(tx, { promptSet, version, jsonl: input.jsonl, prompts: file.prompts, userId });
    return { promptSet };
  });
}

interface VersionContent {
  promptSet: PromptSet;
  version: number;
  jsonl: string;
  prompts: readonly PromptRecord[];
  userId: string;
}

async function insertVersion(tx: Prisma.TransactionClient, content: VersionContent): Promise<void> {
  const { prompts } = content;
  // JSON can write one by an escape.
  refuseNul(prompts, ['input', 'jsonl']);
  const { id: versionId } = await tx.promptSetVersion.create({
    data: {
      id: newId('promptSetVersion'),
      promptSetId: content.promptSet.id,
      version: content.version,
      promptCount: prompts.length,
      answeredCount: answered(prompts),
      sha256: createHash('sha256').update(content.jsonl).digest('hex'),
      createdById: content.userId,
    },
  });
  for (let from = 0; from < prompts.length; from += INSERT_BATCH) {
    const batch = prompts.slice(from, from + INSERT_BATCH);
    const metadata = batch.map((prompt) =>
      prompt.metadata === null ? null : JSON.stringify(prompt.metadata),
    );
    await tx.$executeRaw`
      INSERT INTO prompt (version_id, index, text, answer, metadata)
      SELECT ${versionId}, ${from} + ord - 1, text, answer, metadata::jsonb
      FROM unnest(${batch.map((prompt) => prompt.text)}::text[], ${batch.map((prompt) => prompt.answer)}::text[],
                  ${metadata}::text[]) WITH ORDINALITY AS p(text, answer, metadata, ord)`;
  }
}

/** Nothing is stored when a line is broken: the payload of a file that has such lines. */
function brokenFile(file: PromptFile) {
  const first = file.errors[0];
  const message = `The prompt file has ${file.errors.length} broken line(s); the first is line ${first?.line}: ${first?.message}.`;
  const error: UserError = { code: 'INVALID_INPUT', message, path: ['input', 'jsonl'] };
  return { errors: [error], lineErrors: [...file.errors] };
}

function answered(prompts: readonly PromptRecord[]): number {
  return prompts.filter((prompt) => prompt.answer !== null).length;
}

/** Distinct characters of prompts and answers, sorted, cut where no alphabet of a model would go. */
function alphabetOf(prompts: readonly PromptRecord[]): string {
  const characters = new Set<string>();
  for (const prompt of prompts) {
    for (const character of prompt.text) characters.add(character);
    for (const character of prompt.answer ?? '') characters.add(character);
  }
  return [...characters].sort().slice(0, MAX_ALPHABET_CHARS).join('');
}
