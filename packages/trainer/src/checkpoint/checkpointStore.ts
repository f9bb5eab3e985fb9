/** @file The checkpoints of one run in one folder: `step-<step>-<sha256>.ckpt`, written aside and renamed when whole. */
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { keptCheckpoints, type CheckpointPolicy } from '@nabla/domain';

import type { SessionState } from '../sessionState.ts';
import { CheckpointError } from './checkpointError.ts';
import { readCheckpointFile, readCheckpointMetrics, writeCheckpointFile } from './checkpointFile.ts';

export interface StoredCheckpoint {
  readonly step: number;
  /** Of the whole file, lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
  readonly path: string;
}

export interface SavedCheckpoint extends StoredCheckpoint {
  /** What it is judged by. */
  readonly metrics: SessionState['metrics'];
}

export interface RestoredCheckpoint {
  readonly checkpoint: StoredCheckpoint;
  readonly state: SessionState;
}

const NAME = /^step-(\d{8,})-([0-9a-f]{64})\.ckpt$/;
const ASIDE = '.aside-';

/** Writes a checkpoint and removes those that the policy does not keep. When it returns the file survives a power failure. */
export async function saveCheckpoint(
  folder: string,
  state: SessionState,
  policy: CheckpointPolicy,
): Promise<SavedCheckpoint> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const aside = path.join(folder, `${ASIDE}${process.pid}`);
  try {
    const { sha256, bytes } = await writeCheckpointFile(aside, state);
    const file = checkpointPath(folder, state.step, sha256);
    await rename(aside, file);
    await syncFolder(folder);
    await prune(folder, policy);
    return { step: state.step, sha256, bytes, path: file, metrics: state.metrics };
  } finally {
    await rm(aside, { force: true });
  }
}

/** Those in the folder, latest step first. */
export async function listCheckpoints(folder: string): Promise<StoredCheckpoint[]> {
  const found: StoredCheckpoint[] = [];
  for (const name of await namesIn(folder)) {
    const [, step, sha256] = NAME.exec(name) ?? [];
    if (step === undefined || sha256 === undefined) continue;
    const file = path.join(folder, name);
    found.push({ step: Number(step), sha256, bytes: (await stat(file)).size, path: file });
  }
  return found.sort((a, b) => b.step - a.step);
}

/**
 * The latest checkpoint that is whole, passing over damaged ones.
 * @param configHash that it must have been made under.
 * @param onDamaged is told of each one passed over.
 * @returns undefined when there is none.
 * @throws CheckpointError CONFIG_MISMATCH or UNSUPPORTED: going further back would not help, and the user must know.
 */
export async function restoreLatest(
  folder: string,
  configHash: string,
  onDamaged: (message: string) => void,
): Promise<RestoredCheckpoint | undefined> {
  const stored = await listCheckpoints(folder);
  for (const [index, checkpoint] of stored.entries()) {
    try {
      return { checkpoint, state: await restoreCheckpoint(checkpoint, configHash) };
    } catch (error) {
      if (!(error instanceof CheckpointError) || error.code !== 'DAMAGED') throw error;
      const isLast = index === stored.length - 1;
      onDamaged(
        `${error.message}; ${isLast ? 'there is none before it: the run begins anew' : 'the one before is used'}`,
      );
      await rename(checkpoint.path, `${checkpoint.path}.damaged`);
    }
  }
  return undefined;
}

/** Reads one checkpoint. @throws CheckpointError */
async function restoreCheckpoint(
  checkpoint: Pick<StoredCheckpoint, 'path' | 'sha256'>,
  configHash: string,
): Promise<SessionState> {
  const state = await readCheckpointFile(checkpoint.path, checkpoint.sha256);
  if (state.configHash !== configHash)
    throw new CheckpointError(
      'CONFIG_MISMATCH',
      `checkpoint ${checkpoint.path} (step ${state.step}) belongs to another configuration: hash ${state.configHash.slice(0, 12)}…, this run's is ${configHash.slice(0, 12)}…`,
    );
  return state;
}

/**
 * A checkpoint by the path of its file, whoever wrote it: verified against the hash in its name, if it has one.
 * @throws CheckpointError
 */
export function readCheckpoint(file: string): Promise<SessionState> {
  return readCheckpointFile(file, NAME.exec(path.basename(file))?.[2] ?? null);
}

/** Where a checkpoint of this step and content lies in the folder. */
export function checkpointPath(folder: string, step: number, sha256: string): string {
  return path.join(folder, `step-${String(step).padStart(8, '0')}-${sha256}.ckpt`);
}

/** Removes what a process that was killed while writing left behind. Only for a folder that nobody writes to at the moment. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await namesIn(folder))
    if (name.startsWith(ASIDE)) await rm(path.join(folder, name), { force: true });
}

async function prune(folder: string, policy: CheckpointPolicy): Promise<void> {
  const stored = await listCheckpoints(folder);
  const rated = [];
  for (const { step, path: file } of stored)
    rated.push({ step, metrics: policy.keepBest === 0 ? {} : await metricsOf(file) });
  const kept = keptCheckpoints(policy, rated);
  for (const { step, path: file } of stored) if (!kept.has(step)) await rm(file, { force: true });
}

/** One that cannot be read is not the best at anything; whoever restores it says what is wrong. */
async function metricsOf(file: string): Promise<SessionState['metrics']> {
  try {
    return await readCheckpointMetrics(file);
  } catch (error) {
    if (error instanceof CheckpointError) return {};
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
