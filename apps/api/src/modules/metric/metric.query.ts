/** @file Series of several runs at once, to compare them. */
import { idArg, intArg, list, nonNull, queryField, stringArg } from 'nexus';
import { actorOf } from '../../context.ts';
import { refuse } from '../../errors.ts';
import { bounded, METRIC_LIMITS } from './metric.args.ts';
import { seriesOfRuns } from './metric.service.ts';

export const series = queryField('series', {
  type: nonNull(list(nonNull('MetricSeries'))),
  description: 'The named series of several runs at once (compare), at most 50 runs.',
  args: {
    runIds: nonNull(list(nonNull(idArg()))),
    names: nonNull(list(nonNull(stringArg()))),
    fromStep: intArg(),
    toStep: intArg(),
    maxPoints: intArg(),
  },
  async resolve(_, { runIds, ...args }, ctx) {
    const ids = [...new Set(runIds)];
    bounded(ids.length, METRIC_LIMITS.runs, 'runIds');
    const found = await ctx.db.prisma.run.findMany({
      where: { id: { in: ids }, workspaceId: actorOf(ctx).workspaceId },
      select: { id: true },
    });
    const known = new Set(found.map(({ id }) => id));
    const unknown = ids.find((id) => !known.has(id));
    if (unknown !== undefined)
      throw refuse('NOT_FOUND', `There is no run "${unknown.slice(0, 80)}".`, ['runIds']);
    return seriesOfRuns(ctx.db.pool, ids, args);
  },
});
