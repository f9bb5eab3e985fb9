/** @file What a person writes on a run: name, tags, note, archive. */
import { Prisma } from '@nabla/db';
import { BOUNDS, isTerminal } from '@nabla/domain';
import type { Context } from '../../context.ts';
import { refuse } from '../../errors.ts';
import { boundedText, requiredText, tagList } from '../../input.ts';
import { publishIn, runEvent } from '../../realtime/publish.ts';
import type { Run } from '../../sources.ts';
import { requireRun } from '../node/find.ts';
import { transact } from '../../transact.ts';

export async function renameRun(ctx: Context, args: { id: string; name: string }) {
  const name = requiredText(args.name, BOUNDS.maxNameChars, ['name']);
  return change(ctx, args.id, { name });
}

export async function setRunNote(ctx: Context, args: { id: string; note: string }) {
  return change(ctx, args.id, { note: boundedText(args.note, BOUNDS.maxNoteChars, ['note']) });
}

export async function archiveRun(ctx: Context, args: { id: string; archived: boolean }) {
  const run = await requireRun(ctx, args.id);
  // A worker would never find it, and nobody would see it wait.
  if (args.archived && !isTerminal(run.status) && run.status !== 'PAUSED') {
    throw refuse('INVALID_STATE', `The run is ${run.status}; pause, cancel or finish it before archiving.`, [
      'id',
    ]);
  }
  return change(ctx, args.id, { archived: args.archived });
}

export async function setRunTags(ctx: Context, args: { id: string; tags: readonly string[] }) {
  const tags = tagList(args.tags, ['tags']);
  const run = await requireRun(ctx, args.id);
  return transact(ctx.db, async (tx) => {
    await tx.runTag.deleteMany({ where: { runId: run.id } });
    await tx.runTag.createMany({ data: tags.map((tag) => ({ runId: run.id, tag })), skipDuplicates: true });
    return { run: await touch(tx, run.id, {}) };
  });
}

async function change(ctx: Context, id: string, data: Prisma.RunUpdateInput) {
  const run = await requireRun(ctx, id);
  return transact(ctx.db, async (tx) => ({ run: await touch(tx, run.id, data) }));
}

async function touch(tx: Prisma.TransactionClient, id: string, data: Prisma.RunUpdateInput): Promise<Run> {
  const run = await tx.run.update({ where: { id }, data: { ...data, updatedAt: new Date() } });
  await publishIn(tx, runEvent(run));
  return run;
}
