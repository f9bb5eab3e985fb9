/** @file Changes of runs as they happen. */
import { idArg, nonNull, subscriptionField } from 'nexus';
import { actorOf, type Context } from '../../context.ts';
import { subscribeTo } from '../../realtime/subscribe.ts';
import { requireProject, requireRun } from '../node/find.ts';

export const runUpdated = subscriptionField('runUpdated', {
  type: nonNull('Run'),
  description:
    'Status, step, pending command, name or tags of a run changed: of one run, or of all of a project, or of all.',
  args: { runId: idArg(), projectId: idArg() },
  subscribe: (_, args, ctx) => subscribeToRuns(ctx, args),
  resolve: (runId: string, _, ctx) => ctx.loaders.run.load(runId),
});

interface Scope {
  runId?: string | null | undefined;
  projectId?: string | null | undefined;
}

async function subscribeToRuns(ctx: Context, { runId, projectId }: Scope) {
  if (runId != null) await requireRun(ctx, runId, ['runId']);
  if (projectId != null) await requireProject(ctx, projectId, ['projectId']);
  return subscribeTo<string>(ctx, {
    *items(event) {
      if (event.type !== 'run' && event.type !== 'record') return;
      if (runId != null && event.runId !== runId) return;
      if (projectId != null && event.projectId !== projectId) return;
      // Not of a step: a command or a status. A worker acts on it, and a fast run takes several steps within the interval.
      yield [event.runId, event.runId, event.type === 'run'];
    },
    async resync(since) {
      const runs = await ctx.db.prisma.run.findMany({
        where: {
          workspaceId: actorOf(ctx).workspaceId,
          updatedAt: { gte: since },
          ...(runId == null ? {} : { id: runId }),
          ...(projectId == null ? {} : { projectId }),
        },
        select: { id: true },
      });
      return runs.map(({ id }) => [id, id] as const);
    },
  });
}
