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
