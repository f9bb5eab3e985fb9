/** @file The list of checkpoints. */
import { type Checkpoint, Prisma } from '@nabla/db';
import { columnsOf, type ListPlan } from '../../relay/listPlan.ts';

const checkpointColumns = {
  id: 'id',
  runId: 'run_id',
  step: 'step',
  sha256: 'sha256',
  bytes: 'bytes::float8',
  metrics: 'metrics',
  createdAt: 'created_at',
  deletedAt: 'deleted_at',
} satisfies Record<keyof Checkpoint, string>;

/** Checkpoints of a run, latest step first. */
export const checkpointPlan: ListPlan = {
  order: 'checkpoints',
  match: Prisma.sql`c.run_id = parent.id`,
  columns: columnsOf('c', checkpointColumns),
  from: Prisma.sql`checkpoint c`,
  where: null,
  keys: [{ expression: Prisma.sql`c.step`, type: 'int4', descending: true }],
};
