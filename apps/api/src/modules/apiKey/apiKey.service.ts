/** @file API keys: made with at most one's own role, shown once, revoked for good. */
import { newId, type Role } from '@nabla/db';
import { BOUNDS } from '@nabla/domain';
import { includesRole } from '../../access/roles.ts';
import { API_KEY_PREFIX, hashToken, newToken, visiblePrefix } from '../../auth/tokens.ts';
import { actorOf, type Context } from '../../context.ts';
import { refuse } from '../../errors.ts';
import { requiredText } from '../../input.ts';
import { publishIn } from '../../realtime/publish.ts';
import { audit } from '../viewer/audit.ts';
import { transact } from '../../transact.ts';

/** Own keys; owners see everybody's. */
export function listApiKeys(ctx: Context) {
  const { workspaceId, userId, role } = actorOf(ctx);
  return ctx.db.prisma.apiKey.findMany({
    where: { workspaceId, ...(role === 'OWNER' ? {} : { createdById: userId }) },
    orderBy: { createdAt: 'desc' },
    take: 500,
  });
}

export async function createApiKey(ctx: Context, input: { name: string; role: Role }) {
  const actor = actorOf(ctx);
  const name = requiredText(input.name, BOUNDS.maxNameChars, ['input', 'name']);
  if (!includesRole(actor.role, input.role)) {
    throw refuse('FORBIDDEN', `A key may have your role (${actor.role}) or a lower one, not ${input.role}.`, [
      'input',
      'role',
    ]);
  }
  const secret = newToken(API_KEY_PREFIX);
  return transact(ctx.db, async (tx) => {
    const apiKey = await tx.apiKey.create({
      data: {
        id: newId('apiKey'),
        workspaceId: actor.workspaceId,
        name,
        prefix: visiblePrefix(secret),
        hash: hashToken(secret),
        role: input.role,
        createdById: actor.userId,
      },
    });
    await audit(tx, actor, 'createApiKey', apiKey.id, { name, role: input.role });
    return { apiKey, secret };
  });
}

export async function revokeApiKey(ctx: Context, id: string) {
  const actor = actorOf(ctx);
  const found = await ctx.db.prisma.apiKey.findFirst({ where: { id, workspaceId: actor.workspaceId } });
  // Another's key is as good as not there for whoever may not see it.
  if (found === null || (actor.role !== 'OWNER' && found.createdById !== actor.userId)) {
    throw refuse('NOT_FOUND', `There is no API key "${id.slice(0, 80)}".`, ['id']);
  }
  return transact(ctx.db, async (tx) => {
    const apiKey = await tx.apiKey.update({
      where: { id },
      data: { revokedAt: found.revokedAt ?? new Date() },
    });
    await audit(tx, actor, 'revokeApiKey', id);
    await publishIn(tx, { type: 'access', userId: found.createdById, workspaceId: actor.workspaceId });
    return { apiKey };
  });
}
