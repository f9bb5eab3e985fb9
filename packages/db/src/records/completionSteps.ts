/** @file Which steps of a run have completions. */
import type { Queryable } from '../queryable.ts';

/**
 * One probe of the primary key per step, from the last one down: PostgreSQL has no skip scan for DISTINCT, and reading all
 * completions of a long run to name its last 20 steps would be a thousand times the work.
 */
const LAST_STEPS = `
  WITH RECURSIVE found AS (
    (SELECT step, 1 AS n FROM completion WHERE run_id = $1 ORDER BY step DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT c.step FROM completion c WHERE c.run_id = $1 AND c.step < found.step ORDER BY c.step DESC LIMIT 1), n + 1
      FROM found WHERE found.step IS NOT NULL AND n < $2)
  SELECT step FROM found WHERE step IS NOT NULL ORDER BY step`;

/** The last `last` steps that have completions, ascending. */
export async function completionSteps(db: Queryable, runId: string, last: number): Promise<number[]> {
  if (last < 1) return [];
  const { rows } = await db.query<{ step: number }>({
    name: 'completion-steps',
    text: LAST_STEPS,
    values: [runId, last],
  });
  return rows.map((row) => row.step);
}
