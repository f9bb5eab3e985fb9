/** @file The list of workers. */
import { Prisma, type Worker } from '@nabla/db';
import { columnsOf, type ListPlan } from '../../relay/listPlan.ts';

const workerColumns = {
  id: 'id',
  workspaceId: 'workspace_id',
  name: 'name',
  backend: 'backend',
  host: 'host',
  version: 'version',
  device: 'device',
  startedAt: 'started_at',
  lastSeenAt: 'last_seen_at',
} satisfies Record<keyof Worker, string>;

/** Workers of a workspace, the last started first. */
export const workerPlan: ListPlan = {
  order: 'workers',
  match: Prisma.sql`w.workspace_id = parent.id`,
  columns: columnsOf('w', workerColumns),
  from: Prisma.sql`worker w`,
  where: null,
  keys: [
    { expression: Prisma.sql`w.started_at`, type: 'timestamptz', descending: true },
    { expression: Prisma.sql`w.id`, type: 'text', descending: true },
  ],
};
