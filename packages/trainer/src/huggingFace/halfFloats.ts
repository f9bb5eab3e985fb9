/** @file The two 16-bit kinds of floating point numbers that weights are stored in, to and from 32 bits. */

/** IEEE binary16 to float32: exact, for every value (infinities, NaN, subnormals). */
export function fromFloat16(source: Uint16Array): Float32Array {
  const table = float16Table();
  const out = new Float32Array(source.length);
  // An index loop: these run over hundreds of millions of weights.
  for (let i = 0; i < source.length; i += 1) out[i] = table[source[i] ?? 0] ?? 0;
  return out;
}

/** bfloat16 to float32: the upper half of the same bits, so exact. */
export function fromBfloat16(source: Uint16Array): Float32Array {
  const bits = new Uint32Array(source.length);
  for (let i = 0; i < source.length; i += 1) bits[i] = (source[i] ?? 0) << 16;
  return new Float32Array(bits.buffer);
}

/** Float32 to bfloat16, to the nearest, ties to even; NaN stays NaN. */
export function toBfloat16(source: Float32Array): Uint16Array {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  const out = new Uint16Array(source.length);
  for (let i = 0; i < bits.length; i += 1) {
    const value = bits[i] ?? 0;
    const isNaN = (value & 0x7fffffff) > 0x7f800000;
    out[i] = isNaN ? (value >>> 16) | 0x40 : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
  }
  return out;
}

let table: Float32Array | undefined;

/** All 65,536 values: a look-up is several times faster than taking each number apart. */
function float16Table(): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
  return table;
}
