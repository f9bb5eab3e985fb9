/** @file Workers that come, go, and take runs. */
import { nonNull, subscriptionField } from 'nexus';
import { actorOf } from '../../context.ts';
import { subscribeTo } from '../../realtime/subscribe.ts';

export const workerUpdated = subscriptionField('workerUpdated', {
  type: nonNull('Worker'),
  subscribe: (_, __, ctx) =>
    subscribeTo<string>(ctx, {
      *items(event) {
        if (event.type === 'worker') yield [event.workerId, event.workerId];
      },
      async resync() {
        const { workspaceId } = actorOf(ctx);
        const workers = await ctx.db.prisma.worker.findMany({ where: { workspaceId }, select: { id: true } });
        return workers.map(({ id }) => [id, id] as const);
      },
    }),
  resolve: (workerId: string, _, ctx) => ctx.loaders.worker.load(workerId),
});
