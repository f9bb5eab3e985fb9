/** @file All that a claimed run needs before it can train: its configuration, its prompts, and the checkpoint to go on from. */
import { ConnectionError, type LeaseInfo, backoffMs, pause } from '@nabla/client';
import { parseRunConfig, type PromptRecord, type RunConfig } from '@nabla/domain';

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
    const versionId = lease.prompts?.id;
    const prompts = await patiently(() => promptsOf(context, config, versionId), over.signal);
    const warmupPath = config.warmup?.path;
    const warmupPrompts =
      warmupPath === undefined ? undefined : await promptFile(context, warmupPath, 'warmup.path');
    await patiently(
      () =>
        folder.prepare(client, lease, {
          trusted: !context.untrusted,
          signal: over.signal,
          onMissing: (message) => context.log('WARN', message, lease.run.id),
        }),
      over.signal,
    );
    return {
      config,
      checkpointFolder: folder.path,
      ...(prompts === undefined ? {} : { prompts }),
      ...(warmupPrompts === undefined ? {} : { warmupPrompts }),
      ...(context.rewardsDir === undefined ? {} : { rewardsDir: context.rewardsDir }),
    };
  } finally {
    unlisten();
  }
}

async function promptsOf(
  context: RunContext,
  config: RunConfig,
  versionId: string | undefined,
): Promise<readonly PromptRecord[] | undefined> {
  if (config.task.kind === 'file') return promptFile(context, config.task.path, 'task.path');
  if (config.task.kind !== 'prompt_set') return undefined;
  return context.client.promptSets.prompts(versionId ?? config.task.promptSetVersionId);
}

async function promptFile(
  context: RunContext,
  file: string,
  where: string,
): Promise<readonly PromptRecord[]> {
  if (context.readPromptFile === undefined)
    throw new RunImpossible(
      `${where} names the file "${file}": workers read no files of others. Upload it as a prompt set, or execute the run with \`nabla train\` where the file is`,
    );
  return context.readPromptFile(file);
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
