/** @file One-time links: made, looked at, used up. */
import { type Database, type LoginLink, newId, Prisma, type Role } from '@nabla/db';
import { BOUNDS } from '@nabla/domain';
import { newToken, hashToken } from '../../auth/tokens.ts';
import { SESSION_SECONDS } from '../../auth/cookie.ts';
import { actorOf, type Context } from '../../context.ts';
import { refuse, requestError } from '../../errors.ts';
import { emailOrNull, requiredText } from '../../input.ts';
import type { Invite } from '../../sources.ts';
import { audit } from '../viewer/audit.ts';
import { transact } from '../../transact.ts';

const SIGN_IN_MS = 24 * 3600_000;
const INVITE_MS = 7 * 24 * 3600_000;

export interface NewLink {
  workspaceId: string;
  kind: 'SIGN_IN' | 'INVITE';
  /** Whom a sign-in link signs in. */
  userId?: string;
  role?: Role;
  email?: string | null;
  /** Null when the server makes it itself. */
  createdById: string | null;
}

/** Stores a link and answers it with the only copy of its URL. */
export async function makeLink(prisma: Prisma.TransactionClient, publicUrl: string, link: NewLink) {
  const token = newToken();
  const expiresAt = new Date(Date.now() + (link.kind === 'SIGN_IN' ? SIGN_IN_MS : INVITE_MS));
  const stored = await prisma.loginLink.create({
    data: { id: newId('loginLink'), ...link, tokenHash: hashToken(token), expiresAt },
  });
  return { stored, url: `${publicUrl}/sign-in?token=${token}`, expiresAt };
}

export async function createSignInLink(ctx: Context) {
  const { userId, workspaceId } = actorOf(ctx);
  const { url, expiresAt } = await makeLink(ctx.db.prisma, ctx.publicUrl, {
    workspaceId,
    kind: 'SIGN_IN',
    userId,
    createdById: userId,
  });
  return { url, expiresAt };
}

export async function createInvite(ctx: Context, input: { role: Role; email?: string | null | undefined }) {
  const actor = actorOf(ctx);
  const email = emailOrNull(input.email, ['input', 'email']);
  return transact(ctx.db, async (tx) => {
    await refuseMember(tx, actor.workspaceId, email);
    const { stored, url } = await makeLink(tx, ctx.publicUrl, {
      workspaceId: actor.workspaceId,
      kind: 'INVITE',
      role: input.role,
      email,
      createdById: actor.userId,
    });
    await audit(tx, actor, 'createInvite', stored.id, { role: input.role });
    return { invite: asInvite(stored), url };
  });
}

export async function revokeInvite(ctx: Context, id: string) {
  const actor = actorOf(ctx);
  const invite = await ctx.db.prisma.loginLink.findFirst({
    where: { id, workspaceId: actor.workspaceId, kind: 'INVITE' },
  });
  if (invite === null) throw refuse('NOT_FOUND', `There is no invite "${id.slice(0, 80)}".`, ['id']);
  if (invite.usedAt !== null)
    throw refuse('INVALID_STATE', 'The invite has been accepted; remove the member instead.', ['id']);
  return transact(ctx.db, async (tx) => {
    const revoked = await tx.loginLink.update({
      where: { id },
      data: { revokedAt: invite.revokedAt ?? new Date() },
    });
    await audit(tx, actor, 'revokeInvite', id);
    return { invite: asInvite(revoked) };
  });
}

export async function listInvites(ctx: Context): Promise<Invite[]> {
  const found = await ctx.db.prisma.loginLink.findMany({
    where: { workspaceId: actorOf(ctx).workspaceId, kind: 'INVITE' },
    orderBy: { createdAt: 'desc' },
    take: 500,
  });
  return found.map(asInvite);
}

export async function linkInfo(ctx: Context, token: string) {
  checkAttempts(ctx);
  const link = await findLink(ctx.db, token);
  if (link === null) {
    ctx.linkAttempts.count(ctx.address);
    return { valid: false, reason: 'This link is unknown. Ask for a new one.' };
  }
  const reason = whyUnusable(link);
  return {
    kind: link.kind,
    valid: reason === null,
    role: link.role,
    workspaceName: link.workspace.name,
    invitedBy: link.createdBy?.name ?? null,
    reason,
  };
}

