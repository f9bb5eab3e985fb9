/** @file Verdicts as they are given: who judged what, not how. The verdict itself is read under the rule of visibility. */
import { completionId } from '@nabla/db';
import { idArg, nonNull, subscriptionField } from 'nexus';
import type { Context } from '../../context.ts';
import { subscribeTo } from '../../realtime/subscribe.ts';
import type { VerdictAdded } from '../../sources.ts';
import { requireRun } from '../node/find.ts';

export const verdictsAdded = subscriptionField('verdictsAdded', {
  type: nonNull('VerdictAdded'),
  args: { runId: nonNull(idArg()) },
  subscribe: (_, { runId }, ctx) => subscribeToVerdicts(ctx, runId),
  resolve: (event: VerdictAdded) => event,
});

async function subscribeToVerdicts(ctx: Context, runId: string) {
  await requireRun(ctx, runId, ['runId']);
  const message = ({ step, index, authorId }: Pick<VerdictAdded, 'step' | 'index' | 'authorId'>) =>
    [`${completionId({ runId, step, index })} ${authorId}`, { runId, step, index, authorId }] as const;
  return subscribeTo<VerdictAdded>(ctx, {
    *items(event) {
      if (event.type === 'verdict' && event.runId === runId) yield message(event);
    },
    async resync(since) {
      const found = await ctx.db.prisma.verdict.findMany({
        where: { runId, createdAt: { gte: since }, supersededAt: null },
        orderBy: { createdAt: 'asc' },
      });
      return found.map(message);
    },
  });
}
