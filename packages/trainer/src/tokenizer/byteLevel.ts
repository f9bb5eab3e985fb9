/** @file GPT-2's way to write any byte as a visible character, which all byte-level vocabularies use. */

/** Character → byte. Bytes that are visible in Latin-1 stand for themselves, the others for U+0100 and following. */
export const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = new Map(charactersOfBytes());

function charactersOfBytes(): [string, number][] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const visible =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
    return [String.fromCharCode(visible ? byte : next++), byte];
  });
}

/** The bytes of a piece of a byte-level vocabulary; null where it is written in other characters. */
export function bytesOfPiece(piece: string): Uint8Array | null {
  const bytes = Array.from(piece, (character) => BYTE_OF_CHARACTER.get(character));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : null;
}

/** Bytes as text for people: whole characters as they are, bytes that form none as "\xE2". */
export function showBytes(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (!text.includes('\uFFFD')) return text;
  let shown = '';
  for (let start = 0; start < bytes.length;) {
    const length = characterLength(bytes, start);
    if (length === 0) shown += `\\x${(bytes[start] ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
    else shown += new TextDecoder().decode(bytes.subarray(start, start + length));
    start += Math.max(1, length);
  }
  return shown;
}

/** Bytes of the whole UTF-8 character that begins here; 0 where none does. */
function characterLength(bytes: Uint8Array, start: number): number {
  for (let length = 1; length <= 4 && start + length <= bytes.length; length += 1) {
    try {
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        bytes.subarray(start, start + length),
      );
      return length;
    } catch {
      // Not yet a character: with one byte more it may be.
    }
  }
  return 0;
}