/** Uses the link up and signs the caller in: as whom it was made for, or as a new member. */
export async function signInWithLink(
  ctx: Context,
  args: { token: string; name?: string | null | undefined },
) {
  checkAttempts(ctx);
  const link = await findLink(ctx.db, args.token);
  if (link === null) {
    ctx.linkAttempts.count(ctx.address);
    throw refuse('NOT_FOUND', 'This link is unknown. Ask for a new one.', ['token']);
  }
  const reason = whyUnusable(link);
  if (reason !== null) throw refuse('EXPIRED', reason, ['token']);
  const name = link.kind === 'INVITE' ? requiredText(args.name ?? '', BOUNDS.maxNameChars, ['name']) : null;

  const sessionToken = newToken();
  const signedIn = await transact(ctx.db, async (tx) => {
    const userId = link.kind === 'SIGN_IN' ? link.userId : await newMember(tx, link, name ?? '');
    if (userId === null) throw new Error(`the sign-in link ${link.id} names nobody`);
    const membership = await tx.membership.findUnique({
      where: { workspaceId_userId: { workspaceId: link.workspaceId, userId } },
      include: { user: true },
    });
    if (membership === null)
      throw refuse('EXPIRED', 'The person this link was made for is no longer a member.', ['token']);
    // Only one of two that come at once finds it unused.
    const used = await tx.loginLink.updateMany({
      where: { id: link.id, usedAt: null, revokedAt: null },
      data: { usedAt: new Date(), usedById: userId },
    });
    if (used.count === 0)
      throw refuse('EXPIRED', 'This link has been used already. Ask for a new one.', ['token']);
    const session = await tx.session.create({
      data: {
        id: newId('session'),
        tokenHash: hashToken(sessionToken),
        userId,
        workspaceId: link.workspaceId,
        userAgent: ctx.userAgent?.slice(0, 300) ?? null,
        expiresAt: new Date(Date.now() + SESSION_SECONDS * 1000),
      },
    });
    return { membership, session };
  });

  const { membership, session } = signedIn;
  ctx.setSession(sessionToken);
  ctx.actor = {
    kind: 'session',
    credentialId: session.id,
    userId: membership.userId,
    userName: membership.user.name,
    workspaceId: membership.workspaceId,
    role: membership.role,
    memberRole: membership.role,
  };
  ctx.renew();
  return { viewer: ctx.actor };
}

async function newMember(tx: Prisma.TransactionClient, link: LoginLink, name: string): Promise<string> {
  await refuseMember(tx, link.workspaceId, link.email);
  // Somebody who left and is invited again finds what it wrote.
  const former = link.email === null ? null : await tx.user.findUnique({ where: { email: link.email } });
  const user = former ?? (await tx.user.create({ data: { id: newId('user'), name, email: link.email } }));
  await tx.membership.create({
    data: { workspaceId: link.workspaceId, userId: user.id, role: link.role ?? 'VIEWER' },
  });
  return user.id;
}

/** An invite must not sign its bearer in as somebody who is a member already. */
async function refuseMember(
  tx: Prisma.TransactionClient,
  workspaceId: string,
  email: string | null,
): Promise<void> {
  if (email === null) return;
  const member = await tx.membership.findFirst({ where: { workspaceId, user: { email } } });
  if (member !== null) throw refuse('CONFLICT', `${email} is a member already.`, ['input', 'email']);
}

function findLink(db: Database, token: string) {
  return db.prisma.loginLink.findUnique({
    where: { tokenHash: hashToken(token) },
    include: { workspace: true, createdBy: true },
  });
}

function whyUnusable(link: LoginLink): string | null {
  if (link.revokedAt !== null) return 'This link was withdrawn. Ask for a new one.';
  if (link.usedAt !== null) return 'This link has been used already. Ask for a new one.';
  if (link.expiresAt <= new Date()) return 'This link is out of date. Ask for a new one.';
  return null;
}

function checkAttempts(ctx: Context): void {
  if (ctx.linkAttempts.exhausted(ctx.address)) {
    throw requestError(
      'RATE_LIMITED',
      'Too many links that do not exist were tried from this address; wait ten minutes.',
    );
  }
}

function asInvite(link: LoginLink): Invite {
  const { role, createdById } = link;
  if (role === null || createdById === null) throw new Error(`the link ${link.id} is not a whole invite`);
  return { ...link, role, createdById };
}
