/** @file Step records become durable: checked whole, then applied in one transaction. */
import { ingestSteps } from '@nabla/db';
import { actorOf, type Context } from '../../context.ts';
import { refuse } from '../../errors.ts';
import { requiredText } from '../../input.ts';
import { leaseLost } from './lease.service.ts';
import { RECORD_LIMITS } from './recordSteps.bounds.ts';
import { checkRecords, type StepRecordInput } from './recordSteps.check.ts';

export interface RecordStepsInput {
  runId: string;
  leaseToken: string;
  writer: string;
  records: readonly StepRecordInput[];
}

/** Acknowledged sequences are committed. Records that were applied before are acknowledged and change nothing. */
export async function recordSteps(ctx: Context, input: RecordStepsInput) {
  const writer = requiredText(input.writer, RECORD_LIMITS.writerChars, ['input', 'writer']);
  const totalSteps = await totalStepsOf(ctx, input.runId);
  const records = checkRecords(input.records, totalSteps);
  const { runId, leaseToken } = input;
  const result = await ingestSteps(ctx.db.pool, { runId, leaseToken, writer, records });
  if (result.outcome === 'leaseLost') throw leaseLost(['input', 'leaseToken']);
  return { acknowledged: result.acknowledged, duplicates: result.duplicates };
}

/** One prepared statement: this is asked with every record, and building it by Prisma would cost as much as the insert. */
async function totalStepsOf(ctx: Context, runId: string): Promise<number> {
  const { rows } = await ctx.db.pool.query<{ total_steps: number }>({
    name: 'record-total-steps',
    text: 'SELECT total_steps FROM run WHERE id = $1 AND workspace_id = $2',
    values: [runId, actorOf(ctx).workspaceId],
  });
  const run = rows[0];
  if (run === undefined)
    throw refuse('NOT_FOUND', `There is no run "${runId.slice(0, 80)}".`, ['input', 'runId']);
  return run.total_steps;
}
