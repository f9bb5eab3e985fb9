/** @file Numbers runs 1, 2, 3 ... within their project. */
import type { Queryable } from '../queryable.ts';

/**
 * Takes the next number. Call it in the transaction that inserts the run: the project's row stays locked until then, so
 * numbers have no gaps and no doubles. From a Prisma transaction use the same statement through
 * `project.update({ data: { lastRunNumber: { increment: 1 } } })`. Throws when the project does not exist.
 */
export async function nextRunNumber(db: Queryable, projectId: string): Promise<number> {
  const { rows } = await db.query<{ number: number }>(
    'UPDATE project SET last_run_number = last_run_number + 1 WHERE id = $1 RETURNING last_run_number AS number',
    [projectId],
  );
  const number = rows[0]?.number;
  if (number === undefined) throw new Error(`There is no project ${projectId}`);
  return number;
}
