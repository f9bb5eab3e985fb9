/** @file Members and their roles. The last owner stays. */
import type { Prisma, Role } from '@nabla/db';
import { actorOf, type Context } from '../../context.ts';
import { refuse } from '../../errors.ts';
import { publishIn } from '../../realtime/publish.ts';
import { audit } from '../viewer/audit.ts';
import { transact } from '../../transact.ts';

export function listMembers(ctx: Context) {
  return ctx.db.prisma.membership.findMany({
    where: { workspaceId: actorOf(ctx).workspaceId },
    orderBy: [{ joinedAt: 'asc' }, { userId: 'asc' }],
  });
}

export async function changeRole(ctx: Context, args: { userId: string; role: Role }) {
  const actor = actorOf(ctx);
  const { workspaceId } = actor;
  return transact(ctx.db, async (tx) => {
    const before = await lockedMember(tx, workspaceId, args.userId);
    if (before.role === 'OWNER' && args.role !== 'OWNER') await keepAnOwner(tx, workspaceId);
    const member = await tx.membership.update({
      where: { workspaceId_userId: { workspaceId, userId: args.userId } },
      data: { role: args.role },
    });
    await audit(tx, actor, 'changeRole', args.userId, { from: before.role, to: args.role });
    await publishIn(tx, { type: 'access', userId: args.userId, workspaceId });
    return { member };
  });
}

/** The person leaves; sessions and keys end with it, what it wrote stays. */
export async function removeMember(ctx: Context, args: { userId: string }) {
  const actor = actorOf(ctx);
  const { workspaceId } = actor;
  return transact(ctx.db, async (tx) => {
    const member = await lockedMember(tx, workspaceId, args.userId);
    if (member.role === 'OWNER') await keepAnOwner(tx, workspaceId);
    const now = new Date();
    await tx.session.updateMany({
      where: { workspaceId, userId: args.userId, revokedAt: null },
      data: { revokedAt: now },
    });
    await tx.apiKey.updateMany({
      where: { workspaceId, createdById: args.userId, revokedAt: null },
      data: { revokedAt: now },
    });
    await tx.loginLink.updateMany({
      where: {
        workspaceId,
        usedAt: null,
        revokedAt: null,
        OR: [{ userId: args.userId }, { createdById: args.userId }],
      },
      data: { revokedAt: now },
    });
    await tx.membership.delete({ where: { workspaceId_userId: { workspaceId, userId: args.userId } } });
    await audit(tx, actor, 'removeMember', args.userId, { role: member.role });
    await publishIn(tx, { type: 'access', userId: args.userId, workspaceId });
    return { member };
  });
}

async function lockedMember(tx: Prisma.TransactionClient, workspaceId: string, userId: string) {
  // Two owners who demote each other at once take turns here.
  await tx.$queryRaw`SELECT 1 FROM membership WHERE workspace_id = ${workspaceId} ORDER BY user_id FOR UPDATE`;
  const member = await tx.membership.findUnique({ where: { workspaceId_userId: { workspaceId, userId } } });
  if (member === null) throw refuse('NOT_FOUND', `There is no member "${userId.slice(0, 80)}".`, ['userId']);
  return member;
}

async function keepAnOwner(tx: Prisma.TransactionClient, workspaceId: string): Promise<void> {
  const owners = await tx.membership.count({ where: { workspaceId, role: 'OWNER' } });
  if (owners <= 1) {
    throw refuse('INVALID_STATE', 'This is the last owner; make somebody else an owner first.', ['userId']);
  }
}
