/** @file Who did what to what: one append-only row per change of rights or of what others see. */
import { newId, type Prisma } from '@nabla/db';
import type { Actor } from '../../auth/actor.ts';

/** Writes it in the transaction of the change itself. */
export async function audit(
  tx: Prisma.TransactionClient,
  actor: Pick<Actor, 'workspaceId' | 'userId' | 'kind' | 'credentialId'>,
  action: string,
  subjectId: string | null,
  detail: Prisma.InputJsonObject = {},
): Promise<void> {
  await tx.auditEvent.create({
    data: {
      id: newId('auditEvent'),
      workspaceId: actor.workspaceId,
      actorId: actor.userId,
      apiKeyId: actor.kind === 'key' ? actor.credentialId : null,
      action,
      subjectId,
      detail,
    },
  });
}
