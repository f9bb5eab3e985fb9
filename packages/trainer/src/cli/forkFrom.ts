/** @file `nabla train --from`: the checkpoint of another run that a new one begins with. */
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';

import { createClient } from '@nabla/client';
import { forkedConfig, type RunConfig } from '@nabla/domain';

import { CheckpointError } from '../checkpoint/checkpointError.ts';
import { checkpointPath, readCheckpoint } from '../checkpoint/checkpointStore.ts';
import { hashFile } from '../checkpoint/hashFile.ts';
import { forkDifferences } from '../forkState.ts';
import type { SessionState } from '../sessionState.ts';
import { CliError, EXIT } from './cliError.ts';
import { findPolicy } from './policySource.ts';
import type { RunPlace } from './runFiles.ts';
import { asServerError } from './serverError.ts';
import { recordedConfig } from './serverRecord.ts';

/** A checkpoint in a file, read and verified. */
export interface ForkPoint {
  readonly file: string;
  readonly sha256: string;
  readonly state: SessionState;
  /** What paths of its configuration are relative to. */
  readonly baseFolder: string;
}

/** The checkpoint of a run on a server. */
export interface ServerForkPoint {
  readonly runId: string;
  readonly step: number;
}

const AT_STEP = /^(.+):(\d+)$/;

/**
 * @param given a checkpoint file, or the folder of a run, with ":<step>" behind it or the latest.
 * @throws CliError
 */
export async function openForkPoint(given: string): Promise<ForkPoint> {
  const [, folder = given, step] = AT_STEP.exec(given) ?? [];
  const source = await findPolicy(folder, step === undefined ? {} : { step: Number(step) });
  if (source.kind !== 'checkpoint')
    throw new CliError(
      EXIT.usage,
      `--from ${given}: a fork begins with a checkpoint of a run. For a Hugging Face model set model.kind=hugging_face and model.source=${source.source}`,
    );
  try {
    const state = await readCheckpoint(source.file);
    const { file, baseFolder } = source;
    return { file: path.resolve(file), sha256: await hashFile(file), state, baseFolder };
  } catch (error) {
    if (error instanceof CheckpointError)
      throw new CliError(EXIT.usage, `--from ${given}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** The configuration of the run on the server that is forked, under the run's name of now. @throws CliError */
export async function parentOnServer(
  url: string,
  apiKey: string,
  { runId }: ServerForkPoint,
): Promise<RunConfig> {
  try {
    const run = await createClient({ url, apiKey }).runs.get(runId);
    return { ...recordedConfig(run), name: run.name };
  } catch (error) {
    throw asServerError(error);
  }
}

/** @throws CliError when it does not name run and step. */
export function serverForkPoint(given: string): ServerForkPoint {
  const [, runId, step] = AT_STEP.exec(given) ?? [];
  if (runId === undefined || step === undefined || runId.includes('/'))
    throw new CliError(
      EXIT.usage,
      `--from ${given}: with --server name a run there and a step of which it has a checkpoint, for instance --from run_2f…:300`,
    );
  return { runId, step: Number(step) };
}

/** The configuration of the fork; says what is left out of it. @throws CliError naming what does not fit the checkpoint. */
export function configOfFork(
  config: RunConfig,
  { state }: ForkPoint,
  say: (message: string) => void,
): RunConfig {
  const differences = forkDifferences(state.config, config);
  if (differences.length > 0)
    throw new CliError(
      EXIT.usage,
      `the checkpoint of step ${state.step} does not fit the configuration: ${differences.join('; ')}`,
    );
  const forked = forkedConfig(config, state);
  if (forked !== config) say(`the warm-up is left out: the checkpoint of step ${state.step} is past it`);
  return forked;
}

/** Where the checkpoint lies that the run in this folder began with; undefined when it is no fork. */
export function keptForkPoint(folder: string, { forkedFrom }: RunPlace): string | undefined {
  return forkedFrom && checkpointPath(path.join(folder, 'origins'), forkedFrom.step, forkedFrom.sha256);
}

/** Copies the checkpoint into the folder of the new run, so that it is there however the old run goes on. */
export async function keepForkPoint(folder: string, place: RunPlace): Promise<void> {
  const kept = keptForkPoint(folder, place);
  if (kept === undefined || place.forkedFrom === undefined) return;
  await mkdir(path.dirname(kept), { recursive: true });
  await copyFile(place.forkedFrom.file, kept);
}

/** The checkpoint file that holds the reference policy; undefined where the configuration names none. @throws CliError */
export function referenceFile(config: RunConfig, baseFolder: string): string | undefined {
  const { checkpoint } = config.policyGradient.kl;
  if (checkpoint === undefined) return undefined;
  if (/^[0-9a-f]{64}$/.test(checkpoint))
    throw new CliError(
      EXIT.usage,
      'policyGradient.kl.checkpoint is a SHA-256, which only a server can look up: give --server, or the path of a checkpoint file',
    );
  return path.resolve(baseFolder, checkpoint);
}
