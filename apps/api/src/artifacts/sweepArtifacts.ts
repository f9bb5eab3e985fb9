/** @file Removes the files of checkpoints that a run's retention has let go and that no run needs to begin with. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, type DatabaseLog, Prisma } from '@nabla/db';
import { transact } from '../transact.ts';

/** A file uploaded less than this ago may be waiting for its checkpoint to be recorded. */
const GRACE_MINUTES = 10;

/** A few at a time: each takes a lock that uploads of the same content wait for. */
const BATCH = 100;

/**
 * Artifacts that a run which is not over may still ask for: a fork until it has a checkpoint of its own, and the reference
 * policy of a KL penalty. Runs that are not over are few, whatever the number of runs.
 */
const NEEDED = `
  SELECT run.forked_from_sha256 AS sha256 FROM run
   WHERE run.status IN ('QUEUED', 'RUNNING', 'PAUSED') AND run.forked_from_sha256 IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM checkpoint own WHERE own.run_id = run.id AND own.deleted_at IS NULL)
  UNION
  SELECT run.config #>> '{policyGradient,kl,checkpoint}' FROM run
   WHERE run.status IN ('QUEUED', 'RUNNING', 'PAUSED') AND run.config #>> '{policyGradient,kl,checkpoint}' IS NOT NULL`;

/**
 * Removes artifacts that only removed checkpoints name, row and file. The file goes before its row is committed: a crash
 * in between leaves a row without a file, which nothing names and the next sweep removes.
 *
 * @returns how many artifacts went.
 */
export async function sweepArtifacts(
  db: Database,
  dir: string,
  graceMinutes = GRACE_MINUTES,
): Promise<number> {
  const idle = await db.prisma.$queryRaw<{ sha256: string }[]>`
    SELECT DISTINCT artifact.sha256 FROM artifact JOIN checkpoint USING (sha256)
     WHERE artifact.created_at < now() - make_interval(mins => ${graceMinutes}::int)
       AND artifact.sha256 NOT IN (${Prisma.raw(NEEDED)})
     GROUP BY artifact.sha256 HAVING bool_and(checkpoint.deleted_at IS NOT NULL) LIMIT ${BATCH}::int`;
  let removed = 0;
  for (const { sha256 } of idle) {
    removed += await transact(db, async (tx) => {
      await lockArtifact(tx, sha256);
      const gone = await tx.$executeRaw`
        DELETE FROM artifact WHERE sha256 = ${sha256}
           AND created_at < now() - make_interval(mins => ${graceMinutes}::int)
           AND sha256 NOT IN (${Prisma.raw(NEEDED)})
           AND NOT EXISTS (SELECT 1 FROM checkpoint WHERE checkpoint.sha256 = ${sha256} AND deleted_at IS NULL)`;
      const left = await tx.artifact.count({ where: { sha256 } });
      if (gone > 0 && left === 0) await rm(join(dir, sha256.slice(0, 2), sha256), { force: true });
      return gone;
    });
  }
  return removed;
}

/** Held to the end of the transaction: an upload and a removal of the same content follow one another. */
export async function lockArtifact(
  tx: { $executeRaw: (query: TemplateStringsArray, ...values: unknown[]) => PromiseLike<unknown> },
  sha256: string,
): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${sha256}, 0))`;
}

/** Sweeps every `intervalMs` until closed; a failure is said and the next turn tries again. */
export function startArtifactSweeper(
  db: Database,
  options: { dir: string; intervalMs: number; log: DatabaseLog },
): { close(): Promise<void> } {
  const { dir, intervalMs, log } = options;
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(async () => {
      try {
        const removed = await sweepArtifacts(db, dir);
        if (removed > 0)
          log('info', `Removed ${removed} artifacts of checkpoints that their runs do not keep`);
      } catch (error) {
        log('warn', `Artifacts cannot be swept: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  }, intervalMs);
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
