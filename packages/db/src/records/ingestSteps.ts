/**
 * @file The write path of a training run: what a trainer recorded becomes durable in one transaction, once, however
 * often it is sent.
 */
import type pg from 'pg';
import { cleanText } from '../cleanText.ts';
import { notify } from '../events/notify.ts';
import { appendMetrics } from '../metrics/appendMetrics.ts';
import { inTransaction, type Queryable } from '../queryable.ts';
import { hashToken } from '../runs/leaseToken.ts';
import { makeRecordEvent } from './makeRecordEvent.ts';
import type { LogEntry, StepRecordEntry } from './stepRecord.ts';
import { writeCompletions } from './writeCompletions.ts';

export type IngestInput = {
  runId: string;
  leaseToken: string;
  /** Who numbers the sequences: one spool. */
  writer: string;
  records: readonly StepRecordEntry[];
};

export type IngestResult =
  /** All sequences sent are durable now; `duplicates` of them were before. */
  | { outcome: 'applied'; acknowledged: number[]; duplicates: number }
  /** The lease is not (or no longer) this token's: nothing was written. */
  | { outcome: 'leaseLost' };

/** The lock makes records of one run take turns, and keeps the lease from being taken while they are written. */
const LOCK_LEASE = `
  SELECT lease.attempt, run.project_id, run.workspace_id
    FROM lease JOIN run ON run.id = lease.run_id
   WHERE lease.run_id = $1 AND lease.token_hash = $2
     FOR UPDATE OF lease`;

const LEDGER = `
  INSERT INTO step_record (run_id, writer, attempt, sequence, step, stage, point_count, completion_count, time)
  SELECT $1, $2, $3, * FROM unnest($4::int[], $5::int[], $6::run_stage[], $7::int[], $8::int[], $9::timestamptz[])
  ON CONFLICT (run_id, writer, sequence) DO NOTHING
  RETURNING sequence`;

const INSERT_LOGS = `
  INSERT INTO run_log (run_id, time, level, message, step)
  SELECT $1, * FROM unnest($2::timestamptz[], $3::log_level[], $4::text[], $5::int[])`;

const ADVANCE_RUN = `
  UPDATE run SET step = greatest(step, $2), updated_at = now(),
                 stage = CASE WHEN $2 >= step THEN coalesce($3::run_stage, stage) ELSE stage END
   WHERE id = $1`;

/**
 * Applies the records whose sequence is new and acknowledges all. Order of sequences does not matter; of a metric's step or
 * a completion that comes twice the one that arrived later counts.
 */
export async function ingestSteps(pool: pg.Pool, input: IngestInput): Promise<IngestResult> {
  return inTransaction(pool, async (client) => {
    const { runId } = input;
    const locked = await client.query<{ attempt: number; project_id: string; workspace_id: string }>({
      name: 'ingest-lock',
      text: LOCK_LEASE,
      values: [runId, hashToken(input.leaseToken)],
    });
    const lease = locked.rows[0];
    if (lease === undefined) return { outcome: 'leaseLost' };
    const acknowledged = [...new Set(input.records.map((record) => record.sequence))];
    const fresh = await enterInLedger(client, input, lease.attempt);
    if (fresh.length > 0) {
      const added = await appendMetrics(
        client,
        runId,
        fresh.flatMap((record) =>
          record.metrics.map(({ name, steps, values }) => ({ metric: cleanText(name), steps, values })),
        ),
      );
      const completions = fresh.flatMap(({ step, completions: list }) =>
        list.map((entry) => ({ ...entry, step })),
      );
      await writeCompletions(client, runId, completions);
      const logs = fresh.flatMap((record) => record.logs);
      await insertLogs(client, runId, logs);
      await advanceRun(client, runId, fresh);
      const stepsOf = (evaluated: boolean) =>
        [
          ...new Set(
            completions
              .filter(({ evaluationSet }) => (evaluationSet !== null) === evaluated)
              .map(({ step }) => step),
          ),
        ].sort((a, b) => a - b);
      const completionSteps = stepsOf(false);
      const evaluationSteps = stepsOf(true);
      const { project_id: projectId, workspace_id: workspaceId } = lease;
      await notify(
        client,
        makeRecordEvent({
          ...{ runId, projectId, workspaceId, added, completionSteps, evaluationSteps },
          logs: logs.length > 0,
        }),
      );
    }
    return { outcome: 'applied', acknowledged, duplicates: input.records.length - fresh.length };
  });
}

/** Enters all sequences and returns the records that were not there, by sequence. */
async function enterInLedger(db: Queryable, input: IngestInput, attempt: number): Promise<StepRecordEntry[]> {
  const { records } = input;
  const { rows } = await db.query<{ sequence: number }>({
    name: 'ingest-ledger',
    text: LEDGER,
    values: [
      input.runId,
      input.writer,
      attempt,
      records.map((record) => record.sequence),
      records.map((record) => record.step),
      records.map((record) => record.stage),
      records.map((record) => record.metrics.reduce((sum, { steps }) => sum + steps.length, 0)),
      records.map((record) => record.completions.length),
      records.map((record) => record.time),
    ],
  });
  const entered = new Set(rows.map((row) => row.sequence));
  // `delete` answers true once, so a sequence that one request names twice is applied once.
  return records.filter((record) => entered.delete(record.sequence)).sort((a, b) => a.sequence - b.sequence);
}

async function insertLogs(db: Queryable, runId: string, logs: readonly LogEntry[]): Promise<void> {
  if (logs.length === 0) return;
  await db.query({
    name: 'ingest-logs',
    text: INSERT_LOGS,
    values: [
      runId,
      logs.map((log) => log.time),
      logs.map((log) => log.level),
      logs.map((log) => cleanText(log.message)),
      logs.map((log) => log.step),
    ],
  });
}

async function advanceRun(db: Queryable, runId: string, records: readonly StepRecordEntry[]): Promise<void> {
  const latest = records.reduce((best, record) => (record.step >= best.step ? record : best));
  await db.query({ name: 'ingest-advance', text: ADVANCE_RUN, values: [runId, latest.step, latest.stage] });
}
