/** @file Typed arrays as base64 text, little-endian, the way token columns travel. */

export function float32ToBase64(values: Float32Array): string {
  return littleEndianBase64(values);
}

export function int32ToBase64(values: Int32Array): string {
  return littleEndianBase64(values);
}

/** @throws RangeError when the text is not a whole number of 32-bit values. */
export function base64ToFloat32(text: string): Float32Array {
  return new Float32Array(wordsOf(text));
}

/** @throws RangeError when the text is not a whole number of 32-bit values. */
export function base64ToInt32(text: string): Int32Array {
  return new Int32Array(wordsOf(text));
}

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function littleEndianBase64(values: Float32Array | Int32Array): string {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return (HOST_IS_LITTLE_ENDIAN ? bytes : Buffer.from(bytes).swap32()).toString('base64');
}

function wordsOf(text: string): ArrayBuffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 4 !== 0)
    throw new RangeError(`a column of ${bytes.length} bytes holds no whole number of 32-bit values`);
  if (!HOST_IS_LITTLE_ENDIAN) bytes.swap32();
  const words = new ArrayBuffer(bytes.length);
  new Uint8Array(words).set(bytes);
  return words;
}
