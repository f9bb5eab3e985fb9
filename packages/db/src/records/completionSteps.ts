/**
 * @file Which steps of runs have completions, and of which evaluation sets. PostgreSQL has no skip scan for DISTINCT, and
 * reading all completions of a long run to name its last 20 steps would be a thousand times the work: these walk from one
 * step to the next lower one on an index, so that the cost is the number of steps.
 */
import type { Queryable } from '../queryable.ts';

/**
 * A step may hold completions of evaluation sets only. Whether it has some that were trained on is one probe more: they
 * come first in a step, and the primary key finds the first.
 */
const OF_TRAINING = `
  SELECT run.id AS run_id, steps.step
    FROM unnest($1::text[]) AS run(id)
   CROSS JOIN LATERAL (
     WITH RECURSIVE walk(step, trained, n) AS (
       (SELECT last.step, %TRAINED%, (%TRAINED%)::int
          FROM (SELECT c.step FROM completion c WHERE c.run_id = run.id AND $2 > 0 ORDER BY c.step DESC LIMIT 1) last)
       UNION ALL
       SELECT last.step, %TRAINED%, walk.n + (%TRAINED%)::int
         FROM walk CROSS JOIN LATERAL (
           SELECT c.step FROM completion c WHERE c.run_id = run.id AND c.step < walk.step ORDER BY c.step DESC LIMIT 1) last
        WHERE walk.n < $2)
     SELECT step FROM walk WHERE trained) steps
   ORDER BY run.id, steps.step`.replaceAll(
  '%TRAINED%',
  'EXISTS (SELECT 1 FROM completion t WHERE t.run_id = run.id AND t.step = last.step AND t.evaluation_set IS NULL)',
);

/** The same on the partial index of evaluation's completions. */
const OF_SET = `
  SELECT run.id AS run_id, steps.step
    FROM unnest($1::text[]) AS run(id)
   CROSS JOIN LATERAL (
     WITH RECURSIVE walk(step, n) AS (
       (SELECT c.step, 1 FROM completion c
         WHERE c.run_id = run.id AND c.evaluation_set = $3 AND $2 > 0 ORDER BY c.step DESC LIMIT 1)
       UNION ALL
       SELECT last.step, walk.n + 1
         FROM walk CROSS JOIN LATERAL (
           SELECT c.step FROM completion c
            WHERE c.run_id = run.id AND c.evaluation_set = $3 AND c.step < walk.step ORDER BY c.step DESC LIMIT 1) last
        WHERE walk.n < $2)
     SELECT step FROM walk) steps
   ORDER BY run.id, steps.step`;

const SETS = `
  SELECT run.id AS run_id, sets.name
    FROM unnest($1::text[]) AS run(id)
   CROSS JOIN LATERAL (
     WITH RECURSIVE walk(name) AS (
       (SELECT c.evaluation_set FROM completion c
         WHERE c.run_id = run.id AND c.evaluation_set IS NOT NULL ORDER BY c.evaluation_set LIMIT 1)
       UNION ALL
       SELECT next.name FROM walk CROSS JOIN LATERAL (
         SELECT c.evaluation_set AS name FROM completion c
          WHERE c.run_id = run.id AND c.evaluation_set > walk.name ORDER BY c.evaluation_set LIMIT 1) next)
     SELECT name FROM walk) sets
   ORDER BY run.id, sets.name`;

/**
 * The last `last` steps of each run that have completions, ascending.
 * @param evaluationSet of this set; null: completions that were trained on.
 */
export async function completionSteps(
  db: Queryable,
  runIds: readonly string[],
  { last, evaluationSet = null }: { last: number; evaluationSet?: string | null },
): Promise<Map<string, number[]>> {
  const { rows } =
    evaluationSet === null
      ? await db.query<{ run_id: string; step: number }>({
          name: 'completion-steps',
          text: OF_TRAINING,
          values: [runIds, last],
        })
      : await db.query<{ run_id: string; step: number }>({
          name: 'completion-steps-of-set',
          text: OF_SET,
          values: [runIds, last, evaluationSet],
        });
  return grouped(rows.map((row) => [row.run_id, row.step]));
}

/** Names of the evaluation sets of which each run has completions, in alphabetical order. */
export async function evaluationSets(
  db: Queryable,
  runIds: readonly string[],
): Promise<Map<string, string[]>> {
  const { rows } = await db.query<{ run_id: string; name: string }>({
    name: 'evaluation-sets',
    text: SETS,
    values: [runIds],
  });
  return grouped(rows.map((row) => [row.run_id, row.name]));
}

function grouped<Value>(pairs: readonly (readonly [string, Value])[]): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const [key, value] of pairs) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
