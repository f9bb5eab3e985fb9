/** @file Step records become durable: checked whole, then applied in one transaction. */
import { ingestSteps } from '@nabla/db';
import type { Context } from '../../context.ts';
import { requiredText } from '../../input.ts';
import { requireRun } from '../node/find.ts';
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
  const run = await requireRun(ctx, input.runId, ['input', 'runId']);
  const records = checkRecords(input.records, run.totalSteps);
  const result = await ingestSteps(ctx.db.pool, {
    runId: run.id,
    leaseToken: input.leaseToken,
    writer,
    records,
  });
  if (result.outcome === 'leaseLost') throw leaseLost(['input', 'leaseToken']);
  return { acknowledged: result.acknowledged, duplicates: result.duplicates };
}
