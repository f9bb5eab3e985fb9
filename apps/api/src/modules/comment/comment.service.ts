/** @file Comments: written by anyone who may judge, changed and deleted by their author, deleted by owners too. */
import { completionId, newId, parseCompletionId } from '@nabla/db';
import { BOUNDS } from '@nabla/domain';
import { actorOf, type Context } from '../../context.ts';
import { refuse } from '../../errors.ts';
import { requiredText } from '../../input.ts';
import { publishIn } from '../../realtime/publish.ts';
import type { Comment } from '../../sources.ts';
import { findRun, requireCompletion, requireRun } from '../node/find.ts';
import { transact } from '../../transact.ts';

export async function addComment(ctx: Context, input: { subjectId: string; body: string }) {
  const { userId, workspaceId } = actorOf(ctx);
  const body = requiredText(input.body, BOUNDS.maxNoteChars, ['input', 'body']);
  const place = await placeOf(ctx, input.subjectId);
  return transact(ctx.db, async (tx) => {
    const comment = await tx.comment.create({
      data: { id: newId('comment'), ...place, authorId: userId, body },
    });
    await publishIn(tx, { type: 'comment', commentId: comment.id, subjectId: input.subjectId, workspaceId });
    return { comment };
  });
}

export async function editComment(ctx: Context, args: { id: string; body: string }) {
  const body = requiredText(args.body, BOUNDS.maxNoteChars, ['body']);
  const comment = await requireComment(ctx, args.id);
  if (comment.authorId !== actorOf(ctx).userId) {
    throw refuse('FORBIDDEN', 'A comment is changed by who wrote it.', ['id']);
  }
  if (comment.deletedAt !== null) throw refuse('INVALID_STATE', 'The comment has been deleted.', ['id']);
  return change(ctx, comment, { body, editedAt: new Date() });
}

export async function deleteComment(ctx: Context, id: string) {
  const comment = await requireComment(ctx, id);
  const { userId, role } = actorOf(ctx);
  if (comment.authorId !== userId && role !== 'OWNER') {
    throw refuse('FORBIDDEN', 'A comment is deleted by who wrote it or by an owner.', ['id']);
  }
  return comment.deletedAt === null ? change(ctx, comment, { body: '', deletedAt: new Date() }) : { comment };
}

/** Whether comments of the subject may be followed: it exists in the caller's workspace. @throws Refusal NOT_FOUND */
export async function placeOf(ctx: Context, subjectId: string) {
  const key = parseCompletionId(subjectId);
  if (key !== null) {
    await requireCompletion(ctx, subjectId, ['input', 'subjectId']);
    return { subject: 'COMPLETION' as const, runId: key.runId, step: key.step, index: key.index };
  }
  const run = await requireRun(ctx, subjectId, ['input', 'subjectId']);
  return { subject: 'RUN' as const, runId: run.id };
}

/** The global id of what a comment hangs below. */
export function subjectIdOf(comment: Comment): string {
  const { runId, step, index } = comment;
  return step === null || index === null ? runId : completionId({ runId, step, index });
}

async function requireComment(ctx: Context, id: string): Promise<Comment> {
  const comment = await ctx.db.prisma.comment.findUnique({ where: { id } });
  if (comment === null || (await findRun(ctx, comment.runId)) === null) {
    throw refuse('NOT_FOUND', `There is no comment "${id.slice(0, 80)}".`, ['id']);
  }
  return comment;
}

function change(ctx: Context, comment: Comment, data: { body: string; editedAt?: Date; deletedAt?: Date }) {
  const { workspaceId } = actorOf(ctx);
  return transact(ctx.db, async (tx) => {
    const changed = await tx.comment.update({ where: { id: comment.id }, data });
    await publishIn(tx, {
      type: 'comment',
      commentId: comment.id,
      subjectId: subjectIdOf(comment),
      workspaceId,
    });
    return { comment: changed };
  });
}
