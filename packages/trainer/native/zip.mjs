/**
 * @file Reads a zip archive (a Python wheel is one) without a system `unzip`, entry by entry and streaming: the largest
 * library of TensorFlow is 800 MB unpacked. Format: PKWARE APPNOTE 6.3; no zip64, no encryption.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';

/**
 * @typedef {{ name: string, method: number, compressedSize: number, size: number, headerOffset: number }} ZipEntry
 */

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

/**
 * Unpacks the entries that `wanted` names into `folder`, under the names it gives.
 * @param {string} archive path of the zip file
 * @param {string} folder
 * @param {(name: string) => string | null} wanted the path inside the folder, or null to leave the entry out
 * @param {(bytes: number, total: number) => void} onProgress unpacked bytes so far
 * @returns {Promise<string[]>} the paths inside the folder
 */
export async function unzip(archive, folder, wanted, onProgress) {
  const entries = (await readEntries(archive)).flatMap((entry) => {
    const target = entry.name.endsWith('/') ? null : wanted(entry.name);
    return target === null ? [] : [{ entry, target }];
  });
  const total = entries.reduce((sum, { entry }) => sum + entry.size, 0);
  let done = 0;
  for (const { entry, target } of entries) {
    const file = path.join(folder, target);
    if (!file.startsWith(path.join(folder, path.sep)))
      throw new Error(`${archive}: the entry ${entry.name} leaves its folder`);
    await mkdir(path.dirname(file), { recursive: true });
    await extract(archive, entry, file, (bytes) => onProgress((done += bytes), total));
  }
  return entries.map(({ target }) => target);
}

/**
 * The archive's table of contents.
 * @param {string} archive
 * @returns {Promise<ZipEntry[]>}
 */
export async function readEntries(archive) {
  const file = await open(archive, 'r');
  try {
    const { size } = await file.stat();
    // The end record is 22 bytes and a comment of at most 65,535.
    const tail = await readAt(file, Math.max(0, size - 65_557), Math.min(size, 65_557));
    const at = lastIndexOfUint32(tail, END);
    if (at < 0) throw new Error(`${archive} is not a zip archive, or it is cut off`);
    const directorySize = tail.readUInt32LE(at + 12);
    const directoryOffset = tail.readUInt32LE(at + 16);
    if (directoryOffset === 0xffff_ffff)
      throw new Error(`${archive} is a zip64 archive, which is not supported`);
    return parseDirectory(archive, await readAt(file, directoryOffset, directorySize));
  } finally {
    await file.close();
  }
}

/** @param {string} archive @param {Buffer} directory @returns {ZipEntry[]} */
function parseDirectory(archive, directory) {
  const entries = [];
  for (let at = 0; at < directory.length;) {
    if (directory.readUInt32LE(at) !== CENTRAL)
      throw new Error(`${archive}: broken table of contents at byte ${at}`);
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      headerOffset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** @param {string} archive @param {ZipEntry} entry @param {string} file @param {(bytes: number) => void} onBytes */
async function extract(archive, entry, file, onBytes) {
  const start = await dataOffset(archive, entry);
  const counter = new Transform({
    transform(chunk, _encoding, callback) {
      onBytes(chunk.length);
      callback(null, chunk);
    },
  });
  let written = 0;
  counter.on('data', (chunk) => (written += chunk.length));
  const output = createWriteStream(file);
  if (entry.compressedSize > 0) {
    const input = createReadStream(archive, {
      start,
      end: start + entry.compressedSize - 1,
      highWaterMark: 1 << 20,
    });
    if (entry.method === 0) await pipeline(input, counter, output);
    else if (entry.method === 8)
      await pipeline(input, zlib.createInflateRaw({ chunkSize: 1 << 20 }), counter, output);
    else throw new Error(`${archive}: ${entry.name} is packed by the unknown method ${entry.method}`);
  } else {
    output.end();
    await new Promise((resolve, reject) => output.on('close', resolve).on('error', reject));
  }
  if (written !== entry.size) {
    throw new Error(`${archive}: ${entry.name} unpacked to ${written} bytes instead of ${entry.size}`);
  }
}

/** The local header repeats the name and may have other extra fields than the table of contents. */
async function dataOffset(archive, entry) {
  const file = await open(archive, 'r');
  try {
    const header = await readAt(file, entry.headerOffset, 30);
    if (header.readUInt32LE(0) !== LOCAL)
      throw new Error(`${archive}: ${entry.name} has no header where it should be`);
    return entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await file.close();
  }
}

/** @param {import('node:fs/promises').FileHandle} file */
async function readAt(file, position, length) {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** @param {Buffer} buffer @param {number} value */
function lastIndexOfUint32(buffer, value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return buffer.lastIndexOf(bytes);
}
