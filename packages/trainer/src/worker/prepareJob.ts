/** @file All that a claimed run needs before it can train: its configuration, its prompts, and the checkpoint to go on from. */
import { ApiError, ConnectionError, type LeaseInfo, backoffMs, pause } from '@nabla/client';
import { parseRunConfig, type RunConfig } from '@nabla/domain';

import { bringPrompts, type PromptReader } from './bringPrompts.ts';
import type { RunContext } from './executeRun.ts';
import type { TrainingJob } from './protocol.ts';
import type { RunFolder } from './runFolder.ts';
import type { StopRequest } from './stopRequest.ts';

/** What makes a run impossible on this worker, in a sentence for the run's page. */
export class RunImpossible extends Error {
  override readonly name = 'RunImpossible';
}

/**
 * Waits for the API as long as it takes, unless the run is not wanted any more.
 * @throws RunImpossible, or what `readPromptFile` throws.
 */
export async function prepareJob(
  context: RunContext,
  lease: LeaseInfo,
  folder: RunFolder,
  stop: StopRequest,
): Promise<TrainingJob> {
  const { client } = context;
  const parsed = parseRunConfig(lease.run.config);
  if (!parsed.ok) {
    const reasons = parsed.errors.map(
      ({ path, message }) => `${path.join('.') || 'configuration'}: ${message}`,
    );
    throw new RunImpossible(
      `the configuration is not valid for this worker's version: ${reasons.join('; ')}`,
    );
  }
  const { config } = parsed;
  const over = new AbortController();
  const unlisten = stop.listen((kind) => {
    if (kind === 'drop') over.abort(new RunImpossible(stop.why));
  });
  try {
    const brought = await patiently(() => bringPrompts(config, readerOf(context)), over.signal);
    await patiently(
      () =>
        folder.prepare(client, lease, {
          trusted: !context.untrusted,
          signal: over.signal,
          onMissing: (message) => context.log('WARN', message, lease.run.id),
        }),
      over.signal,
    );
    const { fork: from } = lease;
    const fork =
      from === null
        ? undefined
        : await patiently(
            () =>
              bringOrigin(
                client,
                folder,
                from,
                `begins with (step ${from.step} of ${from.runId})`,
                over.signal,
              ),
            over.signal,
          );
    const reference = await patiently(() => referenceOf(context, config, folder, over.signal), over.signal);
    return {
      config,
      ...(fork === undefined ? {} : { fork }),
      ...(reference === undefined ? {} : { reference }),
      checkpointFolder: folder.path,
      evaluationPrompts: brought.evaluationPrompts,
      ...(brought.prompts === undefined ? {} : { prompts: brought.prompts }),
      ...(brought.warmupPrompts === undefined ? {} : { warmupPrompts: brought.warmupPrompts }),
      ...(context.rewardsDir === undefined ? {} : { rewardsDir: context.rewardsDir }),
      ...(context.modelsDir === undefined ? {} : { modelsDir: context.modelsDir }),
    };
  } finally {
    unlisten();
  }
}

function readerOf({ client, readPromptFile }: RunContext): PromptReader {
  return {
    file(file, where) {
      if (readPromptFile === undefined)
        throw new RunImpossible(
          `${where} names the file "${file}": workers read no files of others. Upload it as a prompt set, or execute the run with \`nabla train\` where the file is`,
        );
      return readPromptFile(file);
    },
    promptSet: (versionId) => client.promptSets.prompts(versionId),
  };
}

const SHA256 = /^[0-9a-f]{64}$/;

/** The checkpoint that holds the reference policy: one of the workspace, or a file where the run's own process has it. */
async function referenceOf(
  context: RunContext,
  config: RunConfig,
  folder: RunFolder,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { checkpoint } = config.policyGradient.kl;
  if (checkpoint === undefined) return undefined;
  if (SHA256.test(checkpoint))
    return bringOrigin(context.client, folder, { sha256: checkpoint }, 'is compared with', signal);
  if (context.checkpointFile === undefined)
    throw new RunImpossible(
      `policyGradient.kl.checkpoint names the file "${checkpoint}": workers read no files of others. Give the SHA-256 of a checkpoint stored in Nabla`,
    );
  return context.checkpointFile(checkpoint);
}

/** @throws RunImpossible when the server has the file no more. */
async function bringOrigin(
  client: RunContext['client'],
  folder: RunFolder,
  from: { readonly sha256: string; readonly step?: number },
  what: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await folder.origin(client, from, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'HTTP_404') throw error;
    throw new RunImpossible(
      `the checkpoint ${from.sha256.slice(0, 12)} that the run ${what} is not on the server any more`,
      { cause: error },
    );
  }
}

/** What needs the API, tried until it is there. */
async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      await pause(backoffMs(attempt), signal);
    }
  }
}
