/** @file A run of the library on a server: a run of a trainer that executes elsewhere, as docs/client.md describes them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { createClient } from '@nabla/client';
import type { RunConfig } from '@nabla/domain';

import { checkpointPath, saveCheckpoint } from '../checkpoint/checkpointStore.ts';
import type { Recorder } from './recorder.ts';
import type { TrainServer } from './trainOptions.ts';

/** @throws what the client throws when the server refuses the run or cannot be reached. */
export async function serverRecorder(
  { url, apiKey, project }: TrainServer,
  config: RunConfig,
  warn: (message: string) => void,
): Promise<Recorder & { readonly runId: string }> {
  const client = createClient({ url, apiKey });
  const run = await client.startRun({
    project,
    config,
    onProblem: warn,
  });
  return {
    runId: run.info.id,
    step: (result) => run.log(result),
    get stopAsked() {
      return run.command !== 'CONTINUE';
    },
    async checkpointIfAsked(session) {
      if (!run.checkpointAsked) return;
      const folder = await mkdtemp(path.join(tmpdir(), 'nabla-checkpoint-'));
      try {
        const state = await session.snapshot();
        const { sha256 } = await saveCheckpoint(folder, state, config.checkpoint);
        await run.checkpoint(checkpointPath(folder, state.step, sha256), { step: state.step });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async end(how) {
      if (how.kind === 'finished') await run.finish();
      else if (how.kind === 'failed') await run.fail(how.cause, how.step);
      else {
        // Released as it is, it would wait in the queue for this process, which never comes back for it.
        if (run.command !== 'CANCEL' && run.lost === undefined) {
          await run.flush();
          await client.runs.cancel(run.info.id);
        }
        await run.release('stopped by the script that runs it');
      }
    },
  };
}
