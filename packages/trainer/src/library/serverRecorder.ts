/** @file A run of the library on a server: a run of a trainer that executes elsewhere, as docs/client.md describes them. */
import { createClient } from '@nabla/client';
import type { RunConfig } from '@nabla/domain';

import type { Recorder } from './recorder.ts';
import type { TrainServer } from './trainOptions.ts';

/** @throws what the client throws when the server refuses the run or cannot be reached. */
export async function serverRecorder(
  { url, apiKey, project }: TrainServer,
  config: RunConfig,
  warn: (message: string) => void,
): Promise<Recorder & { readonly runId: string }> {
  const run = await createClient({ url, apiKey }).startRun({
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
    async end(how) {
      if (how.kind === 'finished') await run.finish();
      else if (how.kind === 'failed') await run.fail(how.cause, how.step);
      else await run.release('stopped by the script that runs it');
    },
  };
}
