/** @file Projects of the workspace. */
import { extendType, intArg, nonNull, stringArg } from 'nexus';
import { actorOf } from '../../context.ts';

export const projectQueries = extendType({
  type: 'Query',
  definition(t) {
    t.nonNull.field('projects', {
      type: 'ProjectConnection',
      args: { first: intArg(), after: stringArg() },
      resolve: (_, args, ctx) => ctx.loaders.workspaceProjects.load(actorOf(ctx).workspaceId, args),
    });
    t.field('project', {
      type: 'Project',
      args: { slug: nonNull(stringArg()) },
      resolve: (_, { slug }, ctx) =>
        ctx.db.prisma.project.findUnique({
          where: { workspaceId_slug: { workspaceId: actorOf(ctx).workspaceId, slug } },
        }),
    });
  },
});
