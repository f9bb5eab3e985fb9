/**
 * @file What a worker keeps of a run on its disk, and how much of it can be trusted when the run comes back to it. Local checkpoints
 * may be ahead of the recorded ones; they are right only if nobody else had the run in between and all records before them arrived.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { ApiError, ArtifactMismatchError, type Client, type LeaseInfo } from '@nabla/client';
import { z } from 'zod';

import { checkpointPath, listCheckpoints } from '../checkpoint/checkpointStore.ts';

const attemptSchema = z.object({ attempt: z.int() });

export class RunFolder {
  readonly path: string;

  constructor(workerFolder: string, runId: string) {
    this.path = path.join(workerFolder, 'checkpoints', encodeURIComponent(runId));
  }

  /** Which claim of the run this folder last belonged to; undefined when it never did. */
  async lastAttempt(): Promise<number | undefined> {
    try {
      return attemptSchema.safeParse(JSON.parse(await readFile(this.#attemptFile, 'utf8'))).data?.attempt;
    } catch (error) {
      if (error instanceof SyntaxError || isMissing(error)) return undefined;
      throw error;
    }
  }

  async setAttempt(attempt: number): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    await writeFile(`${this.#attemptFile}.aside`, JSON.stringify({ attempt }));
    await rename(`${this.#attemptFile}.aside`, this.#attemptFile);
  }

  /**
   * Leaves in the folder exactly the checkpoints that the run may go on from, the recorded one among them.
   * @param trusted records of this worker's last attempt all arrived.
   * @param onMissing is told of a recorded checkpoint that the API's store has not: an older one does, the run only takes longer.
   */
  async prepare(
    client: Pick<Client, 'artifacts' | 'runs'>,
    lease: LeaseInfo,
    {
      trusted,
      signal,
      onMissing,
    }: { trusted: boolean; signal: AbortSignal; onMissing: (message: string) => void },
  ): Promise<void> {
    const mine = trusted && (await this.lastAttempt()) === lease.attempt - 1;
    const recorded = lease.checkpoint;
    for (const local of await listCheckpoints(this.path)) {
      const isRecorded = local.sha256 === recorded?.sha256 && local.bytes === recorded.bytes;
      const isAhead = mine && local.step <= lease.run.step;
      if (!isRecorded && !isAhead) await rm(local.path, { force: true });
    }
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    const [latest] = await listCheckpoints(this.path);
    if (recorded !== null && (latest === undefined || latest.step < recorded.step))
      await this.#download(client, lease.run.id, recorded, latest?.step ?? 0, { signal, onMissing });
    await this.setAttempt(lease.attempt);
  }

  /** Brings the newest of the run's recorded checkpoints that is later than `after` and can be had. */
  async #download(
    client: Pick<Client, 'artifacts' | 'runs'>,
    runId: string,
    recorded: { step: number; sha256: string },
    after: number,
    { signal, onMissing }: { signal: AbortSignal; onMissing: (message: string) => void },
  ): Promise<void> {
    const older: { step: number; sha256: string }[] = [];
    const tryOne = async ({ step, sha256 }: { step: number; sha256: string }): Promise<boolean> => {
      try {
        await client.artifacts.download(sha256, checkpointPath(this.path, step, sha256), { signal });
        return true;
      } catch (error) {
        if (
          !(error instanceof ArtifactMismatchError) &&
          !(error instanceof ApiError && error.code === 'HTTP_404')
        )
          throw error;
        onMissing(
          `the recorded checkpoint of step ${step} (${sha256.slice(0, 12)}) cannot be had: ${error.message}; an older one is used`,
        );
        return false;
      }
    };
    if (await tryOne(recorded)) return;
    for await (const checkpoint of client.runs.checkpoints(runId))
      if (checkpoint.deletedAt === null && checkpoint.step < recorded.step && checkpoint.step > after)
        older.push(checkpoint);
    for (const checkpoint of older.sort((a, b) => b.step - a.step)) if (await tryOne(checkpoint)) return;
  }

  /**
   * The file of another run's checkpoint that this run begins with or is compared with, downloaded unless it is there.
   * @throws ApiError HTTP_404 when the API has it no more.
   */
  async origin(
    client: Pick<Client, 'artifacts'>,
    from: { readonly sha256: string; readonly step?: number },
    signal: AbortSignal,
  ): Promise<string> {
    // The hash in the name is what it is verified against when it is read.
    const folder = path.join(this.path, 'origins');
    const file = checkpointPath(folder, from.step ?? 0, from.sha256);
    if ((await listCheckpoints(folder)).some(({ sha256 }) => sha256 === from.sha256)) return file;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await client.artifacts.download(from.sha256, file, { signal });
    return file;
  }

  /** The run is over, or another's: nothing here is needed any more. */
  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }

  get #attemptFile(): string {
    return path.join(this.path, 'attempt.json');
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
