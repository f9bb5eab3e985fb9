/**
 * @file One record on disk: length (u32), CRC-32 of length and payload (u32), payload; all little-endian. The checksum covers the
 * length, so a tail of zeros, which some file systems leave after a crash, is not mistaken for empty records.
 */
import { crc32 } from 'node:zlib';

const FRAME_HEADER_BYTES = 8;
/** A record beyond this is no record of ours: a damaged length. */
export const MAX_PAYLOAD_BYTES = 256 * 1024 * 1024;

export function encodeFrame(payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_PAYLOAD_BYTES)
    throw new RangeError(`a record of ${payload.length} bytes; the bound is ${MAX_PAYLOAD_BYTES}`);
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  frame.writeUInt32LE(payload.length, 0);
  frame.writeUInt32LE(checksum(frame.subarray(0, 4), payload), 4);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

export type FrameResult =
  | { readonly kind: 'frame'; readonly payload: Uint8Array; readonly bytes: number }
  /** The bytes end before the frame does; `needed` is how many it has, as far as can be told. */
  | { readonly kind: 'short'; readonly needed: number }
  | { readonly kind: 'damaged'; readonly why: string };

/** Reads the frame that begins at `offset`. */
export function decodeFrame(bytes: Uint8Array, offset: number): FrameResult {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const available = view.length - offset;
  if (available < FRAME_HEADER_BYTES) return { kind: 'short', needed: FRAME_HEADER_BYTES };
  const length = view.readUInt32LE(offset);
  if (length > MAX_PAYLOAD_BYTES) return { kind: 'damaged', why: `a length of ${length} bytes` };
  const total = FRAME_HEADER_BYTES + length;
  if (available < total) return { kind: 'short', needed: total };
  const payload = view.subarray(offset + FRAME_HEADER_BYTES, offset + total);
  if (checksum(view.subarray(offset, offset + 4), payload) !== view.readUInt32LE(offset + 4))
    return { kind: 'damaged', why: 'its checksum does not match' };
  return { kind: 'frame', payload, bytes: total };
}

function checksum(length: Uint8Array, payload: Uint8Array): number {
  return crc32(payload, crc32(length));
}
