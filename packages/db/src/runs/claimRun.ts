/** @file A worker takes the next run from the queue. */
import type pg from 'pg';
import { notify } from '../events/notify.ts';
import { inTransaction } from '../queryable.ts';
import { expireLeasesIn } from './expireLeases.ts';
import { hashToken, newLeaseToken } from './leaseToken.ts';

export type ClaimInput = {
  workspaceId: string;
  workerId: string;
  /** Only this run; the oldest waiting one when absent. */
  runId?: string | undefined;
  /** How long the lease lives without a heartbeat. */
  leaseSeconds: number;
  /** What the worker computes with; shown on the run. */
  backend: string;
};

export type Claim = {
  runId: string;
  projectId: string;
  leaseToken: string;
  attempt: number;
  expiresAt: Date;
};

/**
 * SKIP LOCKED lets two claimers pass each other without waiting. Only `status = 'QUEUED'` is looked at: PostgreSQL checks
 * that again on the newest version of the row once it is locked, which it would not do for a joined lease (an expired lease
 * is therefore first turned into QUEUED, under a lock of its own). The partial index `run_queue` serves the order.
 */
const CLAIM = `
  UPDATE run SET status = 'RUNNING', attempt = attempt + 1, worker_id = $2, backend = $4, status_reason = NULL,
                 pending_command = NULL, started_at = coalesce(started_at, now()), last_heartbeat_at = now(), updated_at = now()
   WHERE id = (SELECT id FROM run
                WHERE workspace_id = $1 AND status = 'QUEUED' AND NOT archived
                  AND (reserved_worker_id IS NULL OR reserved_worker_id = $2)
                  AND ($3::text IS NULL OR id = $3)
                ORDER BY queued_at, id
                LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING id, project_id, attempt`;

const HOLD = `
  INSERT INTO lease (run_id, token_hash, worker_id, attempt, seconds, expires_at)
  VALUES ($1, $2, $3, $4, $5::int, now() + make_interval(secs => $5::int))
  RETURNING expires_at`;

/** The claim, or null when nothing waits that this worker may take. No two claimers get the same run. */
export async function claimRun(pool: pg.Pool, input: ClaimInput): Promise<Claim | null> {
  return inTransaction(pool, async (client) => {
    await expireLeasesIn(client, input.workspaceId);
    const { rows } = await client.query<{ id: string; project_id: string; attempt: number }>({
      name: 'claim-run',
      text: CLAIM,
      values: [input.workspaceId, input.workerId, input.runId ?? null, input.backend],
    });
    const run = rows[0];
    if (run === undefined) return null;
    const leaseToken = newLeaseToken();
    const held = await client.query<{ expires_at: Date }>({
      name: 'claim-hold',
      text: HOLD,
      values: [run.id, hashToken(leaseToken), input.workerId, run.attempt, input.leaseSeconds],
    });
    await client.query('UPDATE worker SET last_seen_at = now() WHERE id = $1', [input.workerId]);
    await notify(client, {
      type: 'run',
      runId: run.id,
      projectId: run.project_id,
      workspaceId: input.workspaceId,
    });
    const expiresAt = held.rows[0]?.expires_at;
    if (expiresAt === undefined) throw new Error(`The lease of ${run.id} was not stored`);
    return { runId: run.id, projectId: run.project_id, leaseToken, attempt: run.attempt, expiresAt };
  });
}
