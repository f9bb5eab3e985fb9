/** @file Completions by key, and what hangs below them. */
import type { Database } from '@nabla/db';
import { z } from 'zod';
import { connectionLoader } from '../../relay/connectionLoader.ts';
import type { Completion, CompletionTokens, RewardComponent } from '../../sources.ts';
import { completionBatchLoader } from './completionBatch.ts';
import { type CompletionListArgs, completionPlan, completionSelect } from './completion.list.ts';

interface KeyRow {
  run_id: string;
  step: number;
  index: number;
}

const piecesSchema = z.array(z.string());

/** @param viewerId whose verdicts `judgedByMe` means. */
export function completionLoaders({ pool }: Database, viewerId: string) {
  return {
    completion: completionBatchLoader<Completion & KeyRow, Completion>(
      async (columns) => (await pool.query<Completion & KeyRow>(completionsQuery, columns)).rows,
      ([row]) => row ?? new Error('a completion that something refers to does not exist'),
    ),
    completionRewards: completionBatchLoader<RewardComponent & KeyRow, RewardComponent[]>(
      async (columns) => (await pool.query<RewardComponent & KeyRow>(rewardsQuery, columns)).rows,
      (rows) => rows,
    ),
    completionTokens: completionBatchLoader<
      Omit<CompletionTokens, 'pieces'> & { pieces: unknown } & KeyRow,
      CompletionTokens | null
    >(
      async (columns) => (await pool.query(tokensQuery, columns)).rows,
      ([row]) => (row === undefined ? null : { ...row, pieces: piecesSchema.parse(row.pieces) }),
    ),
    completionCommentCount: completionBatchLoader<{ n: number } & KeyRow, number>(
      async (columns) => (await pool.query<{ n: number } & KeyRow>(commentCountQuery, columns)).rows,
      ([row]) => row?.n ?? 0,
    ),
    /** Of an evaluation's completions: whether none of the same prompt stands before it. */
    completionGreedy: completionBatchLoader<{ first: boolean } & KeyRow, boolean>(
      async (columns) => (await pool.query<{ first: boolean } & KeyRow>(greedyQuery, columns)).rows,
      ([row]) => row?.first ?? false,
    ),
    runCompletions: connectionLoader<CompletionListArgs, Completion>(pool, (args) =>
      completionPlan(args, viewerId),
    ),
  };
}

const KEYS = 'unnest($1::text[], $2::int[], $3::int[]) AS k(run_id, step, index)';
const completionsQuery = `
  SELECT k.run_id, ${completionSelect} FROM ${KEYS} JOIN completion c USING (run_id, step, index)`;
const rewardsQuery = `
  SELECT r.run_id, r.step, r.index, r.component, r.value, r.used, r.weight, r.version, r.error
  FROM ${KEYS} JOIN reward r USING (run_id, step, index) ORDER BY r.position`;
const tokensQuery = `
  SELECT t.run_id, t.step, t.index, t.token_ids AS "tokenIds", t.pieces, t.logp, t.ref_logp AS "refLogp", t.updated_logp AS "updatedLogp"
  FROM ${KEYS} JOIN completion_tokens t USING (run_id, step, index)`;
const commentCountQuery = `
  SELECT m.run_id, m.step, m.index, count(*)::int AS n
  FROM ${KEYS} JOIN comment m USING (run_id, step, index) WHERE m.deleted_at IS NULL GROUP BY 1, 2, 3`;
// A prompt's completions stand together, so that one look-up by the primary key says it.
const greedyQuery = `
  SELECT c.run_id, c.step, c.index, b.index IS NULL AS first
  FROM ${KEYS} JOIN completion c USING (run_id, step, index)
  LEFT JOIN completion b ON b.run_id = c.run_id AND b.step = c.step AND b.index = c.index - 1
    AND b.evaluation_set = c.evaluation_set AND b."group" = c."group"`;
