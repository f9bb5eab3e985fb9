/** @file Current verdicts, for many completions at once. */
import type { Database } from '@nabla/db';
import type { Verdict } from '../../sources.ts';
import { completionBatchLoader } from '../completion/completionBatch.ts';

export function reviewLoaders({ pool }: Database) {
  return {
    /** All current verdicts, whoever asks: only `review.visibility.ts` may hand them on. */
    completionVerdicts: completionBatchLoader<Verdict & { run_id: string }, Verdict[]>(
      async (columns) => (await pool.query<Verdict & { run_id: string }>(verdictsQuery, columns)).rows,
      (rows) => rows,
    ),
  };
}

const verdictsQuery = `
  SELECT v.run_id, v.id, v.run_id AS "runId", v.step, v.index, v.author_id AS "authorId", v.value, v.note,
         v.created_at AS "createdAt", v.superseded_at AS "supersededAt"
  FROM unnest($1::text[], $2::int[], $3::int[]) AS k(run_id, step, index) JOIN verdict v USING (run_id, step, index)
  WHERE v.superseded_at IS NULL ORDER BY v.created_at, v.id`;
