/** @file Tells every process that something changed. */
import { type Database, type DatabaseEvent, notify, notifyPayload, type Prisma, type Run } from '@nabla/db';

export async function publish(db: Database, event: DatabaseEvent): Promise<void> {
  await notify(db.pool, event);
}

/** Within a Prisma transaction: delivered when that commits. */
export async function publishIn(tx: Prisma.TransactionClient, event: DatabaseEvent): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify('nabla', ${notifyPayload(event)})`;
}

export function runEvent(run: Pick<Run, 'id' | 'projectId' | 'workspaceId'>): DatabaseEvent {
  return { type: 'run', runId: run.id, projectId: run.projectId, workspaceId: run.workspaceId };
}
