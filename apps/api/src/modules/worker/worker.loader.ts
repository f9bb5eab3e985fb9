/** @file What workers do and did, for many at once. */
import type { Database } from '@nabla/db';
import { connectionLoader, valueLoader } from '../../relay/connectionLoader.ts';
import type { PageArgs } from '../../relay/page.ts';
import type { Run, Worker } from '../../sources.ts';
import { workerPlan } from './worker.list.ts';

export interface WorkerFigures {
  currentRun: Run | null;
  /** Runs that this worker has or had last. */
  runCount: number;
}

export function workerLoaders({ prisma, pool }: Database) {
  return {
    workspaceWorkers: connectionLoader<PageArgs, Worker>(pool, () => workerPlan),
    workerFigures: valueLoader<WorkerFigures>(
      async (ids) => {
        const [leases, counts] = await Promise.all([
          prisma.lease.findMany({
            where: { workerId: { in: ids } },
            orderBy: { acquiredAt: 'asc' },
            include: { run: true },
          }),
          prisma.run.groupBy({ by: ['workerId'], where: { workerId: { in: ids } }, _count: true }),
        ]);
        const figures = new Map<string, WorkerFigures>(
          ids.map((id) => [id, { currentRun: null, runCount: 0 }]),
        );
        for (const lease of leases) {
          const entry = figures.get(lease.workerId);
          if (entry !== undefined) entry.currentRun = lease.run;
        }
        for (const count of counts) {
          const entry = figures.get(count.workerId ?? '');
          if (entry !== undefined) entry.runCount = count._count;
        }
        return figures;
      },
      () => ({ currentRun: null, runCount: 0 }),
    ),
  };
}
