/** @file The segment files of a spool: finding, checking and cutting them when it is opened, making new ones. */
import { decodeFrame } from './frame.ts';
import type { SpoolFile, SpoolFileSystem } from './fileSystem.ts';
import type { Position } from './ackFile.ts';

const MAGIC = Buffer.from('NABLASP1');
export const SEGMENT_HEADER_BYTES = MAGIC.length;
const SCAN_BYTES = 1024 * 1024;

export interface Segment {
  readonly number: number;
  readonly path: string;
  readonly file: SpoolFile;
  /** End of what is whole and flushed; bytes after it are no records. */
  end: number;
  /** Nothing is appended to it any more. */
  sealed: boolean;
}

/** Bytes that were cut off or passed over, because they are no whole records. */
export interface SpoolDamage {
  readonly path: string;
  readonly offset: number;
  readonly lostBytes: number;
  readonly why: string;
}

export interface FoundSegments {
  readonly segments: Segment[];
  readonly damage: SpoolDamage[];
  /** Records that wait, and the bytes they take. */
  readonly records: number;
  readonly bytes: number;
}

/** Opens every segment from the acknowledged position on, cuts torn tails, removes segments that are done with. */
export async function openSegments(
  fs: SpoolFileSystem,
  folder: string,
  acknowledged: Position | undefined,
): Promise<FoundSegments> {
  const numbers = (await fs.list(folder)).flatMap((name) =>
    /^\d{8}\.seg$/.test(name) ? [Number.parseInt(name, 10)] : [],
  );
  const segments: Segment[] = [];
  const damage: SpoolDamage[] = [];
  let records = 0;
  let bytes = 0;
  try {
    for (const number of numbers.sort((a, b) => a - b)) {
      const path = segmentPath(folder, number);
      if (acknowledged !== undefined && number < acknowledged.segment) {
        await fs.unlink(path);
        continue;
      }
      const from = acknowledged?.segment === number ? acknowledged.offset : SEGMENT_HEADER_BYTES;
      const file = await fs.open(path, { create: false });
      const segment: Segment = { number, path, file, end: 0, sealed: true };
      segments.push(segment);
      const size = await fs.size(path);
      const scan = await scanSegment(file, size, from);
      segment.end = scan.end;
      records += scan.records;
      bytes += Math.max(0, scan.end - from);
      if (scan.why !== undefined) {
        damage.push({ path, offset: scan.end, lostBytes: size - scan.end, why: scan.why });
        await file.truncate(scan.end);
        await file.sync();
      }
    }
  } catch (error) {
    await Promise.all(segments.map((segment) => segment.file.close()));
    throw error;
  }
  return { segments, damage, records, bytes };
}

/** Makes an empty segment whose name and header are flushed. Leaves nothing behind when it cannot. */
export async function createSegment(fs: SpoolFileSystem, folder: string, number: number): Promise<Segment> {
  const path = segmentPath(folder, number);
  const file = await fs.open(path, { create: true });
  try {
    await file.truncate(0);
    await file.write(MAGIC, 0);
    await file.sync();
    await fs.syncFolder(folder);
  } catch (error) {
    await file.close();
    await fs.unlink(path);
    throw error;
  }
  return { number, path, file, end: SEGMENT_HEADER_BYTES, sealed: false };
}

export interface ScanResult {
  /** Where the last whole record ends. */
  readonly end: number;
  readonly records: number;
  /** Why the scan ended before the file did; undefined when it did not. */
  readonly why: string | undefined;
}

async function scanSegment(file: SpoolFile, size: number, from: number): Promise<ScanResult> {
  const magic = await file.read(SEGMENT_HEADER_BYTES, 0);
  if (!MAGIC.equals(magic))
    return { end: 0, records: 0, why: size === 0 ? undefined : 'the file does not begin as a segment' };
  if (from > size) return { end: size, records: 0, why: undefined };
  let end = from;
  let records = 0;
  let window = SCAN_BYTES;
  for (;;) {
    if (end === size) return { end, records, why: undefined };
    const bytes = await file.read(window, end);
    let offset = 0;
    let result = decodeFrame(bytes, offset);
    while (result.kind === 'frame') {
      offset += result.bytes;
      records++;
      result = decodeFrame(bytes, offset);
    }
    end += offset;
    if (result.kind === 'damaged') return { end, records, why: `a record is damaged: ${result.why}` };
    if (end < size && end + result.needed > size) return { end, records, why: 'the last record is torn' };
    window = Math.max(SCAN_BYTES, result.needed);
  }
}

function segmentPath(folder: string, number: number): string {
  return `${folder}/${String(number).padStart(8, '0')}.seg`;
}
