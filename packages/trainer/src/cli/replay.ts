/** @file `nabla replay`: repeats a recorded step and says whether it comes out the same. */
import { stat } from 'node:fs/promises';
import path from 'node:path';

import { createClient } from '@nabla/client';

import { openBackend } from '../backend/backend.ts';
import { CheckpointError } from '../checkpoint/checkpointError.ts';
import { TrainerError } from '../errors.ts';
import type { Difference } from '../replay/firstDifference.ts';
import { openLocalRecord } from '../replay/localRecord.ts';
import { replayStep, type ReplayReport } from '../replay/replayStep.ts';
import type { RunRecord } from '../replay/runRecord.ts';
import { bringPrompts } from '../worker/bringPrompts.ts';
import type { EngineChoice } from '../worker/trainingProcess.ts';
import { CliError, EXIT, type ExitCode } from './cliError.ts';
import { keptForkPoint, referenceFile } from './forkFrom.ts';
import { loadConfig } from './loadConfig.ts';
import { apiKeyOf, type ServerOptions } from './options.ts';
import { localPromptReader } from './promptFiles.ts';
import { checkpointFolder, openRunFolder } from './runFiles.ts';
import { asServerError } from './serverError.ts';
import { openServerRecord } from './serverRecord.ts';

export interface ReplayCommandOptions extends ServerOptions {
  readonly step: number;
  readonly rewards?: string;
  readonly models: string;
  readonly backend: EngineChoice;
  readonly json?: boolean;
}

export interface ReplayOutput {
  /** What was found. */
  readonly print: (text: string) => void;
  /** What happens meanwhile. */
  readonly say: (text: string) => void;
}

/** @param run the folder of a run, or with --server the id of one there. */
export async function replay(
  run: string,
  options: ReplayCommandOptions,
  { print, say }: ReplayOutput,
): Promise<ExitCode> {
  const { record, baseFolder } = await openRecord(run, options, say).catch((error: unknown) => {
    throw asServerError(error);
  });
  try {
    const { step } = options;
    if (step < 1 || step > record.lastStep)
      throw new CliError(EXIT.usage, `--step ${step}: the run has recorded steps 1 to ${record.lastStep}`);
    const wanted = options.backend === 'auto' ? (record.backend ?? record.config.backend) : options.backend;
    const backend = await openBackend(wanted);
    say(backend.describe());
    if (record.backend !== null && record.backend !== backend.kind)
      say(`note: the run was computed on ${record.backend}; the last bits of another backend are others`);
    const report = await replayStep({
      record,
      step,
      backend,
      rewardsDir: path.resolve(options.rewards ?? baseFolder),
      modelsDir: path.resolve(options.models),
      warn: (message) => say(`warn: ${message}`),
      onStep: (done) => say(`step ${done} is repeated`),
    });
    print(options.json === true ? JSON.stringify(report) : describeReport(report));
    return report.difference === null ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (error instanceof TrainerError || error instanceof CheckpointError)
      throw new CliError(EXIT.usage, `the step cannot be repeated: ${error.message}`, { cause: error });
    throw asServerError(error);
  } finally {
    await record.close();
  }
}

async function openRecord(
  run: string,
  options: ReplayCommandOptions,
  say: (text: string) => void,
): Promise<{ record: RunRecord; baseFolder: string }> {
  const warn = (message: string): void => say(`warn: ${message}`);
  const isFolder = (await stat(run).catch(() => null))?.isDirectory() === true;
  if (!isFolder && options.server === undefined)
    throw new CliError(EXIT.usage, `${run} is no folder of a run: give one, or --server and the id of a run`);
  if (!isFolder)
    return { record: await fromServer(run, options.server ?? '', '.', options, warn), baseFolder: '.' };

  const folder = path.resolve(run);
  const place = await openRunFolder(folder);
  const { baseFolder } = place;
  if (place.server !== undefined)
    return {
      record: await fromServer(place.server.runId, place.server.url, baseFolder, options, warn),
      baseFolder,
    };
  const config = await loadConfig(path.join(folder, 'config.yaml'), []);
  const record = await openLocalRecord({
    folder,
    config,
    brought: await bringPrompts(config, localPromptReader(baseFolder)),
    checkpointFolder: checkpointFolder(folder),
    backend: place.engine?.backend ?? null,
    fork: keptForkPoint(folder, place),
    reference: referenceFile(config, baseFolder),
    warn,
  });
  return { record, baseFolder };
}

async function fromServer(
  runId: string,
  url: string,
  baseFolder: string,
  options: ReplayCommandOptions,
  warn: (message: string) => void,
): Promise<RunRecord> {
  const client = createClient({ url, apiKey: await apiKeyOf(options) });
  return openServerRecord(client, runId, localPromptReader(baseFolder).file, warn);
}

/** For people. */
function describeReport({ step, from, compared, unrecorded, weightsHash, difference }: ReplayReport): string {
  const begun = from === 0 ? 'the beginning of the run' : `the checkpoint of step ${from}`;
  const amount = `${compared.completions} completions (${compared.tokens} tokens) and ${compared.metrics} metric values of ${count(compared.steps, 'step')}`;
  const lines = [`step ${step}, repeated from ${begun}`];
  if (unrecorded.length > 0) lines.push(`not recorded, so not compared: ${count(unrecorded.length, 'step')}`);
  if (difference !== null)
    return [
      ...lines,
      `compared: ${amount}`,
      `NOT the same: they part ${describeDifference(difference)}`,
    ].join('\n');
  lines.push(`the same to the last bit: ${amount}`);
  lines.push(
    compared.weights
      ? `the same to the last bit: weights and optimizer, against the checkpoint of step ${step} (weights ${weightsHash})`
      : `weights ${weightsHash}: not compared, there is no checkpoint of step ${step}`,
  );
  return lines.join('\n');
}

/** "in step 7, completion 3, token 2: token id was 5 "a", is now 9 "b"". */
function describeDifference({ step, completion, token, what, recorded, repeated }: Difference): string {
  const place = [
    `step ${step}`,
    ...(completion === null ? [] : [`completion ${completion}`]),
    ...(token === null ? [] : [`token ${token}`]),
  ];
  return `in ${place.join(', ')}: ${what} is ${recorded} in the record and ${repeated} now`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
