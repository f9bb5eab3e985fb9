/** @file Comments as they are written, changed and deleted. */
import { idArg, nonNull, subscriptionField } from 'nexus';
import type { Context } from '../../context.ts';
import { subscribeTo } from '../../realtime/subscribe.ts';
import { placeOf } from './comment.service.ts';

export const commentsAdded = subscriptionField('commentsAdded', {
  type: nonNull('Comment'),
  description: 'Of a run or of a completion; also when one is changed or deleted.',
  args: { subjectId: nonNull(idArg()) },
  subscribe: (_, { subjectId }, ctx) => subscribeToComments(ctx, subjectId),
  resolve: (commentId: string, _, ctx) =>
    ctx.db.prisma.comment.findUniqueOrThrow({ where: { id: commentId } }),
});

async function subscribeToComments(ctx: Context, subjectId: string) {
  const place = await placeOf(ctx, subjectId);
  return subscribeTo<string>(ctx, {
    *items(event) {
      if (event.type === 'comment' && event.subjectId === subjectId) yield [event.commentId, event.commentId];
    },
    async resync(since) {
      const recent = { gte: since };
      const found = await ctx.db.prisma.comment.findMany({
        where: { ...place, OR: [{ createdAt: recent }, { editedAt: recent }, { deletedAt: recent }] },
        select: { id: true },
        orderBy: { createdAt: 'asc' },
      });
      return found.map(({ id }) => [id, id] as const);
    },
  });
}
