/** @file `nabla train`: from a configuration file, a preset, or a folder to resume, to a run. */
import { stat } from 'node:fs/promises';
import path from 'node:path';

import { configHash, configNotes, forkName, runConfigToYaml, type RunConfig } from '@nabla/domain';

import type { EngineChoice } from '../worker/trainingProcess.ts';
import { CliError, EXIT, type ExitCode } from './cliError.ts';
import {
  configOfFork,
  openForkPoint,
  parentOnServer,
  serverForkPoint,
  type ServerForkPoint,
} from './forkFrom.ts';
import { changedConfig, loadConfig, presetConfig } from './loadConfig.ts';
import { runLocally } from './localRun.ts';
import { DEFAULT_MODELS_FOLDER, apiKeyOf } from './options.ts';
import type { Progress } from './progress.ts';
import { assertNoRun, openRunFolder, type RunPlace } from './runFiles.ts';
import { runOnServer } from './serverRun.ts';

export interface TrainOptions {
  readonly set: readonly string[];
  /** A run preset, instead of a file. */
  readonly preset?: string;
  readonly printConfig?: boolean;
  /** A checkpoint to begin with: a file, the folder of a run, or with --server a run there and a step. */
  readonly from?: string;
  readonly out?: string;
  /** true: from the latest checkpoint; a number: from that step's. */
  readonly resume?: boolean | string;
  readonly server?: string;
  readonly apiKey?: string;
  readonly apiKeyFile?: string;
  readonly project?: string;
  readonly rewards?: string;
  /** Where models downloaded by name are kept. */
  readonly models?: string;
  readonly backend: EngineChoice;
}

export async function train(
  file: string | undefined,
  options: TrainOptions,
  progress: Progress,
): Promise<ExitCode> {
  if (options.printConfig === true) return printConfig(file, options, progress);
  const resuming = options.resume !== undefined && options.resume !== false;
  const { config, folder, place, isNew, fork } = await (resuming
    ? resumed(file, options)
    : started(file, options, progress));
  const rewardsDir = path.resolve(options.rewards ?? place.baseFolder);
  const modelsDir = path.resolve(options.models ?? DEFAULT_MODELS_FOLDER);
  // What the run asks for, unless the command says otherwise: the engine that is told and kept is then the one that computes.
  const engine = options.backend === 'auto' ? config.backend : options.backend;
  const common = { config, folder, place, isNew, rewardsDir, modelsDir, engine, progress };
  const url = options.server ?? place.server?.url;
  const resumeStep = typeof options.resume === 'string' ? options.resume : undefined;
  if (url === undefined) return runLocally({ ...common, resumeStep });
  if (resumeStep !== undefined)
    throw new CliError(
      EXIT.usage,
      'a run on a server resumes from its latest checkpoint: give --resume without a step',
    );
  return runOnServer({ ...common, url, apiKey: await apiKeyOf(options), project: options.project, fork });
}

interface Chosen {
  readonly config: RunConfig;
  readonly folder: string;
  readonly place: RunPlace;
  /** The folder is made when the run has really begun: a start that fails may be repeated with the same `--out`. */
  readonly isNew: boolean;
  /** A checkpoint on the server that the run begins with; one in a file stands in `place`. */
  readonly fork?: ServerForkPoint;
}

/** The configuration on stdout, what should be known of it on stderr. */
async function printConfig(
  file: string | undefined,
  options: TrainOptions,
  progress: Progress,
): Promise<ExitCode> {
  const config = await chosenConfig(file, options);
  process.stdout.write(runConfigToYaml(config));
  tellNotes(config, progress);
  return EXIT.ok;
}

/** Biases that a choice has are said where it is chosen. */
function tellNotes(config: RunConfig, progress: Progress): void {
  for (const note of configNotes(config)) progress.say(`note: ${note}`);
}

/** @throws CliError naming what is wrong with it, or that none was given. */
async function chosenConfig(
  file: string | undefined,
  options: TrainOptions,
  parent?: { readonly config: RunConfig; readonly step: number },
): Promise<RunConfig> {
  if (file !== undefined && options.preset !== undefined)
    throw new CliError(
      EXIT.usage,
      `give a configuration file or --preset, not both (${file}, ${options.preset})`,
    );
  if (options.preset !== undefined) return presetConfig(options.preset, options.set);
  if (file !== undefined) return loadConfig(file, options.set);
  // A fork without a configuration has that of its parent, under a name that tells the two apart.
  if (parent !== undefined) {
    const { config, step } = parent;
    return changedConfig('the checkpoint', { ...config, name: forkName(config.name, step) }, options.set);
  }
  throw new CliError(
    EXIT.usage,
    'give a configuration file (nabla train run.yaml), a preset (nabla train --preset demo), or --resume with --out',
  );
}

