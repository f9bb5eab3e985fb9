/**
 * @file Downloads a model's files once, into `<modelsDir>/<owner>--<name>/<commit>/`: resumed where it was cut off, each file
 * checked against its checksum, and the folder given its name only when all are there.
 */
import { mkdir, readFile, rename, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { TrainerError } from '../errors.ts';
import { downloadFile, type RetryPolicy, RETRIES } from './downloadFile.ts';
import { withDownloadLock } from './downloadLock.ts';
import {
  describeModel,
  hubEndpoint,
  HubUnreachable,
  type HubFile,
  type HubModel,
  type HubOptions,
} from './hub.ts';
import { exists, hasCode, statOf } from './modelFile.ts';
import { filesOfModel } from './filesOfModel.ts';
import { shardsOf } from './safetensors.ts';

export interface DownloadProgress {
  /** The file under way. */
  readonly file: string;
  readonly fileBytes: number;
  readonly fileTotalBytes: number;
  /** Of all files, those of earlier attempts included. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface DownloadOptions extends HubOptions {
  /** On the hub: "owner/name". */
  readonly name: string;
  readonly revision: string;
  readonly modelsDir: string;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly retries?: RetryPolicy | undefined;
}

const FIRST_ATTEMPTS = 3;
const COMMIT = /^[0-9a-f]{40}$/;
/** Left free on the disk: checkpoints and metrics need room too. */
const SPARE_BYTES = 256 * 1024 * 1024;

/**
 * @returns the folder of the files. One that was downloaded before is used without asking the hub.
 * @throws TrainerError MODEL when there is no such model, it cannot be reached, or its files do not match their checksums.
 */
export async function downloadModel(options: DownloadOptions): Promise<{ dir: string; commit: string }> {
  const { name, revision, modelsDir } = options;
  const home = path.join(modelsDir, name.replace('/', '--'));
  const known = await knownCommit(home, revision);
  if (known !== null) return known;
  await mkdir(home, { recursive: true });
  return withDownloadLock(path.join(home, '.lock'), options.signal, async () => {
    // Another process may have downloaded it while this one waited.
    const meanwhile = await knownCommit(home, revision);
    if (meanwhile !== null) return meanwhile;
    const model = await retrying(options, () => describeModel(name, revision, options, options.signal));
    const dir = path.join(home, model.commit);
    if (!(await exists(dir))) await fetchAll(model, dir, options);
    await rememberRevision(home, revision, model.commit);
    return { dir, commit: model.commit };
  });
}

/** Where a revision was downloaded before. */
async function knownCommit(home: string, revision: string): Promise<{ dir: string; commit: string } | null> {
  const commit = COMMIT.test(revision) ? revision : await revisionOf(home, revision);
  if (commit === null) return null;
  const dir = path.join(home, commit);
  return (await exists(dir)) ? { dir, commit } : null;
}

function revisionFile(home: string, revision: string): string {
  return path.join(home, 'revisions', encodeURIComponent(revision));
}

async function revisionOf(home: string, revision: string): Promise<string | null> {
  try {
    const commit = (await readFile(revisionFile(home, revision), 'utf8')).trim();
    return COMMIT.test(commit) ? commit : null;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function rememberRevision(home: string, revision: string, commit: string): Promise<void> {
  if (COMMIT.test(revision)) return;
  const file = revisionFile(home, revision);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.aside`, `${commit}\n`);
  await rename(`${file}.aside`, file);
}

async function fetchAll(model: HubModel, dir: string, options: DownloadOptions): Promise<void> {
  const aside = `${dir}.incomplete`;
  await mkdir(aside, { recursive: true });
  const fetchOne = async (file: HubFile, onBytes: (bytes: number) => void): Promise<void> =>
    downloadFile({
      name: options.name,
      commit: model.commit,
      file,
      target: path.join(aside, file.name),
      hub: options,
      signal: options.signal,
      retries: options.retries ?? RETRIES,
      onBytes,
    }).catch((error: unknown) => {
      throw explained(error, options);
    });

  const files = await filesOfModel(model, options.name, async (index) => {
    await fetchOne(index, () => undefined);
    return shardsOf(aside);
  });
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  await assertRoom(aside, files, totalBytes, options.name);
  let before = 0;
  for (const file of files) {
    await fetchOne(file, (fileBytes) =>
      options.onProgress?.({
        file: file.name,
        fileBytes,
        fileTotalBytes: file.bytes,
        bytes: before + fileBytes,
        totalBytes,
      }),
    );
    before += file.bytes;
  }
  await rename(aside, dir);
}

async function assertRoom(
  aside: string,
  files: readonly HubFile[],
  totalBytes: number,
  name: string,
): Promise<void> {
  const { bavail, bsize } = await statfs(aside);
  let there = 0;
  for (const file of files)
    for (const suffix of ['', '.part'])
      there += (await statOf(path.join(aside, file.name + suffix)))?.size ?? 0;
  const needed = totalBytes - there + SPARE_BYTES;
  if (bavail * bsize < needed)
    throw new TrainerError(
      'MODEL',
      `${name} needs ${gigabytes(needed)} more in ${path.dirname(aside)}, where ${gigabytes(bavail * bsize)} are free: make room, or set NABLA_MODELS_DIR to another disk`,
    );
}

/** The first contact: somebody without a network should hear so within seconds, not after all that a download in progress may try. */
async function retrying<Result>(options: DownloadOptions, run: () => Promise<Result>): Promise<Result> {
  const { attempts: most, waitMs, wait } = options.retries ?? RETRIES;
  const attempts = Math.min(most, FIRST_ATTEMPTS);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof HubUnreachable) || attempt === attempts) throw explained(error, options);
      await wait(error.waitMs ?? waitMs * 2 ** (attempt - 1), options.signal);
    }
  }
}

function explained(error: unknown, options: DownloadOptions): unknown {
  if (hasCode(error, 'ENOSPC'))
    return new TrainerError(
      'MODEL',
      `the disk of ${options.modelsDir} is full: make room and start again (the download of ${options.name} goes on where it stopped), or set NABLA_MODELS_DIR to another disk`,
      {},
      { cause: error },
    );
  if (!(error instanceof HubUnreachable)) return error;
  return new TrainerError(
    'MODEL',
    `${options.name} cannot be downloaded from ${hubEndpoint(options)}: ${error.message}. Start again to go on where it stopped; where the hub is out of reach, copy the model's directory here and give its path as model.source (a mirror can be named by HF_ENDPOINT)`,
    {},
    { cause: error },
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
