/**
 * @file A durable queue of records in a folder. `append` resolves once the record is flushed to disk; appends that wait at the
 * same moment share one flush. One reader takes batches from the front and acknowledges them. Kill the process at any byte: what
 * `append` resolved for is there on the next `open`, a torn tail is cut and reported, and at most the unacknowledged batch is
 * read twice.
 */
import { SpoolFullError } from '../errors.ts';
import { AckFile, type Position } from './ackFile.ts';
import { isDiskFull, nodeFileSystem, type SpoolFileSystem } from './fileSystem.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import {
  SEGMENT_HEADER_BYTES,
  createSegment,
  openSegments,
  type Segment,
  type SpoolDamage,
} from './segments.ts';

export interface SpoolOptions {
  readonly folder: string;
  /** Bound of what waits, in bytes on disk. Default 1 GiB. One record is always taken when nothing waits. */
  readonly maxBytes?: number;
  /** A segment that has grown to this size is closed and a new one begun. Default 8 MiB. */
  readonly segmentBytes?: number;
  readonly fileSystem?: SpoolFileSystem;
  /** Told of every cut or unreadable stretch. */
  readonly onDamage?: (damage: SpoolDamage) => void;
}

export interface Batch {
  readonly payloads: readonly Uint8Array[];
  /** @internal Where the next batch begins. */
  readonly next: Position;
  /** @internal */
  readonly bytes: number;
}

export interface BatchBounds {
  readonly maxBytes: number;
  readonly maxRecords: number;
}

interface Waiting {
  readonly frame: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const GROUP_BYTES = 8 * 1024 * 1024;
const IDLE_SEGMENT_BYTES = 256 * 1024;

export class Spool {
  readonly folder: string;
  readonly #fs: SpoolFileSystem;
  readonly #maxBytes: number;
  readonly #segmentBytes: number;
  readonly #onDamage: (damage: SpoolDamage) => void;
  readonly #ack: AckFile;
  readonly #segments: Segment[];
  #position: Position;
  #pendingRecords: number;
  #pendingBytes: number;
  #appendedRecords = 0;
  #queue: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  #wakers = new Set<() => void>();
  #closed = false;

  private constructor(
    options: SpoolOptions,
    fs: SpoolFileSystem,
    ack: AckFile,
    found: { segments: Segment[]; records: number; bytes: number },
  ) {
    this.folder = options.folder;
    this.#fs = fs;
    this.#maxBytes = options.maxBytes ?? 1024 ** 3;
    this.#segmentBytes = options.segmentBytes ?? 8 * 1024 ** 2;
    this.#onDamage = options.onDamage ?? (() => undefined);
    this.#ack = ack;
    this.#segments = found.segments;
    this.#pendingRecords = found.records;
    this.#pendingBytes = found.bytes;
    this.#position = ack.position ?? {
      segment: found.segments[0]?.number ?? 0,
      offset: SEGMENT_HEADER_BYTES,
    };
  }

  /** Opens the folder, making it if it is not there. One process at a time may have it open. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const fs = options.fileSystem ?? nodeFileSystem;
    await fs.makeFolder(options.folder);
    const ack = await AckFile.open(fs, `${options.folder}/ack`);
    try {
      const found = await openSegments(fs, options.folder, ack.position);
      for (const damage of found.damage) options.onDamage?.(damage);
      return new Spool(options, fs, ack, found);
    } catch (error) {
      await ack.close();
      throw error;
    }
  }

  /** Records flushed but not acknowledged. */
  get pendingRecords(): number {
    return this.#pendingRecords;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Records appended since `open`. */
  get appendedRecords(): number {
    return this.#appendedRecords;
  }

  /**
   * Resolves once the record is flushed.
   * @throws SpoolFullError when the disk or the bound has no room: nothing of the record is kept and it may be tried again.
   */
  append(payload: Uint8Array): Promise<void> {
    if (this.#closed) return Promise.reject(new Error(`the spool ${this.folder} is closed`));
    const frame = encodeFrame(payload);
    return new Promise((resolve, reject) => {
      this.#queue.push({ frame, resolve, reject });
      if (this.#flushing === undefined) this.#flushing = this.#flush();
    });
  }

  async #flush(): Promise<void> {
    // The caller notes the promise before anything is awaited or resolved.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const group: Waiting[] = [];
      let bytes = 0;
      for (
        let next = this.#queue[0];
        next !== undefined && (group.length === 0 || bytes + next.frame.length <= GROUP_BYTES);
        next = this.#queue[0]
      ) {
        this.#queue.shift();
        group.push(next);
        bytes += next.frame.length;
      }
      try {
        await this.#write(group, bytes);
        for (const waiting of group) waiting.resolve();
        this.#wake();
      } catch (error) {
        for (const waiting of group) waiting.reject(error);
      }
    }
    // In the same breath as the look at the queue: an append that comes now begins the next flush.
    this.#flushing = undefined;
  }

  async #write(group: readonly Waiting[], bytes: number): Promise<void> {
    if (this.#pendingBytes > 0 && this.#pendingBytes + bytes > this.#maxBytes)
      throw new SpoolFullError(
        'bound',
        `the spool ${this.folder} holds ${this.#pendingBytes} bytes; its bound is ${this.#maxBytes}`,
      );
    let active: Segment | undefined;
    try {
      active = await this.#activeSegment();
      const [only] = group;
      const frames =
        only !== undefined && group.length === 1
          ? only.frame
          : Buffer.concat(group.map(({ frame }) => frame));
      await active.file.write(frames, active.end);
      await active.file.sync();
    } catch (cause) {
      if (active !== undefined) await this.#seal(active);
      if (isDiskFull(cause))
        throw new SpoolFullError('disk', `no room on the disk for the spool ${this.folder}`, { cause });
      throw new Error(`the spool ${this.folder} cannot be written`, { cause });
    }
    active.end += bytes;
    this.#pendingBytes += bytes;
    this.#pendingRecords += group.length;
    this.#appendedRecords += group.length;
  }

  async #activeSegment(): Promise<Segment> {
    const last = this.#segments.at(-1);
    if (last !== undefined && !last.sealed && last.end < this.#segmentBytes) return last;
    if (last !== undefined) last.sealed = true;
    // Beyond the position too: a position in a file that is gone must not be taken for one in its namesake.
    const number = Math.max(last?.number ?? 0, this.#position.segment) + 1;
    const segment = await createSegment(this.#fs, this.folder, number);
    this.#segments.push(segment);
    await this.#dropFinished();
    return segment;
  }

  /** After a failed write: what was flushed before stays, what was not is cut, and the next append begins a new file. */
  async #seal(segment: Segment): Promise<void> {
    segment.sealed = true;
    try {
      await segment.file.truncate(segment.end);
    } catch (cause) {
      // The unfinished bytes stay behind the segment's end, where this process never reads; the next open cuts or resends them.
      this.#onDamage({
        path: segment.path,
        offset: segment.end,
        lostBytes: 0,
        why: `its tail cannot be cut: ${String(cause)}`,
      });
    }
    await this.#dropFinished();
  }

