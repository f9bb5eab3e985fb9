/** @file The caller's own session and profile. */
import { BOUNDS } from '@nabla/domain';
import { actorOf, type Context } from '../../context.ts';
import { requiredText } from '../../input.ts';
import { publish } from '../../realtime/publish.ts';

export async function signOut(ctx: Context) {
  const actor = actorOf(ctx);
  await ctx.db.prisma.session.update({ where: { id: actor.credentialId }, data: { revokedAt: new Date() } });
  ctx.setSession(null);
  await publish(ctx.db, { type: 'access', userId: actor.userId, workspaceId: actor.workspaceId });
  return {};
}

export async function updateProfile(ctx: Context, args: { name: string }) {
  const name = requiredText(args.name, BOUNDS.maxNameChars, ['name']);
  const user = await ctx.db.prisma.user.update({ where: { id: actorOf(ctx).userId }, data: { name } });
  return { user };
}
