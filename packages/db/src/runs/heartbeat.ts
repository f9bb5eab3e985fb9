/** @file A worker says that it lives. */
import type pg from 'pg';
import type { RunCommand, RunStatus } from '../generated/enums.ts';
import { notify } from '../events/notify.ts';
import { inTransaction } from '../queryable.ts';
import { hashToken } from './leaseToken.ts';

export type HeartbeatInput = {
  leaseToken: string;
  /** Last step done; raises the run's step, never lowers it. */
  step?: number | undefined;
  /** Why the run does not move (a full disk), null when it does. Absent: unchanged. */
  statusReason?: string | null | undefined;
};

export type Heartbeat = { runId: string; status: RunStatus; command: RunCommand; expiresAt: Date };

/**
 * A lease lives until the sweep or a release takes its row, not by the clock alone: a worker whose heartbeat was late
 * because the database was away goes on if nobody has taken the run meanwhile.
 */
const EXTEND = `
  UPDATE lease SET renewed_at = now(), expires_at = greatest(expires_at, now() + make_interval(secs => seconds))
   WHERE token_hash = $1
  RETURNING run_id, worker_id, expires_at`;

const TOUCH_RUN = `
  UPDATE run SET last_heartbeat_at = now(), step = greatest(step, coalesce($2, step)),
                 status_reason = CASE WHEN $3 THEN $4 ELSE status_reason END,
                 updated_at = CASE WHEN $3 AND status_reason IS DISTINCT FROM $4 THEN now() ELSE updated_at END
    FROM (SELECT id, status_reason AS before FROM run WHERE id = $1) AS old
   WHERE run.id = old.id
  RETURNING run.status, run.pending_command, run.project_id, run.workspace_id,
            $3 AND old.before IS DISTINCT FROM $4 AS reason_changed`;

/** Extends the lease and answers what was asked of the run. Null when the lease is lost: the worker must let go. */
export async function heartbeat(pool: pg.Pool, input: HeartbeatInput): Promise<Heartbeat | null> {
  return inTransaction(pool, async (client) => {
    const extended = await client.query<{ run_id: string; worker_id: string; expires_at: Date }>({
      name: 'heartbeat-extend',
      text: EXTEND,
      values: [hashToken(input.leaseToken)],
    });
    const lease = extended.rows[0];
    if (lease === undefined) return null;
    await client.query('UPDATE worker SET last_seen_at = now() WHERE id = $1', [lease.worker_id]);
    const touched = await client.query<{
      status: RunStatus;
      pending_command: RunCommand | null;
      project_id: string;
      workspace_id: string;
      reason_changed: boolean;
    }>({
      name: 'heartbeat-run',
      text: TOUCH_RUN,
      values: [
        lease.run_id,
        input.step ?? null,
        input.statusReason !== undefined,
        input.statusReason ?? null,
      ],
    });
    const run = touched.rows[0];
    if (run === undefined) return null;
    if (run.reason_changed) {
      await notify(client, {
        type: 'run',
        runId: lease.run_id,
        projectId: run.project_id,
        workspaceId: run.workspace_id,
      });
    }
    return {
      runId: lease.run_id,
      status: run.status,
      command: run.pending_command ?? 'CONTINUE',
      expiresAt: lease.expires_at,
    };
  });
}
