/** @file What a data folder needs before anybody can use it: a workspace with an owner, a way in, a key for the local worker, a run to watch. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, newId, Prisma } from '@nabla/db';
import type { Logger } from 'pino';
import { API_KEY_PREFIX, hashToken, newToken, visiblePrefix } from '../auth/tokens.ts';
import { makeLink } from '../modules/link/link.service.ts';
import { createDemo } from './demo.ts';
import { writeSecretFile } from './secretFile.ts';
import { transact } from '../transact.ts';

export interface FirstStartOptions {
  db: Database;
  log: Logger;
  dataDir: string;
  publicUrl: string;
  demo: boolean;
}

export interface FirstStart {
  workspaceId: string;
  ownerId: string;
  /** The fresh sign-in link, to be printed, while nobody is signed in; null otherwise. The file has it in any case. */
  signInUrl: string | null;
}

/** Safe to repeat, and for several replicas at once: each step does only what is missing. */
export async function firstStart({
  db,
  log,
  dataDir,
  publicUrl,
  demo,
}: FirstStartOptions): Promise<FirstStart> {
  const result = await transact(db, async (tx) => {
    // Replicas that start together take turns.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(7226227)`;
    const { workspaceId, ownerId } = await ensureOwner(tx);
    if (demo) await createDemo(tx, workspaceId, ownerId);
    await ensureWorkerKey(tx, dataDir, workspaceId, ownerId);
    const link = await freshLink(tx, publicUrl, workspaceId, ownerId);
    const signedIn = await tx.session.count({
      where: { workspaceId, revokedAt: null, expiresAt: { gt: new Date() } },
    });
    return { workspaceId, ownerId, link, signInUrl: signedIn > 0 ? null : link };
  });
  const linkFile = join(dataDir, 'sign-in-link');
  await writeSecretFile(linkFile, result.link);
  log.info({ linkFile }, 'the workspace is ready');
  const { workspaceId, ownerId, signInUrl } = result;
  return { workspaceId, ownerId, signInUrl };
}

async function ensureOwner(tx: Prisma.TransactionClient): Promise<{ workspaceId: string; ownerId: string }> {
  const owner = await tx.membership.findFirst({ where: { role: 'OWNER' }, orderBy: { joinedAt: 'asc' } });
  if (owner !== null) return { workspaceId: owner.workspaceId, ownerId: owner.userId };
  const workspace = await tx.workspace.create({ data: { id: newId('workspace'), name: 'Nabla' } });
  const user = await tx.user.create({ data: { id: newId('user'), name: 'Owner' } });
  await tx.membership.create({ data: { workspaceId: workspace.id, userId: user.id, role: 'OWNER' } });
  return { workspaceId: workspace.id, ownerId: user.id };
}

/** The key's secret rests in a file only this user reads; a key that was revoked or lost is made anew. */
async function ensureWorkerKey(
  tx: Prisma.TransactionClient,
  dataDir: string,
  workspaceId: string,
  ownerId: string,
): Promise<void> {
  const file = join(dataDir, 'worker-key');
  const secret = await readSecret(file);
  if (secret !== null) {
    const known = await tx.apiKey.findFirst({
      where: { hash: hashToken(secret), workspaceId, revokedAt: null },
    });
    if (known !== null) return;
  }
  const fresh = newToken(API_KEY_PREFIX);
  await tx.apiKey.create({
    data: {
      id: newId('apiKey'),
      workspaceId,
      name: 'local worker',
      prefix: visiblePrefix(fresh),
      hash: hashToken(fresh),
      role: 'RESEARCHER',
      createdById: ownerId,
    },
  });
  await writeSecretFile(file, fresh);
}

async function readSecret(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Error(`The worker key in ${file} cannot be read.`, { cause: error });
  }
}

/** A way in for whoever can read the data folder, also after the last browser forgot its cookie. */
async function freshLink(
  tx: Prisma.TransactionClient,
  publicUrl: string,
  workspaceId: string,
  ownerId: string,
): Promise<string> {
  // Only the link that was written last opens the door.
  await tx.loginLink.updateMany({
    where: { workspaceId, kind: 'SIGN_IN', createdById: null, usedAt: null, revokedAt: null },
    data: { revokedAt: new Date() },
  });
  const { url } = await makeLink(tx, publicUrl, {
    workspaceId,
    kind: 'SIGN_IN',
    userId: ownerId,
    createdById: null,
  });
  return url;
}
