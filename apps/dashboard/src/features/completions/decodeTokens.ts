/** @file The tokens of a completion, from the typed arrays in which they travel. */

export interface TokenFigures {
  readonly id: number;
  /** The token's text, as far as it has one. */
  readonly piece: string;
  /** Log-probability when sampled, in nats. */
  readonly logp: number;
  /** The same under the reference, and after the update; null where it was not recorded. */
  readonly refLogp: number | null;
  readonly updatedLogp: number | null;
}

export interface EncodedTokens {
  /** Base64 of a little-endian Int32Array. */
  readonly tokenIds: string;
  readonly pieces: readonly string[];
  /** Base64 of little-endian Float32Arrays, one number per token. */
  readonly logp: string;
  readonly refLogp?: string | null | undefined;
  readonly updatedLogp?: string | null | undefined;
}

/** @throws RangeError when the arrays differ in length or are cut within a number. */
export function decodeTokens(encoded: EncodedTokens): TokenFigures[] {
  const ids = decode(encoded.tokenIds, 'tokenIds', (view, offset) => view.getInt32(offset, true));
  const float32 = (text: string, field: string) =>
    decode(text, field, (view, offset) => view.getFloat32(offset, true));
  const logp = float32(encoded.logp, 'logp');
  const refLogp = encoded.refLogp ? float32(encoded.refLogp, 'refLogp') : null;
  const updatedLogp = encoded.updatedLogp ? float32(encoded.updatedLogp, 'updatedLogp') : null;
  for (const [field, array] of Object.entries({ logp, refLogp, updatedLogp, pieces: encoded.pieces }))
    if (array && array.length !== ids.length)
      throw new RangeError(`decodeTokens: ${field} has ${array.length} entries for ${ids.length} tokens`);
  return ids.map((id, index) => ({
    id,
    piece: encoded.pieces[index] ?? '',
    logp: logp[index] ?? Number.NaN,
    refLogp: refLogp?.[index] ?? null,
    updatedLogp: updatedLogp?.[index] ?? null,
  }));
}

function decode(base64: string, field: string, read: (view: DataView, offset: number) => number): number[] {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  if (bytes.length % 4 !== 0)
    throw new RangeError(`decodeTokens: ${field} has ${bytes.length} bytes, which is not a multiple of 4`);
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, index) => read(view, index * 4));
}
