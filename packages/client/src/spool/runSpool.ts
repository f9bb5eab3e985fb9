/**
 * @file The spool of one writer of one run: numbers its step records, remembers under which lease they go, and can be found again
 * after a crash. `<root>/<run>--<writer>/` while it has something to send; `<root>/rejected/` for what the API will not take.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { recordText } from '../records/recordText.ts';
import { DEFAULT_PART_BYTES, type StepLog, toStepRecords } from '../records/stepRecord.ts';
import { nodeFileSystem, replaceFile, type SpoolFileSystem } from './fileSystem.ts';
import { Spool, type SpoolOptions } from './spool.ts';

const metaSchema = z.object({
  version: z.literal(1),
  runId: z.string().min(1),
  writer: z.string().min(1),
  leaseToken: z.string().min(1),
  createdAt: z.string(),
});
export type SpoolMeta = z.output<typeof metaSchema>;

export interface RunSpoolOptions extends Omit<SpoolOptions, 'folder'> {
  /** Folder that holds the spools of all runs. */
  readonly root: string;
  /** Largest record in JSON bytes; larger steps are split. */
  readonly partBytes?: number;
}

const REJECTED = 'rejected';
const REFUSED_FILE = 'refused.jsonl';

export class RunSpool {
  readonly spool: Spool;
  readonly #root: string;
  readonly #fs: SpoolFileSystem;
  readonly #partBytes: number;
  #meta: SpoolMeta;
  #sequence = 0;

  private constructor(spool: Spool, meta: SpoolMeta, options: RunSpoolOptions) {
    this.spool = spool;
    this.#meta = meta;
    this.#root = options.root;
    this.#fs = options.fileSystem ?? nodeFileSystem;
    this.#partBytes = options.partBytes ?? DEFAULT_PART_BYTES;
  }

  /** A new spool with a writer of its own, so that its sequence numbers meet nobody else's. */
  static async create(
    options: RunSpoolOptions,
    run: { runId: string; leaseToken: string },
  ): Promise<RunSpool> {
    const fs = options.fileSystem ?? nodeFileSystem;
    const writer = `w_${randomUUID()}`;
    const meta: SpoolMeta = { version: 1, ...run, writer, createdAt: new Date().toISOString() };
    const folder = `${options.root}/${folderName(meta)}`;
    // Made aside and renamed: a spool folder without its meta file cannot be seen.
    const aside = `${options.root}/.new-${writer}`;
    await fs.makeFolder(aside);
    await replaceFile(fs, aside, 'meta.json', JSON.stringify(meta));
    await fs.rename(aside, folder);
    await fs.syncFolder(options.root);
    return new RunSpool(await Spool.open({ ...options, folder }), meta, options);
  }

  /** A spool that an earlier process left behind, to be drained. */
  static async open(options: RunSpoolOptions, folder: string, meta: SpoolMeta): Promise<RunSpool> {
    return new RunSpool(await Spool.open({ ...options, folder }), meta, options);
  }

  get runId(): string {
    return this.#meta.runId;
  }

  get writer(): string {
    return this.#meta.writer;
  }

  get leaseToken(): string {
    return this.#meta.leaseToken;
  }

  /** The run was claimed again by the same writer: what waits goes under the new lease. */
  async setLeaseToken(leaseToken: string): Promise<void> {
    this.#meta = { ...this.#meta, leaseToken };
    await replaceFile(this.#fs, this.spool.folder, 'meta.json', JSON.stringify(this.#meta));
  }

  /**
   * Resolves once the whole step is flushed to disk.
   * @throws SpoolFullError when there is no room. Appending the same step again is right: parts already flushed are recorded
   * twice, which changes nothing.
   */
  async append(log: StepLog): Promise<void> {
    const texts = toStepRecords(log, this.#partBytes).map((fields) => recordText(++this.#sequence, fields));
    await Promise.all(texts.map((text) => this.spool.append(text)));
  }

  /** Keeps records that the API refuses, with the reason, beside those of other spools. Returns the file. */
  async keepRefused(payloads: readonly Uint8Array[], why: string): Promise<string> {
    const folder = `${this.#root}/${REJECTED}/${folderName(this.#meta)}`;
    await this.#fs.makeFolder(folder);
    const path = `${folder}/${REFUSED_FILE}`;
    const file = await this.#fs.open(path, { create: true });
    try {
      const lines = payloads.map(
        (payload) => `{"refused":${JSON.stringify(why)},"record":${Buffer.from(payload).toString('utf8')}}\n`,
      );
      await file.write(Buffer.from(lines.join('')), await this.#fs.size(path));
      await file.sync();
    } finally {
      await file.close();
    }
    return path;
  }

  /** Closes the spool and moves what waits into `rejected/`. Returns the folder. */
  async reject(why: string): Promise<string> {
    await this.spool.close();
    const folder = `${this.#root}/${REJECTED}/${folderName(this.#meta)}/unsent-${Date.now().toString(36)}`;
    await this.#fs.makeFolder(`${this.#root}/${REJECTED}/${folderName(this.#meta)}`);
    await replaceFile(this.#fs, this.spool.folder, 'why.txt', `${why}\n`);
    await this.#fs.rename(this.spool.folder, folder);
    await this.#fs.syncFolder(this.#root);
    return folder;
  }

  /** Closes the spool; its folder goes when nothing waits in it. */
  async close(): Promise<void> {
    await this.spool.close();
    if (this.spool.pendingRecords === 0) await this.#fs.removeFolder(this.spool.folder);
  }
}

export interface FoundSpool {
  readonly folder: string;
  readonly meta: SpoolMeta;
}

/** The spools that earlier processes left in the folder, oldest first; folders that cannot be read are named. */
export async function findSpools(
  root: string,
  fs: SpoolFileSystem = nodeFileSystem,
): Promise<{ spools: FoundSpool[]; unreadable: string[] }> {
  await fs.makeFolder(root);
  const spools: FoundSpool[] = [];
  const unreadable: string[] = [];
  for (const name of await fs.list(root)) {
    const folder = `${root}/${name}`;
    // Left by a process that ended while making it; nothing was ever appended.
    if (name.startsWith('.new-')) await fs.removeFolder(folder);
    else if (name.includes('--')) {
      const meta = await readMeta(fs, folder);
      if (meta === undefined) unreadable.push(folder);
      else spools.push({ folder, meta });
    }
  }
  spools.sort((a, b) => a.meta.createdAt.localeCompare(b.meta.createdAt));
  return { spools, unreadable };
}

async function readMeta(fs: SpoolFileSystem, folder: string): Promise<SpoolMeta | undefined> {
  try {
    return metaSchema.safeParse(JSON.parse(await fs.readText(`${folder}/meta.json`))).data;
  } catch {
    // Not there or not JSON: the caller reports the folder.
    return undefined;
  }
}

function folderName(meta: SpoolMeta): string {
  return `${encodeURIComponent(meta.runId)}--${meta.writer}`;
}
