/** @file The wire format of protocol buffers, writing only (protobuf.dev/programming-guides/encoding). */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Builds one message. Every method appends a field and returns the writer. */
export class ProtoWriter {
  #bytes = new Uint8Array(64);
  #length = 0;

  /** A bool, an enum or an integer of any width; negative ones as two's complement of 64 bits. */
  int(field: number, value: number): this {
    this.#varint(field * 8 + VARINT);
    this.#varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#varint(field * 8 + FIXED32);
    this.#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  string(field: number, value: string): this {
    return this.message(field, new TextEncoder().encode(value));
  }

  /** A nested message, or bytes. */
  message(field: number, bytes: Uint8Array): this {
    this.#varint(field * 8 + LENGTH_DELIMITED);
    this.#varint(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** The message so far; later writes do not change it. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #varint(value: number): void {
    this.#reserve(10);
    if (value < 0 || value > 0x7fff_ffff) {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest > 127n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      this.#bytes[this.#length++] = Number(rest);
      return;
    }
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#bytes[this.#length++] = (rest & 127) | 128;
    this.#bytes[this.#length++] = rest;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
