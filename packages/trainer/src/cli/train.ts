/** @file `nabla train`: from a configuration file, or a folder to resume, to a run. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { configHash, type RunConfig } from '@nabla/domain';

import type { EngineChoice } from '../worker/trainingProcess.ts';
import { CliError, EXIT, type ExitCode } from './cliError.ts';
import { loadConfig } from './loadConfig.ts';
import { runLocally } from './localRun.ts';
import type { Progress } from './progress.ts';
import { assertNoRun, checkpointFolder, openRunFolder, type RunPlace } from './runFiles.ts';
import { runOnServer } from './serverRun.ts';
import { resumeAt } from './resumeAt.ts';

export interface TrainOptions {
  readonly set: readonly string[];
  readonly out?: string;
  /** true: from the latest checkpoint; a number: from that step's. */
  readonly resume?: boolean | string;
  readonly server?: string;
  readonly apiKey?: string;
  readonly apiKeyFile?: string;
  readonly project?: string;
  readonly rewards?: string;
  readonly backend: EngineChoice;
}

export async function train(
  file: string | undefined,
  options: TrainOptions,
  progress: Progress,
): Promise<ExitCode> {
  const resuming = options.resume !== undefined && options.resume !== false;
  const { config, folder, place, isNew } = await (resuming ? resumed(file, options) : started(file, options));
  if (typeof options.resume === 'string')
    await resumeAt(checkpointFolder(folder), options.resume, (message) => progress.say(message));
  const rewardsDir = path.resolve(options.rewards ?? place.baseFolder);
  const common = { config, folder, place, isNew, rewardsDir, engine: options.backend, progress };
  const url = options.server ?? place.server?.url;
  if (url === undefined) return runLocally(common);
  if (typeof options.resume === 'string')
    throw new CliError(
      EXIT.usage,
      'a run on a server resumes from its latest checkpoint: give --resume without a step',
    );
  return runOnServer({ ...common, url, apiKey: await apiKeyOf(options), project: options.project });
}

interface Chosen {
  readonly config: RunConfig;
  readonly folder: string;
  readonly place: RunPlace;
  /** The folder is made when the run has really begun: a start that fails may be repeated with the same `--out`. */
  readonly isNew: boolean;
}

async function started(file: string | undefined, options: TrainOptions): Promise<Chosen> {
  if (file === undefined)
    throw new CliError(
      EXIT.usage,
      'give a configuration file (nabla train run.yaml), or --resume with --out',
    );
  const config = await loadConfig(file, options.set);
  const folder = path.resolve(options.out ?? path.join('runs', folderName(config.name)));
  const place: RunPlace = { baseFolder: path.resolve(path.dirname(file)) };
  await assertNoRun(folder);
  return { config, folder, place, isNew: true };
}

/** The folder's own configuration counts; a file given must say the same, which the checkpoint's hash checks. */
async function resumed(file: string | undefined, options: TrainOptions): Promise<Chosen> {
  if (options.out === undefined)
    throw new CliError(EXIT.usage, 'say which run to resume: --resume --out <folder>');
  const folder = path.resolve(options.out);
  const place = await openRunFolder(folder);
  if (options.server !== undefined && place.server?.url !== options.server)
    throw new CliError(
      EXIT.usage,
      `the run in ${options.out} is kept ${place.server === undefined ? 'in files' : `on ${place.server.url}`}, not on ${options.server}`,
    );
  const kept = path.join(folder, 'config.yaml');
  const config = await loadConfig(file ?? kept, options.set);
  if (configHash(config) !== configHash(await loadConfig(kept, [])))
    throw new CliError(
      EXIT.usage,
      `a run keeps its configuration: what is given differs from ${kept}. Start a new run with another --out instead`,
    );
  return { config, folder, place, isNew: false };
}

function folderName(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `${slug === '' ? 'run' : slug}-${stamp}`;
}

/** The key given, or that of the environment (NABLA_API_KEY, NABLA_API_KEY_FILE), which commander puts in the options. */
export async function apiKeyOf(options: { apiKey?: string; apiKeyFile?: string }): Promise<string> {
  if (options.apiKey !== undefined) return options.apiKey;
  if (options.apiKeyFile === undefined)
    throw new CliError(
      EXIT.usage,
      'a server needs an API key: --api-key, --api-key-file, or the environment variable NABLA_API_KEY',
    );
  try {
    return (await readFile(options.apiKeyFile, 'utf8')).trim();
  } catch (cause) {
    throw new CliError(EXIT.usage, `the API key file ${options.apiKeyFile} cannot be read`, { cause });
  }
}
