/** @file Runs by id and by filter. */
import { extendType, idArg, intArg, nonNull, stringArg } from 'nexus';
import { actorOf } from '../../context.ts';
import { findRun } from '../node/find.ts';

export const runQueries = extendType({
  type: 'Query',
  definition(t) {
    t.field('run', {
      type: 'Run',
      args: { id: nonNull(idArg()) },
      resolve: (_, { id }, ctx) => findRun(ctx, id),
    });
    t.nonNull.field('runs', {
      type: 'RunConnection',
      description: 'Runs across projects.',
      args: {
        first: intArg(),
        after: stringArg(),
        last: intArg(),
        before: stringArg(),
        filter: 'RunFilter',
        orderBy: 'RunOrder',
      },
      resolve: (_, args, ctx) => ctx.loaders.workspaceRuns.load(actorOf(ctx).workspaceId, args),
    });
  },
});
