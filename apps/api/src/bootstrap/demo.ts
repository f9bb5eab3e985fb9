/** @file The run that a fresh installation starts by itself, once. */
import type { Prisma } from '@nabla/db';
import { preset } from '@nabla/domain';
import { insertProject } from '../modules/project/project.service.ts';
import { configOf, insertRun, runDataOf } from '../modules/run/run.create.ts';

const IDEMPOTENCY_KEY = 'nabla-demo';

export async function createDemo(
  tx: Prisma.TransactionClient,
  workspaceId: string,
  ownerId: string,
): Promise<void> {
  const before = await tx.run.findFirst({ where: { workspaceId, idempotencyKey: IDEMPOTENCY_KEY } });
  if (before !== null) return;
  const { config, title, description } = preset('demo');
  const project = await insertProject(tx, {
    workspaceId,
    name: 'Demo',
    description: 'A first run to look at: it trains a small model on this machine, from nothing.',
    createdById: ownerId,
  });
  const data = runDataOf({}, configOf({ config }), { workspaceId, projectId: project.id, ownerId });
  await insertRun(tx, { ...data, name: title, note: description, idempotencyKey: IDEMPOTENCY_KEY }, ['demo']);
}
