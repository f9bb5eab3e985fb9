/** @file Workers of the workspace. */
import { intArg, nonNull, queryField, stringArg } from 'nexus';
import { actorOf } from '../../context.ts';

export const workers = queryField('workers', {
  type: nonNull('WorkerConnection'),
  args: { first: intArg(), after: stringArg() },
  resolve: (_, args, ctx) => ctx.loaders.workspaceWorkers.load(actorOf(ctx).workspaceId, args),
});