  /** The oldest unacknowledged records within the bounds (always at least one), or undefined when none waits. */
  async readBatch(bounds: BatchBounds): Promise<Batch | undefined> {
    for (;;) {
      const segment = this.#segments.find((candidate) => candidate.number >= this.#position.segment);
      if (segment === undefined) return undefined;
      if (segment.number > this.#position.segment)
        this.#position = { segment: segment.number, offset: SEGMENT_HEADER_BYTES };
      const { offset } = this.#position;
      const available = segment.end - offset;
      if (available > 0) {
        const batch = await this.#readFrom(segment, offset, available, bounds);
        if (batch !== undefined) return batch;
      } else if (!segment.sealed) return undefined;
      this.#position = { segment: segment.number + 1, offset: SEGMENT_HEADER_BYTES };
      await this.#dropFinished();
    }
  }

  async #readFrom(
    segment: Segment,
    start: number,
    available: number,
    bounds: BatchBounds,
  ): Promise<Batch | undefined> {
    let window = Math.min(available, bounds.maxBytes);
    for (;;) {
      const bytes = await segment.file.read(window, start);
      const payloads: Uint8Array[] = [];
      let offset = 0;
      while (payloads.length < bounds.maxRecords) {
        const result = decodeFrame(bytes, offset);
        if (result.kind === 'frame') {
          payloads.push(result.payload);
          offset += result.bytes;
        } else if (
          payloads.length === 0 &&
          result.kind === 'short' &&
          result.needed <= available &&
          window < available
        ) {
          window = Math.min(available, Math.max(result.needed, window * 2));
          break;
        } else if (payloads.length === 0)
          return this.#passOver(segment, start, result.kind === 'damaged' ? result.why : 'it ends early');
        else break;
      }
      if (payloads.length > 0)
        return { payloads, next: { segment: segment.number, offset: start + offset }, bytes: offset };
    }
  }

  /** A record that was flushed and can no longer be read: the rest of its segment is given up, with notice, and not the queue. */
  #passOver(segment: Segment, offset: number, why: string): undefined {
    this.#onDamage({ path: segment.path, offset, lostBytes: segment.end - offset, why });
    this.#pendingBytes -= segment.end - offset;
    if (!this.#segments.some((other) => other.number > segment.number)) this.#pendingRecords = 0;
    segment.sealed = true;
    return undefined;
  }

  /** The batch will not be read again, also after a restart. */
  async acknowledge(batch: Batch): Promise<void> {
    this.#position = batch.next;
    this.#pendingBytes -= batch.bytes;
    this.#pendingRecords -= batch.payloads.length;
    const last = this.#segments.at(-1);
    // With nothing waiting and nothing being written a large file is only a burden on the disk.
    if (
      last !== undefined &&
      this.#flushing === undefined &&
      this.#position.offset === last.end &&
      last.end > IDLE_SEGMENT_BYTES
    )
      last.sealed = this.#position.segment === last.number;
    await this.#dropFinished();
    await this.#ack.write(this.#position);
    this.#wake();
  }

  async #dropFinished(): Promise<void> {
    for (let first = this.#segments[0]; first !== undefined; first = this.#segments[0]) {
      const finished =
        first.number < this.#position.segment ||
        (first.sealed && first.number === this.#position.segment && this.#position.offset >= first.end);
      if (!finished) return;
      this.#segments.shift();
      await first.file.close();
      await this.#fs.unlink(first.path);
    }
  }

  /** Resolves when records wait, when none waits any more, or when the signal is aborted: whatever changes first after the call. */
  changed(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true || this.#closed) return resolve();
      const done = (): void => {
        this.#wakers.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.#wakers.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  #wake(): void {
    for (const waker of [...this.#wakers]) waker();
  }

  /** Waits for the appends under way and lets go of the files; what waits stays for the next `open`. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#flushing;
    this.#wake();
    await Promise.all([this.#ack.close(), ...this.#segments.map((segment) => segment.file.close())]);
  }
}
