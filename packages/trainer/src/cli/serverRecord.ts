/** @file The record of a run that is kept on a server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { parseRunConfig, type RunConfig } from '@nabla/domain';
import { ApiError, type CheckpointInfo, type Client, type CompletionInfo, type RunInfo } from '@nabla/client';

import { checkpointPath, readCheckpoint } from '../checkpoint/checkpointStore.ts';
import type { SessionState } from '../sessionState.ts';
import type { RecordedCompletion, RecordedStep, RunRecord } from '../replay/runRecord.ts';
import { bringPrompts, type PromptReader } from '../worker/bringPrompts.ts';
import { CliError, EXIT } from './cliError.ts';

/** Names of one request for series. */
const NAMES_AT_ONCE = 100;
const TOKENS_AT_ONCE = 8;

/**
 * Checkpoints are downloaded into a temporary folder as they are asked for.
 * @param readFile for prompts in files, which only the run's own process has.
 * @throws CliError
 */
export async function openServerRecord(
  client: Client,
  runId: string,
  readFile: PromptReader['file'],
  warn: (message: string) => void,
): Promise<RunRecord> {
  const run = await client.runs.get(runId);
  const config = recordedConfig(run);
  const names = (await client.runs.summaries(run.id)).map(({ name }) => name);
  const folder = await mkdtemp(path.join(tmpdir(), 'nabla-replay-'));
  const checkpoints: CheckpointInfo[] = [];
  for await (const checkpoint of client.runs.checkpoints(run.id))
    if (checkpoint.deletedAt === null) checkpoints.push(checkpoint);
  checkpoints.sort((a, b) => b.step - a.step);

  const download = async (sha256: string, step: number): Promise<SessionState> => {
    const file = checkpointPath(folder, step, sha256);
    await client.artifacts.download(sha256, file);
    return readCheckpoint(file);
  };
  const downloadOr = async ({ step, sha256 }: CheckpointInfo): Promise<SessionState | null> => {
    try {
      return await download(sha256, step);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'HTTP_404') throw error;
      warn(`the checkpoint of step ${step} cannot be had: ${error.message}`);
      return null;
    }
  };
  return {
    config,
    backend: run.backend === 'native' || run.backend === 'wasm' ? run.backend : null,
    lastStep: run.step,
    brought: await bringPrompts(config, {
      file: readFile,
      promptSet: (versionId) => client.promptSets.prompts(versionId),
    }),
    async before(wanted) {
      for (const checkpoint of checkpoints) {
        const state = checkpoint.step < wanted ? await downloadOr(checkpoint) : null;
        if (state !== null) return state;
      }
      return null;
    },
    async after(wanted) {
      const found = checkpoints.find(({ step }) => step === wanted);
      return found === undefined ? null : downloadOr(found);
    },
    async fork() {
      return run.forkedFrom === null ? undefined : download(run.forkedFrom.sha256, run.forkedFrom.step);
    },
    async reference() {
      const { checkpoint } = config.policyGradient.kl;
      if (checkpoint === undefined) return undefined;
      return /^[0-9a-f]{64}$/.test(checkpoint)
        ? download(checkpoint, 0)
        : readCheckpoint(path.resolve(checkpoint));
    },
    async *steps(first, last) {
      const metrics = await metricsOf(client, run.id, names, [first, last]);
      for (let step = first; step <= last; step++) {
        const values = metrics.get(step);
        if (values === undefined) continue;
        const recorded: RecordedStep = {
          step,
          metrics: values,
          completions: await completionsOf(client, run.id, config, step),
        };
        yield recorded;
      }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** @throws CliError when another version of Nabla wrote it. */
export function recordedConfig({ id, config }: RunInfo): RunConfig {
  const parsed = parseRunConfig(config);
  if (parsed.ok) return parsed.config;
  const reasons = parsed.errors.map(({ path: at, message }) => `${at.join('.')}: ${message}`);
  throw new CliError(
    EXIT.usage,
    `the configuration of run ${id} is not valid for this version: ${reasons.join('; ')}`,
  );
}

/** By step. */
async function metricsOf(
  client: Client,
  runId: string,
  names: readonly string[],
  [fromStep, toStep]: readonly [number, number],
): Promise<Map<number, Map<string, number>>> {
  const found = new Map<number, Map<string, number>>();
  for (let start = 0; start < names.length; start += NAMES_AT_ONCE) {
    const series = await client.runs.series(runId, {
      names: names.slice(start, start + NAMES_AT_ONCE),
      fromStep,
      toStep,
      maxPoints: 5000,
    });
    for (const { name, steps, last, bucketed } of series) {
      if (bucketed)
        throw new CliError(EXIT.usage, `steps ${fromStep} to ${toStep} are too many to be repeated at once`);
      for (const [index, step] of steps.entries()) {
        const value = last[index];
        const values = found.get(step) ?? new Map<string, number>();
        found.set(step, values);
        if (value !== null && value !== undefined) values.set(name, value);
      }
    }
  }
  return found;
}

/** Those trained on and those of evaluations, as they followed one another. */
async function completionsOf(
  client: Client,
  runId: string,
  config: RunConfig,
  step: number,
): Promise<RecordedCompletion[]> {
  const found: CompletionInfo[] = [];
  const sets = [null, ...(config.evaluation?.sets ?? []).map(({ name }) => name)];
  for (const evaluationSet of sets) {
    const filter = { step: { gte: step, lte: step }, evaluationSet };
    for await (const completion of client.runs.completions(runId, { filter, pageSize: 200 }))
      found.push(completion);
  }
  found.sort((a, b) => a.index - b.index);
  const recorded: RecordedCompletion[] = [];
  for (let start = 0; start < found.length; start += TOKENS_AT_ONCE)
    recorded.push(
      ...(await Promise.all(
        found.slice(start, start + TOKENS_AT_ONCE).map(async (completion) => ({
          ...completion,
          tokens: config.record.tokens ? await client.runs.completionTokens(completion.id) : null,
        })),
      )),
    );
  return recorded;
}
