/** @file A run of the library on a server: a run of a trainer that executes elsewhere, as docs/client.md describes them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { createClient, type Client, type StartedRun } from '@nabla/client';
import { configHash, type RunConfig } from '@nabla/domain';

import {
  checkpointPath,
  listCheckpoints,
  readCheckpoint,
  saveCheckpoint,
} from '../checkpoint/checkpointStore.ts';
import { checkpointFolder } from '../cli/runFiles.ts';
import type { Session } from '../session.ts';
import type { SessionState } from '../sessionState.ts';
import type { Recorder } from './recorder.ts';
import type { TrainServer } from './trainOptions.ts';

export interface ServerRecorder extends Recorder {
  readonly runId: string;
  /** What a resumed run goes on from; undefined where it begins. */
  readonly restore: SessionState | undefined;
}

/**
 * Makes the run, or takes the one to resume.
 * @param out of a resumed run: its checkpoints later than the server's are removed, they are made again.
 * @throws what the client throws when the server refuses the run or cannot be reached; Error when the run to resume is another.
 */
export async function serverRecorder(
  { url, apiKey, project, resume, leaseSeconds }: TrainServer,
  config: RunConfig,
  { out, warn }: { out: string | undefined; warn: (message: string) => void },
): Promise<ServerRecorder> {
  const client = createClient({ url, apiKey });
  if (resume !== undefined) {
    const found = await client.runs.get(resume);
    if (found.configHash !== configHash(config))
      throw new Error(
        `train: run ${resume} is another run than this script's: its settings, prompts or reward functions differ`,
      );
  }
  const holding = { onProblem: warn, ...(leaseSeconds === undefined ? {} : { leaseSeconds }) };
  const run =
    resume === undefined
      ? await client.startRun({ project, config, ...holding })
      : await client.resumeRun({ runId: resume, ...holding });
  const runId = run.info.id;

  let kept = run.resumedFrom?.step ?? 0;
  async function keepCheckpoint(session: Pick<Session, 'snapshot'>): Promise<void> {
    await inTemporaryFolder(async (folder) => {
      const state = await session.snapshot();
      const { sha256 } = await saveCheckpoint(folder, state, config.checkpoint);
      await run.checkpoint(checkpointPath(folder, state.step, sha256), {
        step: state.step,
        metrics: state.metrics,
      });
      kept = state.step;
    });
  }

  let restore: SessionState | undefined;
  try {
    restore = await stateOf(run, client);
    if (out !== undefined) await removeAfter(checkpointFolder(out), kept);
  } catch (error) {
    await run.release('its checkpoint could not be read');
    throw error;
  }
  return {
    runId,
    restore,
    step: (result) => run.log(result),
    get stopAsked() {
      return run.command !== 'CONTINUE';
    },
    async checkpointIfDue(session) {
      if (run.checkpointAsked || session.step % config.checkpoint.everySteps === 0)
        await keepCheckpoint(session);
    },
    async keep(session) {
      if (run.command !== 'CANCEL' && run.lost === undefined && kept < session.step)
        await keepCheckpoint(session);
    },
    async end(how) {
      if (how.kind === 'finished') await run.finish();
      else if (how.kind === 'failed') await run.fail(how.cause, how.step);
      else {
        // Released as it is, it would wait in the queue for this process, as if that came back by itself.
        if (run.command === 'CONTINUE' && run.lost === undefined) {
          await run.flush();
          await client.runs.pause(runId);
        }
        await run.release('stopped by the script that runs it');
      }
    },
  };
}

/** Of the checkpoint that a resumed run goes on from; undefined where it begins. */
async function stateOf(
  { resumedFrom }: StartedRun,
  { artifacts }: Pick<Client, 'artifacts'>,
): Promise<SessionState | undefined> {
  if (resumedFrom === null) return undefined;
  return inTemporaryFolder(async (folder) => {
    const file = checkpointPath(folder, resumedFrom.step, resumedFrom.sha256);
    await artifacts.download(resumedFrom.sha256, file);
    return readCheckpoint(file);
  });
}

async function removeAfter(folder: string, step: number): Promise<void> {
  for (const checkpoint of await listCheckpoints(folder))
    if (checkpoint.step > step) await rm(checkpoint.path, { force: true });
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nabla-checkpoint-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
