/** @file A file system that fails when a test says so: full disks, failing flushes, writes cut short. For tests only. */
import { nodeFileSystem, type SpoolFile, type SpoolFileSystem } from '../spool/fileSystem.ts';

export interface Faults {
  /** Bytes that may still be written before the disk is full; writes beyond are cut short, as a real one is. */
  freeBytes: number;
  /** The next flushes fail with an I/O error. */
  failingSyncs: number;
  /** Successful flushes of files so far. */
  syncs: number;
}

export function faultyFileSystem(): { fs: SpoolFileSystem; faults: Faults } {
  const faults: Faults = { freeBytes: Infinity, failingSyncs: 0, syncs: 0 };
  const sizes = new Map<string, number>();
  const fs: SpoolFileSystem = {
    ...nodeFileSystem,
    async open(path, options) {
      const file = await nodeFileSystem.open(path, options);
      sizes.set(path, await nodeFileSystem.size(path));
      const wrapped: SpoolFile = {
        ...file,
        async write(bytes, position) {
          const size = sizes.get(path) ?? 0;
          const growth = Math.max(0, position + bytes.length - size);
          if (growth > faults.freeBytes) {
            const fitting = bytes.length - (growth - faults.freeBytes);
            await file.write(bytes.subarray(0, fitting), position);
            sizes.set(path, size + faults.freeBytes);
            faults.freeBytes = 0;
            throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
          }
          await file.write(bytes, position);
          faults.freeBytes -= growth;
          sizes.set(path, size + growth);
        },
        async sync() {
          if (faults.failingSyncs > 0) {
            faults.failingSyncs--;
            throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
          }
          await file.sync();
          faults.syncs++;
        },
        async truncate(length) {
          await file.truncate(length);
          const size = sizes.get(path) ?? 0;
          if (length < size) faults.freeBytes += size - length;
          sizes.set(path, length);
        },
      };
      return wrapped;
    },
    async unlink(path) {
      await nodeFileSystem.unlink(path);
      faults.freeBytes += sizes.get(path) ?? 0;
      sizes.delete(path);
    },
  };
  return { fs, faults };
}
