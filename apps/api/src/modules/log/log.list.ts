/** @file The list of log lines. */
import { Prisma, type RunLog } from '@nabla/db';
import { columnsOf, type ListPlan } from '../../relay/listPlan.ts';

const logColumns = {
  runId: 'run_id',
  seq: 'seq::float8',
  time: 'time',
  level: 'level',
  message: 'message',
  step: 'step',
} satisfies Record<keyof RunLog, string>;

/** Lines of a run in the order of arrival. */
export const runLogPlan: ListPlan = {
  order: 'logs',
  match: Prisma.sql`l.run_id = parent.id`,
  columns: columnsOf('l', logColumns),
  from: Prisma.sql`run_log l`,
  where: null,
  keys: [{ expression: Prisma.sql`l.seq`, type: 'int8', descending: false }],
};
