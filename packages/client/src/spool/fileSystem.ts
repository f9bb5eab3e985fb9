/** @file The few file operations a spool needs, behind an interface so that tests can make any of them fail. */
import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';

export interface SpoolFile {
  /** Writes all of it at the position, or throws. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Reads up to `length` bytes; fewer only at the end of the file. */
  read(length: number, position: number): Promise<Uint8Array>;
  /** Returns once the file's data would survive a power failure. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface SpoolFileSystem {
  /** Opens for reading and writing; makes the file (owner only) when `create` is set. */
  open(path: string, options: { create: boolean }): Promise<SpoolFile>;
  /** Size in bytes. */
  size(path: string): Promise<number>;
  list(folder: string): Promise<string[]>;
  makeFolder(folder: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  removeFolder(folder: string): Promise<void>;
  readText(path: string): Promise<string>;
  /** Returns once names made, renamed or removed in the folder would survive a power failure. */
  syncFolder(folder: string): Promise<void>;
}

export const nodeFileSystem: SpoolFileSystem = {
  async open(path, { create }) {
    const handle = await open(path, constants.O_RDWR | (create ? constants.O_CREAT : 0), 0o600);
    return {
      async write(bytes, position) {
        let done = 0;
        while (done < bytes.length) {
          const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
          done += bytesWritten;
        }
      },
      async read(length, position) {
        const buffer = Buffer.allocUnsafe(length);
        let done = 0;
        while (done < length) {
          const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
          if (bytesRead === 0) break;
          done += bytesRead;
        }
        return buffer.subarray(0, done);
      },
      sync: () => handle.datasync(),
      truncate: (length) => handle.truncate(length),
      close: () => handle.close(),
    };
  },
  size: async (path) => (await stat(path)).size,
  list: (folder) => readdir(folder),
  makeFolder: async (folder) => void (await mkdir(folder, { recursive: true, mode: 0o700 })),
  rename,
  unlink,
  removeFolder: (folder) => rm(folder, { recursive: true, force: true }),
  readText: (path) => readFile(path, 'utf8'),
  async syncFolder(folder) {
    const handle = await open(folder, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** Writes a small file aside, flushes it and puts it in place: readers see the old content or the new, never a part. */
export async function replaceFile(
  fs: SpoolFileSystem,
  folder: string,
  name: string,
  content: string,
): Promise<void> {
  const aside = `${folder}/${name}.aside`;
  const file = await fs.open(aside, { create: true });
  try {
    await file.truncate(0);
    await file.write(Buffer.from(content), 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await fs.rename(aside, `${folder}/${name}`);
  await fs.syncFolder(folder);
}

/** The `code` of a system error, for instance ENOSPC. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** No room on the device, or in the user's quota. */
export function isDiskFull(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}
