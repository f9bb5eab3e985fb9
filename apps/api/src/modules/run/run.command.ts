/** @file Pause, resume, cancel: at once where nobody works on the run, else as a command that its worker carries out. */
import type { Prisma, RunStatus } from '@nabla/db';
import type { Context } from '../../context.ts';
import { refuse } from '../../errors.ts';
import { publishIn, runEvent } from '../../realtime/publish.ts';
import type { Run } from '../../sources.ts';
import { requireRun } from '../node/find.ts';
import { transact } from '../../transact.ts';

/** QUEUED → PAUSED at once; RUNNING → PAUSE pending until the worker releases the run. */
export function pauseRun(ctx: Context, id: string) {
  return command(ctx, id, 'paused', (run) => {
    switch (run.status) {
      case 'QUEUED':
        return { status: 'PAUSED' };
      case 'RUNNING':
        // A cancel that waits is the stronger word.
        return run.pendingCommand === 'CANCEL' ? null : { pendingCommand: 'PAUSE' };
      case 'PAUSED':
        return {};
      default:
        return null;
    }
  });
}

/** PAUSED → QUEUED; a pause that its worker has not yet carried out is taken back. */
export function resumeRun(ctx: Context, id: string) {
  return command(ctx, id, 'resumed', (run) => {
    switch (run.status) {
      case 'PAUSED':
        return { status: 'QUEUED', queuedAt: new Date(), statusReason: null };
      case 'RUNNING':
        return run.pendingCommand === 'PAUSE' ? { pendingCommand: null } : null;
      case 'QUEUED':
        return {};
      default:
        return null;
    }
  });
}

/** QUEUED, PAUSED → CANCELLED at once; RUNNING → CANCEL pending until the worker releases the run. */
export function cancelRun(ctx: Context, id: string) {
  return command(ctx, id, 'cancelled', (run) => {
    switch (run.status) {
      case 'QUEUED':
      case 'PAUSED':
        return { status: 'CANCELLED', finishedAt: new Date() };
      case 'RUNNING':
        return { pendingCommand: 'CANCEL' };
      case 'CANCELLED':
        return {};
      default:
        return null;
    }
  });
}

/**
 * RUNNING → CHECKPOINT pending until one is recorded. A pause that waits writes a checkpoint by itself and stays; asked for
 * again, the earlier request stands.
 */
export function checkpointRun(ctx: Context, id: string) {
  return command(ctx, id, 'asked for a checkpoint', (run) => {
    if (run.status !== 'RUNNING') return null;
    switch (run.pendingCommand) {
      case 'CANCEL':
        return null;
      case 'PAUSE':
      case 'CHECKPOINT':
        return {};
      default:
        return { pendingCommand: 'CHECKPOINT', checkpointAskedAt: run.step };
    }
  });
}

/** @param move what changes; nothing when the run is there already; null when the move is not allowed. */
async function command(
  ctx: Context,
  id: string,
  verb: string,
  move: (run: Run) => Prisma.RunUncheckedUpdateInput | null,
): Promise<{ run: Run }> {
  const found = await requireRun(ctx, id);
  return transact(ctx.db, async (tx) => {
    const run = await locked(tx, found.id);
    const data = move(run);
    if (data === null)
      throw refuse('INVALID_STATE', `The run is ${statusWords(run)} and cannot be ${verb}.`, ['id']);
    if (Object.keys(data).length === 0) return { run };
    const changed = await tx.run.update({ where: { id: run.id }, data });
    await publishIn(tx, runEvent(changed));
    return { run: changed };
  });
}

/** Locks the lease before the run, as every transaction of the store does, so that none wait for each other. */
async function locked(tx: Prisma.TransactionClient, id: string): Promise<Run> {
  await tx.$queryRaw`SELECT 1 FROM lease WHERE run_id = ${id} FOR UPDATE`;
  await tx.$queryRaw`SELECT 1 FROM run WHERE id = ${id} FOR UPDATE`;
  return tx.run.findUniqueOrThrow({ where: { id } });
}

function statusWords(run: { status: RunStatus; pendingCommand: string | null }): string {
  return run.pendingCommand === null ? run.status : `${run.status} with ${run.pendingCommand} pending`;
}
