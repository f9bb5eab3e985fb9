/** @file The folder a worker owns: its identity, which outlives it, and a lock, so that two processes never write the same spools. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

const identitySchema = z.object({ id: z.string().min(1) });
const lockSchema = z.object({ pid: z.int().min(1), startedAt: z.string() });

/** The stable id kept in the folder; made on the first start. @throws Error when the file is not readable as one. */
export async function workerIdentity(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, 'worker.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (text !== undefined) {
    const parsed = identitySchema.safeParse(JSON.parse(text));
    if (!parsed.success) throw new Error(`${file} holds no worker id; remove it to begin as a new worker`);
    return parsed.data.id;
  }
  const id = `wrk_${randomUUID()}`;
  await writeFile(file, `${JSON.stringify({ id })}\n`, { mode: 0o600 });
  return id;
}

/** Makes the folder for reward modules, so that people find where to put them. @returns why it cannot be, else null. */
export async function makeRewardsFolder(folder: string): Promise<string | null> {
  try {
    await mkdir(folder, { recursive: true });
    return null;
  } catch (error) {
    return `the rewards folder ${folder} cannot be made: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Another process works in the folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

export interface FolderLock {
  release(): Promise<void>;
}

/** @throws FolderInUse naming the process that has the folder. A lock whose process is gone is taken over. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, 'lock');
  const mine = JSON.stringify({ pid: process.pid, startedAt: await startOf(process.pid) });
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(mine);
      await handle.close();
      return { release: () => rm(file, { force: true }) };
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    const holder = await readLock(file);
    if (holder !== undefined && (await isAlive(holder)))
      throw new FolderInUse(
        `the folder ${folder} is in use by process ${holder.pid}: wait for its end, or take another folder (of a worker: NABLA_WORKER_DIR)`,
      );
    await rm(file, { force: true });
  }
  throw new Error(`the lock ${file} cannot be had: other processes keep taking it`);
}

async function readLock(file: string): Promise<z.output<typeof lockSchema> | undefined> {
  try {
    return lockSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch (error) {
    // Gone meanwhile, or left empty by a process that was killed while writing it: nobody's.
    if (error instanceof SyntaxError || isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Process ids are used again (in a container always): the same id is the same process only if it began at the same moment. */
async function isAlive(holder: { pid: number; startedAt: string }): Promise<boolean> {
  if (holder.pid === process.pid) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (isCode(error, 'ESRCH')) return false;
  }
  const startedAt = await startOf(holder.pid);
  return startedAt === '' || holder.startedAt === '' || startedAt === holder.startedAt;
}

/** Clock ticks from boot to the process's start, where the system tells (Linux); else an empty text. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ESRCH')) return '';
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
