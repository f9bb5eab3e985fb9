/** @file From what a configuration calls a model (a path, or a name on the hub) to a directory with its files. */
import path from 'node:path';

import { TrainerError } from '../errors.ts';
import { downloadModel, type DownloadProgress } from './download.ts';
import { isHubName } from './hub.ts';
import { readModelJson, readOptionalJson, statOf } from './modelFile.ts';

export interface ModelDirectoryOptions {
  /** A path (absolute, or from the working directory: ./, ../, or an existing directory), or a name on the hub. */
  readonly source: string;
  /** Branch, tag or commit of a name on the hub; a path has none. */
  readonly revision?: string | undefined;
  /** Where downloaded models are kept: `<modelsDir>/<owner>--<name>/<commit>`. */
  readonly modelsDir: string;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ModelDirectory {
  readonly dir: string;
  /** What was downloaded, a commit of 40 hex digits; null for a path. */
  readonly commit: string | null;
  /** As in config.json, not checked yet. */
  readonly config: unknown;
  /** As in generation_config.json; null where there is none. */
  readonly generationConfig: unknown;
}

/**
 * A path always works, without a network. A name on the hub is downloaded once; from then on the copy is used, without asking
 * the hub: a run that is resumed or replayed must find the weights it began with.
 * @throws TrainerError MODEL saying what is missing and what to do.
 */
export async function openModelDirectory(options: ModelDirectoryOptions): Promise<ModelDirectory> {
  const { source, revision = 'main', modelsDir, onProgress, signal } = options;
  const local = await localDirectory(source);
  const { dir, commit } =
    local === null
      ? await downloadModel({ name: source, revision, modelsDir, onProgress, signal })
      : { dir: local, commit: null };
  return {
    dir,
    commit,
    config: await readModelJson(dir, 'config.json', 'it says what the model is made of'),
    generationConfig: await readOptionalJson(dir, 'generation_config.json'),
  };
}

/** Null when the source is meant as a name on the hub. */
async function localDirectory(source: string): Promise<string | null> {
  const dir = path.resolve(source);
  const found = await statOf(dir);
  if (found?.isDirectory() === true) return dir;
  if (found !== null)
    throw new TrainerError('MODEL', `${dir} is a file: give the directory that holds config.json`);
  const isPath = path.isAbsolute(source) || /^\.\.?(\/|\\|$)/.test(source);
  if (isPath) throw new TrainerError('MODEL', `there is no model directory ${dir}`);
  if (!isHubName(source))
    throw new TrainerError(
      'MODEL',
      `"${source}" is neither a directory (${dir} does not exist) nor a name on the hub (owner/name)`,
    );
  return null;
}
