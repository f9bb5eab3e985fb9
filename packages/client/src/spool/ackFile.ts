/**
 * @file How far a spool has been acknowledged. Two slots of fixed size written in turn, in place: a torn write spoils one slot and
 * the other still holds the position before; and a full disk does not stop it, the blocks being there already.
 */
import { crc32 } from 'node:zlib';
import type { SpoolFile, SpoolFileSystem } from './fileSystem.ts';

export interface Position {
  readonly segment: number;
  /** Byte offset in the segment. */
  readonly offset: number;
}

const SLOT_BYTES = 32;
/** Far enough apart not to share a disk sector, the unit that tears. */
const SLOT_STRIDE = 4096;

export class AckFile {
  readonly #file: SpoolFile;
  #generation: number;
  #position: Position | undefined;

  private constructor(file: SpoolFile, generation: number, position: Position | undefined) {
    this.#file = file;
    this.#generation = generation;
    this.#position = position;
  }

  /** Opens the file, making it with both slots in place. */
  static async open(fs: SpoolFileSystem, path: string): Promise<AckFile> {
    const file = await fs.open(path, { create: true });
    try {
      const bytes = await file.read(2 * SLOT_STRIDE, 0);
      if (bytes.length < 2 * SLOT_STRIDE) {
        const whole = Buffer.alloc(2 * SLOT_STRIDE);
        whole.set(bytes);
        await file.write(whole, 0);
        await file.sync();
      }
      const slots = [readSlot(bytes.subarray(0, SLOT_STRIDE)), readSlot(bytes.subarray(SLOT_STRIDE))];
      const newest = slots.reduce(
        (best, slot) => ((slot?.generation ?? -1) > (best?.generation ?? -1) ? slot : best),
        undefined,
      );
      return new AckFile(file, newest?.generation ?? 0, newest?.position);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Undefined before the first acknowledgement. */
  get position(): Position | undefined {
    return this.#position;
  }

  async write(position: Position): Promise<void> {
    const generation = this.#generation + 1;
    const slot = Buffer.alloc(SLOT_BYTES);
    slot.writeDoubleLE(generation, 0);
    slot.writeDoubleLE(position.segment, 8);
    slot.writeDoubleLE(position.offset, 16);
    slot.writeUInt32LE(crc32(slot.subarray(0, 24)), 24);
    await this.#file.write(slot, (generation % 2) * SLOT_STRIDE);
    await this.#file.sync();
    this.#generation = generation;
    this.#position = position;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function readSlot(bytes: Uint8Array): { generation: number; position: Position } | undefined {
  if (bytes.length < SLOT_BYTES) return undefined;
  const slot = Buffer.from(bytes.buffer, bytes.byteOffset, SLOT_BYTES);
  const generation = slot.readDoubleLE(0);
  if (generation < 1 || slot.readUInt32LE(24) !== crc32(slot.subarray(0, 24))) return undefined;
  return { generation, position: { segment: slot.readDoubleLE(8), offset: slot.readDoubleLE(16) } };
}
