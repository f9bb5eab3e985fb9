/** @file Runs whose worker has fallen silent go back to the queue. */
import type pg from 'pg';
import { notify } from '../events/notify.ts';
import { inTransaction, type Queryable } from '../queryable.ts';

export type ExpiredRun = {
  runId: string;
  projectId: string;
  workspaceId: string;
  workerId: string;
  status: string;
};

/**
 * What a person asked of the run meanwhile is carried out on the way: a run to be cancelled is cancelled and one to be
 * paused is paused, since the worker that should have done it is gone. Lease rows are locked before run rows everywhere, so
 * that no two transactions wait for each other.
 */
const EXPIRE = `
  WITH gone AS (
    DELETE FROM lease WHERE run_id IN (
      SELECT run_id FROM lease WHERE %CONDITION% FOR UPDATE SKIP LOCKED)
    RETURNING run_id, worker_id)
  UPDATE run SET
      status = CASE pending_command WHEN 'CANCEL' THEN 'CANCELLED' WHEN 'PAUSE' THEN 'PAUSED' ELSE 'QUEUED' END::run_status,
      finished_at = CASE pending_command WHEN 'CANCEL' THEN now() END,
      pending_command = NULL, queued_at = now(), updated_at = now(), status_reason = $1
    FROM gone WHERE run.id = gone.run_id
  RETURNING run.id, run.project_id, run.workspace_id, gone.worker_id, run.status`;

/**
 * While PostgreSQL was down no heartbeat could arrive: after a restart every worker that was alive before it has one more
 * lease period to say so.
 */
const NOT_EXCUSED = `(renewed_at > pg_postmaster_start_time()
  OR now() > pg_postmaster_start_time() + make_interval(secs => seconds))`;

const LOG = `INSERT INTO run_log (run_id, time, level, message, step)
  SELECT id, now(), 'WARN', $2, step FROM run WHERE id = $1`;

/** Ends every lease whose time is over. Returns the runs, each with a log line that says what happened. */
export async function expireLeases(pool: pg.Pool): Promise<ExpiredRun[]> {
  return inTransaction(pool, (client) => expireLeasesIn(client, null));
}

/** The same inside a transaction of the caller's, for one workspace or (null) for all. */
export async function expireLeasesIn(
  client: pg.PoolClient,
  workspaceId: string | null,
): Promise<ExpiredRun[]> {
  const condition = `expires_at < now() AND ${NOT_EXCUSED} AND ($2::text IS NULL OR
    EXISTS (SELECT 1 FROM run WHERE run.id = lease.run_id AND run.workspace_id = $2))`;
  return end(client, condition, workspaceId, 'The worker stopped answering');
}

/** A worker that starts again gives back what it held before. */
export async function requeueRunsOfWorker(pool: pg.Pool, workerId: string): Promise<ExpiredRun[]> {
  return inTransaction(pool, (client) =>
    end(client, 'worker_id = $2', workerId, 'The worker was started again'),
  );
}

async function end(
  client: Queryable,
  condition: string,
  argument: string | null,
  why: string,
): Promise<ExpiredRun[]> {
  const { rows } = await client.query<{
    id: string;
    project_id: string;
    workspace_id: string;
    worker_id: string;
    status: string;
  }>(EXPIRE.replace('%CONDITION%', condition), [why, argument]);
  const runs = rows.map((row) => ({
    runId: row.id,
    projectId: row.project_id,
    workspaceId: row.workspace_id,
    workerId: row.worker_id,
    status: row.status,
  }));
  for (const run of runs) {
    const then =
      run.status === 'QUEUED'
        ? 'the run waits in the queue and will resume'
        : `the run is ${run.status.toLowerCase()}`;
    await client.query(LOG, [run.runId, `${why} (${run.workerId}); ${then}`]);
    await notify(client, {
      type: 'run',
      runId: run.runId,
      projectId: run.projectId,
      workspaceId: run.workspaceId,
    });
  }
  return runs;
}
