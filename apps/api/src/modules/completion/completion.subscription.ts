/** @file Steps that record completions. */
import { idArg, nonNull, subscriptionField } from 'nexus';
import type { Context } from '../../context.ts';
import { subscribeTo } from '../../realtime/subscribe.ts';
import type { CompletionsAdded } from '../../sources.ts';
import { requireRun } from '../node/find.ts';

export const completionsAdded = subscriptionField('completionsAdded', {
  type: nonNull('CompletionsAdded'),
  description: 'One message per recorded step, with the completions of that step when asked for.',
  args: { runId: nonNull(idArg()) },
  subscribe: (_, { runId }, ctx) => subscribeToCompletions(ctx, runId),
  resolve: (event: CompletionsAdded) => event,
});

async function subscribeToCompletions(ctx: Context, runId: string) {
  await requireRun(ctx, runId, ['runId']);
  const message = (step: number) => [String(step), { runId, step }] as const;
  return subscribeTo<CompletionsAdded>(ctx, {
    *items(event) {
      if (event.type === 'record' && event.runId === runId) yield* event.completionSteps.map(message);
    },
    async resync(since) {
      const found = await ctx.db.prisma.stepRecord.findMany({
        where: { runId, receivedAt: { gte: since }, completionCount: { gt: 0 } },
        select: { step: true },
        orderBy: { step: 'asc' },
      });
      return [...new Set(found.map(({ step }) => step))].map(message);
    },
  });
}
