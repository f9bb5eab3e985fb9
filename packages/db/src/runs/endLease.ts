/** @file A worker lets go of its run: paused, given back, finished or failed. */
import type pg from 'pg';
import type { RunStatus } from '../generated/enums.ts';
import { notify } from '../events/notify.ts';
import { inTransaction } from '../queryable.ts';
import { hashToken } from './leaseToken.ts';

export type EndLeaseInput = {
  runId: string;
  leaseToken: string;
  /** RELEASED: carry out what was asked (pause, cancel), or back to the queue when nothing was. */
  outcome: 'RELEASED' | 'FINISHED' | 'FAILED';
  /** The cause of a failure, or why it was released; shown on the run. */
  reason?: string | undefined;
};

const END = `
  WITH held AS (DELETE FROM lease WHERE run_id = $1 AND token_hash = $2 RETURNING run_id)
  UPDATE run SET
      status = (CASE $3 WHEN 'FINISHED' THEN 'FINISHED' WHEN 'FAILED' THEN 'FAILED' ELSE
        CASE pending_command WHEN 'CANCEL' THEN 'CANCELLED' WHEN 'PAUSE' THEN 'PAUSED' ELSE 'QUEUED' END END)::run_status,
      finished_at = CASE WHEN $3 <> 'RELEASED' OR pending_command = 'CANCEL' THEN now() END,
      pending_command = NULL, queued_at = now(), updated_at = now(), status_reason = $4
    FROM held WHERE run.id = held.run_id
  RETURNING run.status, run.project_id, run.workspace_id`;

/** Ends the lease and returns the run's new status. Null when the lease was lost before: nothing is changed. */
export async function endLease(pool: pg.Pool, input: EndLeaseInput): Promise<RunStatus | null> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ status: RunStatus; project_id: string; workspace_id: string }>({
      name: 'end-lease',
      text: END,
      values: [input.runId, hashToken(input.leaseToken), input.outcome, input.reason ?? null],
    });
    const run = rows[0];
    if (run === undefined) return null;
    await notify(client, {
      type: 'run',
      runId: input.runId,
      projectId: run.project_id,
      workspaceId: run.workspace_id,
    });
    return run.status;
  });
}
