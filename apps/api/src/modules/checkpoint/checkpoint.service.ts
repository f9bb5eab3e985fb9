/** @file A checkpoint becomes a row once its artifact is durable. */
import { hashToken, newId, type Prisma } from '@nabla/db';
import { keptCheckpoints, parseRunConfig } from '@nabla/domain';
import { z } from 'zod';
import { actorOf, type Context } from '../../context.ts';
import { refuse } from '../../errors.ts';
import { publishIn, runEvent } from '../../realtime/publish.ts';
import { requireRun } from '../node/find.ts';
import { leaseLost } from '../trainer/lease.service.ts';
import { transact } from '../../transact.ts';

const MAX_METRICS_CHARS = 50_000;
const metricsSchema = z.record(z.string(), z.unknown());

export interface RecordCheckpointInput {
  runId: string;
  leaseToken: string;
  step: number;
  sha256: string;
  bytes: number | bigint;
  metrics?: unknown;
}

/** The same checkpoint again changes nothing; another one of the same step (a resumed run) takes its place. */
export async function recordCheckpoint(ctx: Context, input: RecordCheckpointInput) {
  const { workspaceId } = actorOf(ctx);
  const run = await requireRun(ctx, input.runId, ['input', 'runId']);
  const { step, sha256, bytes } = input;
  if (step < 0 || step > run.totalSteps) {
    throw refuse('INVALID_INPUT', `step is ${step}; the run has steps 0 to ${run.totalSteps}.`, [
      'input',
      'step',
    ]);
  }
  const artifact = await ctx.db.prisma.artifact.findUnique({
    where: { workspaceId_sha256: { workspaceId, sha256 } },
  });
  if (artifact === null) {
    const message = `There is no artifact ${sha256.slice(0, 64)}; upload it first: PUT /artifacts/<sha256>.`;
    throw refuse('NOT_FOUND', message, ['input', 'sha256']);
  }
  if (artifact.bytes !== BigInt(bytes)) {
    const message = `The artifact has ${artifact.bytes} bytes, not ${bytes}.`;
    throw refuse('INVALID_INPUT', message, ['input', 'bytes']);
  }
  const metrics = metricsOf(input.metrics);
  return transact(ctx.db, async (tx) => {
    const held = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM lease WHERE run_id = ${run.id} AND token_hash = ${hashToken(input.leaseToken)} FOR UPDATE`;
    if (held.length === 0) throw leaseLost(['input', 'leaseToken']);
    const place = { runId_step: { runId: run.id, step } };
    const known = await tx.checkpoint.findUnique({ where: place });
    await answerRequest(tx, run.id, step);
    if (known !== null && known.sha256 === sha256 && known.deletedAt === null) {
      await publishIn(tx, runEvent(run));
      return { checkpoint: known };
    }
    const data = { sha256, bytes, metrics, createdAt: new Date(), deletedAt: null };
    const checkpoint = await tx.checkpoint.upsert({
      where: place,
      create: { id: newId('checkpoint'), runId: run.id, step, ...data },
      update: data,
    });
    await letGo(tx, run);
    await publishIn(tx, runEvent(run));
    return { checkpoint };
  });
}

/** Marks what the run's policy does not keep as removed; the sweep takes their files. */
async function letGo(tx: Prisma.TransactionClient, run: { id: string; config: unknown }): Promise<void> {
  const config = parseRunConfig(run.config);
  // Written by another version of Nabla: better to keep too much than to guess.
  if (!config.ok) return;
  const present = await tx.checkpoint.findMany({
    where: { runId: run.id, deletedAt: null },
    select: { step: true, metrics: true },
  });
  const rated = present.map(({ step, metrics }) => ({ step, metrics: metricsSchema.parse(metrics) }));
  const kept = keptCheckpoints(config.config.checkpoint, rated);
  if (kept.size === present.length) return;
  await tx.checkpoint.updateMany({
    where: { runId: run.id, deletedAt: null, step: { notIn: [...kept] } },
    data: { deletedAt: new Date() },
  });
}

/** A checkpoint that was asked for is there: of the step of the request, or of a later one. */
async function answerRequest(tx: Prisma.TransactionClient, runId: string, step: number): Promise<void> {
  await tx.run.updateMany({
    where: { id: runId, pendingCommand: 'CHECKPOINT', checkpointAskedAt: { lte: step } },
    data: { pendingCommand: null, checkpointAskedAt: null },
  });
}

function metricsOf(metrics: unknown) {
  if (metrics === undefined || metrics === null) return {};
  const text = JSON.stringify(metrics);
  if (text.length > MAX_METRICS_CHARS) {
    const message = `metrics has ${text.length} characters as JSON; the bound is ${MAX_METRICS_CHARS}.`;
    throw refuse('TOO_LARGE', message, ['input', 'metrics']);
  }
  if (typeof metrics !== 'object' || Array.isArray(metrics)) {
    throw refuse('INVALID_INPUT', 'metrics must be an object.', ['input', 'metrics']);
  }
  return { ...metrics };
}