async function started(file: string | undefined, options: TrainOptions, progress: Progress): Promise<Chosen> {
  const { from } = options;
  const onServer = options.server !== undefined;
  const point = from === undefined || onServer ? undefined : await openForkPoint(from);
  const fork = from !== undefined && onServer ? serverForkPoint(from) : undefined;
  // Nothing but the checkpoint was named: its run's configuration, with paths from where that one has them.
  const inherits = file === undefined && options.preset === undefined;
  const parent =
    inherits && fork && options.server !== undefined
      ? {
          config: await parentOnServer(options.server, await apiKeyOf(options), fork),
          step: fork.step,
        }
      : point?.state;
  const baseFolder = path.resolve(
    file === undefined ? ((inherits ? point?.baseFolder : undefined) ?? '.') : path.dirname(file),
  );
  const given = await withModelPath(await chosenConfig(file, options, parent), baseFolder);
  refuseFunctions(given);
  const config = point === undefined ? given : configOfFork(given, point, (message) => progress.say(message));
  tellNotes(config, progress);
  const folder = path.resolve(options.out ?? path.join('runs', folderName(config.name)));
  const place: RunPlace = {
    baseFolder,
    ...(point === undefined
      ? {}
      : { forkedFrom: { file: point.file, step: point.state.step, sha256: point.sha256 } }),
  };
  await assertNoRun(folder);
  return { config, folder, place, isNew: true, ...(fork && { fork }) };
}

/** The folder's own configuration counts; a file given must say the same, which the checkpoint's hash checks. */
async function resumed(file: string | undefined, options: TrainOptions): Promise<Chosen> {
  if (options.out === undefined)
    throw new CliError(EXIT.usage, 'say which run to resume: --resume --out <folder>');
  if (options.preset !== undefined)
    throw new CliError(EXIT.usage, 'a run that is resumed keeps its configuration: leave --preset away');
  if (options.from !== undefined)
    throw new CliError(
      EXIT.usage,
      'a run that is resumed goes on from its own checkpoint: leave --from away',
    );
  const folder = path.resolve(options.out);
  const place = await openRunFolder(folder);
  if (options.server !== undefined && place.server?.url !== options.server)
    throw new CliError(
      EXIT.usage,
      `the run in ${options.out} is kept ${place.server === undefined ? 'in files' : `on ${place.server.url}`}, not on ${options.server}`,
    );
  const kept = path.join(folder, 'config.yaml');
  const config = await withModelPath(await loadConfig(file ?? kept, options.set), place.baseFolder);
  refuseFunctions(config);
  if (configHash(config) !== configHash(await loadConfig(kept, [])))
    throw new CliError(
      EXIT.usage,
      `a run keeps its configuration: what is given differs from ${kept}. Start a new run with another --out instead`,
    );
  return { config, folder, place, isNew: false };
}

/**
 * A model's directory is named relative to the configuration, as prompt files are. The run keeps where it is: it may be resumed
 * from anywhere.
 */
async function withModelPath(config: RunConfig, baseFolder: string): Promise<RunConfig> {
  const { model } = config;
  if (model.kind !== 'hugging_face') return config;
  const file = path.resolve(baseFolder, model.source);
  const isPath =
    /^\.{0,2}\//.test(model.source) || (await stat(file).catch(() => null))?.isDirectory() === true;
  return isPath ? { ...config, model: { ...model, source: file } } : config;
}

/** @throws CliError for a run that only a program can execute. */
function refuseFunctions({ rewards }: RunConfig): void {
  const index = rewards.findIndex(({ kind }) => kind === 'function');
  if (index >= 0)
    throw new CliError(
      EXIT.usage,
      `rewards.${index}.kind: a function is given in code, to train() of @nabla/trainer (docs/library.md): only that script can execute the run. For a reward in a file use kind module`,
    );
}

function folderName(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `${slug === '' ? 'run' : slug}-${stamp}`;
}
