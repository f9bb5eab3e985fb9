/** @file What hangs below runs, for many runs at once. */
import { completionSteps, type Database, evaluationSets } from '@nabla/db';
import DataLoader from 'dataloader';
import { refuse } from '../../errors.ts';
import { byArguments, connectionLoader, valueLoader } from '../../relay/connectionLoader.ts';
import type { PageArgs } from '../../relay/page.ts';
import type { Checkpoint, Run, RunFork, RunLog } from '../../sources.ts';
import { checkpointPlan } from '../checkpoint/checkpoint.list.ts';
import { runLogPlan } from '../log/log.list.ts';
import { type RunListArgs, runPlan } from './run.list.ts';

const MAX_COMPLETION_STEPS = 100_000;

export function runLoaders({ pool }: Database) {
  const checkpoints = connectionLoader<PageArgs, Checkpoint>(pool, () => checkpointPlan);
  const logs = connectionLoader<PageArgs, RunLog>(pool, () => runLogPlan);
  const steps = new DataLoader<
    { parentId: string; args: { last: number; evaluationSet: string | null } },
    number[],
    string
  >(
    (keys) =>
      byArguments(keys, async (args, runIds) => {
        const byRun = await completionSteps(pool, runIds, args);
        return (runId) => byRun.get(runId) ?? [];
      }),
    { cacheKeyFn: ({ parentId, args }) => JSON.stringify([parentId, args.last, args.evaluationSet]) },
  );
  return {
    /** Runs of a workspace. */
    workspaceRuns: connectionLoader<RunListArgs, Run>(pool, (args) => runPlan('workspace', args)),
    runTags: valueLoader<string[]>(
      async (ids) => {
        const { rows } = await pool.query<{ id: string; tags: string[] }>(
          'SELECT run_id AS id, array_agg(tag ORDER BY tag) AS tags FROM run_tag WHERE run_id = ANY($1) GROUP BY run_id',
          [ids],
        );
        return new Map(rows.map((row) => [row.id, row.tags]));
      },
      () => [],
    ),
    runLeaseLive: valueLoader<boolean>(
      async (ids) => {
        const { rows } = await pool.query<{ run_id: string }>(
          'SELECT run_id FROM lease WHERE run_id = ANY($1) AND expires_at > now()',
          [ids],
        );
        return new Map(rows.map((row) => [row.run_id, true]));
      },
      () => false,
    ),
    /** Current verdicts on the run's completions. */
    runVerdictCount: valueLoader<number>(
      async (ids) => {
        const { rows } = await pool.query<{ run_id: string; n: number }>(
          'SELECT run_id, count(*)::int AS n FROM verdict WHERE run_id = ANY($1) AND superseded_at IS NULL GROUP BY run_id',
          [ids],
        );
        return new Map(rows.map((row) => [row.run_id, row.n]));
      },
      () => 0,
    ),
    runCompletionSteps: {
      load(
        runId: string,
        args: { last?: number | null | undefined; evaluationSet?: string | null | undefined },
      ): Promise<number[]> {
        const last = args.last ?? MAX_COMPLETION_STEPS;
        if (last < 0 || last > MAX_COMPLETION_STEPS) {
          throw refuse('TOO_LARGE', `"last" is ${last}; it may be 0 to ${MAX_COMPLETION_STEPS}.`, ['last']);
        }
        return steps.load({ parentId: runId, args: { last, evaluationSet: args.evaluationSet ?? null } });
      },
    },
    runEvaluationSets: valueLoader<string[]>(
      (ids) => evaluationSets(pool, ids),
      () => [],
    ),
    /** From the run's own origin back to the first; empty for a run that is no fork. */
    runLineage: valueLoader<RunFork[]>(
      async (ids) => {
        const { rows } = await pool.query<RunFork & { id: string }>(lineageQuery, [ids]);
        const found = new Map<string, RunFork[]>();
        for (const { id, ...fork } of rows) found.set(id, [...(found.get(id) ?? []), fork]);
        return found;
      },
      () => [],
    ),
    runForks: connectionLoader<PageArgs, Run>(pool, (args) => runPlan('forks', args)),
    runCheckpoints: checkpoints,
    runLogs: {
      /** The last lines when neither end is asked for. */
      load: (runId: string, args: PageArgs) =>
        logs.load(runId, args.first == null && args.last == null ? { ...args, last: 100 } : args),
    },
  };
}

/** A fork is made after its parent, so that the walk ends. */
const lineageQuery = `
  WITH RECURSIVE lineage AS (
    SELECT r.id, 1 AS depth, r.forked_from_run_id, r.forked_from_step, r.forked_from_sha256
    FROM run r WHERE r.id = ANY($1)
    UNION ALL
    SELECT l.id, l.depth + 1, p.forked_from_run_id, p.forked_from_step, p.forked_from_sha256
    FROM lineage l JOIN run p ON p.id = l.forked_from_run_id
  )
  SELECT id, forked_from_run_id AS "runId", forked_from_step AS step, forked_from_sha256 AS sha256
  FROM lineage WHERE forked_from_run_id IS NOT NULL ORDER BY id, depth`;
