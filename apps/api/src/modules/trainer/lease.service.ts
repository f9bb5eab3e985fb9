/** @file Leases: a worker takes a run, keeps it, and lets it go. Whoever lost the lease is told so and changes nothing. */
import { claimRun, endLease, hashToken, heartbeat } from '@nabla/db';
import { actorOf, type Context } from '../../context.ts';
import { refuse } from '../../errors.ts';
import { boundedText } from '../../input.ts';
import { publish } from '../../realtime/publish.ts';
import type { Lease, LeaseFork, Run } from '../../sources.ts';
import { requireRun } from '../node/find.ts';

export const LEASE_SECONDS = { min: 5, default: 30, max: 600 } as const;
const MAX_REASON_CHARS = 2_000;
/** A failure's cause may carry a stack. */
const MAX_CAUSE_CHARS = 20_000;

type Maybe<T> = T | null | undefined;

/** The oldest run that waits (or the one asked for), with its latest checkpoint; no lease when nothing waits. */
export async function claim(
  ctx: Context,
  input: { workerId: string; runId?: Maybe<string>; leaseSeconds?: Maybe<number> },
): Promise<{ lease: Lease | null }> {
  const { workspaceId } = actorOf(ctx);
  const leaseSeconds = input.leaseSeconds ?? LEASE_SECONDS.default;
  if (leaseSeconds < LEASE_SECONDS.min || leaseSeconds > LEASE_SECONDS.max) {
    const message = `A lease lasts ${LEASE_SECONDS.min} to ${LEASE_SECONDS.max} seconds, not ${leaseSeconds}.`;
    throw refuse('INVALID_INPUT', message, ['input', 'leaseSeconds']);
  }
  const [worker] = await ctx.db.prisma.worker.updateManyAndReturn({
    where: { id: input.workerId, workspaceId },
    data: { lastSeenAt: new Date() },
  });
  if (worker === undefined) {
    throw refuse('NOT_FOUND', `The worker "${input.workerId.slice(0, 80)}" is not registered.`, [
      'input',
      'workerId',
    ]);
  }
  if (input.runId != null) await requireRun(ctx, input.runId, ['input', 'runId']);
  const claimed = await claimRun(ctx.db.pool, {
    workspaceId,
    workerId: worker.id,
    runId: input.runId ?? undefined,
    leaseSeconds,
    backend: worker.backend,
  });
  if (claimed === null) return { lease: null };
  const [run, checkpoint] = await Promise.all([
    ctx.db.prisma.run.findUniqueOrThrow({ where: { id: claimed.runId } }),
    ctx.db.prisma.checkpoint.findFirst({
      where: { runId: claimed.runId, deletedAt: null },
      orderBy: { step: 'desc' },
    }),
    publish(ctx.db, { type: 'worker', workerId: worker.id, workspaceId }),
  ]);
  const { leaseToken: token, attempt, expiresAt } = claimed;
  const fork = checkpoint === null ? await forkOf(ctx, run) : null;
  return { lease: { token, run, attempt, expiresAt, leaseSeconds, checkpoint, fork } };
}

/** What a fork begins with, null for other runs. Its artifact is kept for as long as it may be asked for here. */
async function forkOf(ctx: Context, run: Run): Promise<LeaseFork | null> {
  const { workspaceId, forkedFromRunId: runId, forkedFromStep: step, forkedFromSha256: sha256 } = run;
  if (runId === null || step === null || sha256 === null) return null;
  const { bytes } = await ctx.db.prisma.artifact.findUniqueOrThrow({
    where: { workspaceId_sha256: { workspaceId, sha256 } },
    select: { bytes: true },
  });
  return { runId, step, sha256, bytes };
}

/** Extends the lease and answers what a person asked of the run. */
export async function keepLease(
  ctx: Context,
  input: { leaseToken: string; step?: Maybe<number>; statusReason?: Maybe<string> },
) {
  const { workspaceId } = actorOf(ctx);
  const lease = await ctx.db.prisma.lease.findFirst({
    where: { tokenHash: hashToken(input.leaseToken), run: { workspaceId } },
    select: { run: { select: { totalSteps: true } } },
  });
  if (lease === null) throw leaseLost(['input', 'leaseToken']);
  const { totalSteps } = lease.run;
  if (input.step != null && (input.step < 0 || input.step > totalSteps)) {
    throw refuse('INVALID_INPUT', `step is ${input.step}; the run has steps 0 to ${totalSteps}.`, [
      'input',
      'step',
    ]);
  }
  const beat = await heartbeat(ctx.db.pool, {
    leaseToken: input.leaseToken,
    step: input.step ?? undefined,
    statusReason: reasonOf(input.statusReason),
  });
  if (beat === null) throw leaseLost(['input', 'leaseToken']);
  return { command: beat.command, expiresAt: beat.expiresAt };
}

/** Ends the lease: given back (then what was asked is carried out), finished or failed. */
export async function endRun(
  ctx: Context,
  input: {
    runId: string;
    leaseToken: string;
    outcome: 'RELEASED' | 'FINISHED' | 'FAILED';
    reason?: Maybe<string>;
    step?: Maybe<number>;
  },
): Promise<{ run: Run }> {
  const { workspaceId } = actorOf(ctx);
  const run = await requireRun(ctx, input.runId, ['input', 'runId']);
  const field = input.outcome === 'FAILED' ? 'cause' : 'reason';
  const bound = input.outcome === 'FAILED' ? MAX_CAUSE_CHARS : MAX_REASON_CHARS;
  const reason = boundedText(input.reason ?? '', bound, ['input', field]);
  const status = await endLease(ctx.db.pool, {
    runId: run.id,
    leaseToken: input.leaseToken,
    outcome: input.outcome,
    reason: reason === '' ? undefined : reason,
  });
  if (status === null) {
    const after = await requireRun(ctx, input.runId);
    // The answer to the first request was lost: what is asked has been done.
    if (input.outcome !== 'RELEASED' && after.status === input.outcome) return { run: after };
    throw leaseLost(['input', 'leaseToken']);
  }
  if (input.outcome === 'FAILED') await logFailure(ctx, run.id, reason, input.step ?? null);
  if (run.workerId !== null) await publish(ctx.db, { type: 'worker', workerId: run.workerId, workspaceId });
  return { run: await requireRun(ctx, run.id) };
}

/** Another attempt owns the run, or it was cancelled or taken back: the worker must let go. */
export function leaseLost(path: string[]) {
  const message =
    'The lease is lost: the run was taken back, cancelled or claimed by another worker. Stop working on it.';
  return refuse('LEASE_LOST', message, path);
}

async function logFailure(ctx: Context, runId: string, cause: string, step: number | null): Promise<void> {
  const message = cause === '' ? 'The run failed' : `The run failed: ${cause}`;
  await ctx.db.prisma.runLog.create({ data: { runId, time: new Date(), level: 'ERROR', message, step } });
}

/** Absent: unchanged. Null or an empty text clears it. */
function reasonOf(statusReason: Maybe<string>): string | null | undefined {
  if (statusReason === undefined) return undefined;
  const text = boundedText(statusReason ?? '', MAX_REASON_CHARS, ['input', 'statusReason']);
  return text === '' ? null : text;
}
