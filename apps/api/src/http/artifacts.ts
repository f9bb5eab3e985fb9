/** @file Artifacts by content: `PUT /artifacts/<sha256>` and `GET /artifacts/<sha256>`, streamed both ways. */
// oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 hands a rejection on to the error handler
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '@nabla/db';
import { type Request, type Response, Router } from 'express';
import { lockArtifact } from '../artifacts/sweepArtifacts.ts';
import { includesRole } from '../access/roles.ts';
import type { Actor } from '../auth/actor.ts';
import { requestError } from '../errors.ts';
import { transact } from '../transact.ts';
import type { Authenticate } from './authenticateRequest.ts';

/** The largest artifact: a checkpoint of the largest model with its optimizer is a few GiB. */
export const MAX_ARTIFACT_BYTES = 16 * 1024 ** 3;

const LEFTOVER_MS = 24 * 3_600_000;

export interface ArtifactOptions {
  db: Database;
  /** Folder of the store; files rest under their hash in folders of its first two digits. */
  dir: string;
  authenticate: Authenticate;
}

export function artifactRoutes({ db, dir, authenticate }: ArtifactOptions): Router {
  const router = Router();
  router.put('/:sha256', async (req, res) => {
    const actor = await allowed(authenticate, req, res, 'RESEARCHER');
    const sha256 = hashOf(req);
    await mkdir(join(dir, 'incoming'), { recursive: true });
    if (Number(req.headers['content-length'] ?? 0) > MAX_ARTIFACT_BYTES) throw tooLarge();
    const { aside, bytes } = await receive(req, dir, sha256);
    try {
      await transact(db, async (tx) => {
        await lockArtifact(tx, sha256);
        await moveIntoPlace(aside, dir, sha256);
        const { workspaceId } = actor;
        await tx.artifact.upsert({
          where: { workspaceId_sha256: { workspaceId, sha256 } },
          create: { workspaceId, sha256, bytes },
          // Uploaded anew: the sweep must leave it alone until its checkpoint is recorded.
          update: { createdAt: new Date() },
        });
      });
    } finally {
      await rm(aside, { force: true });
    }
    res.status(201).json({ sha256, bytes });
  });
  router.get('/:sha256', async (req, res) => {
    const { workspaceId } = await allowed(authenticate, req, res, 'VIEWER');
    const sha256 = hashOf(req);
    const artifact = await db.prisma.artifact.findUnique({
      where: { workspaceId_sha256: { workspaceId, sha256 } },
    });
    if (artifact === null) throw requestError('NOT_FOUND', `There is no artifact ${sha256}.`);
    // The content never changes, so a browser or proxy may keep it; ranges let a broken download go on.
    const headers = { 'Content-Type': 'application/octet-stream', ETag: `"${sha256}"` };
    const cache = { immutable: true, maxAge: '365d', cacheControl: true } as const;
    await new Promise<void>((resolve, reject) => {
      res.sendFile(
        join(sha256.slice(0, 2), sha256),
        { root: dir, dotfiles: 'allow', headers, ...cache },
        (error) => {
          // A client that went away is not a failure of ours.
          if (error === undefined || error === null || res.headersSent) resolve();
          else reject(new Error(`the artifact ${sha256} is missing in ${dir}`, { cause: error }));
        },
      );
    });
  });
  return router;
}

/** Removes what uploads left behind that a crash cut off a day ago or more; a younger one may be another replica's at work. */
export async function removeLeftovers(dir: string): Promise<void> {
  const incoming = join(dir, 'incoming');
  await mkdir(incoming, { recursive: true });
  for (const name of await readdir(incoming)) {
    const file = join(incoming, name);
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs > LEFTOVER_MS) await rm(file, { force: true });
  }
}

/** Streams the body to a file aside, checks its hash and makes it durable. @returns the file and its size. */
async function receive(req: Request, dir: string, sha256: string): Promise<{ aside: string; bytes: number }> {
  const aside = join(dir, 'incoming', `${sha256.slice(0, 12)}-${randomBytes(6).toString('hex')}`);
  const file = await open(aside, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of req) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('the body arrived as text');
      bytes += chunk.byteLength;
      if (bytes > MAX_ARTIFACT_BYTES) throw tooLarge();
      hash.update(chunk);
      for (let written = 0; written < chunk.byteLength;) {
        written += (await file.write(chunk, written, chunk.byteLength - written)).bytesWritten;
      }
    }
    const found = hash.digest('hex');
    if (found !== sha256) {
      throw requestError(
        'INVALID_INPUT',
        `The body's SHA-256 is ${found}, not ${sha256}; it was not stored.`,
      );
    }
    await file.sync();
    return { aside, bytes };
  } catch (error) {
    await rm(aside, { force: true });
    if (isNoSpace(error))
      throw requestError(
        'UNAVAILABLE',
        `The disk of the artifact store is full; free space under ${dir}.`,
        error,
      );
    throw error;
  } finally {
    await file.close();
  }
}

/** Gives the received file its name. */
async function moveIntoPlace(aside: string, dir: string, sha256: string): Promise<void> {
  const folder = join(dir, sha256.slice(0, 2));
  await mkdir(folder, { recursive: true });
  await rename(aside, join(folder, sha256));
  await syncFolder(folder);
}

/** A rename is durable once the folder that names the file is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function allowed(
  authenticate: Authenticate,
  req: Request,
  res: Response,
  role: 'RESEARCHER' | 'VIEWER',
): Promise<Actor> {
  const actor = await authenticate(req, res);
  if (actor === null)
    throw requestError('UNAUTHENTICATED', 'Sign in, or send "Authorization: Bearer <API key>".');
  if (!includesRole(actor.role, role)) {
    throw requestError('FORBIDDEN', `This needs the role ${role}; yours is ${actor.role}.`);
  }
  return actor;
}

function hashOf(req: Request): string {
  const { sha256 } = req.params;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw requestError(
      'INVALID_INPUT',
      'Name the artifact by its SHA-256: 64 lower-case hexadecimal digits.',
    );
  }
  return sha256;
}

function tooLarge() {
  return requestError('TOO_LARGE', `An artifact may have ${MAX_ARTIFACT_BYTES} bytes.`);
}

function isNoSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC';
}
