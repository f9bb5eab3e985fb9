import { describe, expect, it } from 'vitest';
import { decodeTokens } from './decodeTokens.ts';

const base64 = (array: Int32Array | Float32Array) => Buffer.from(array.buffer).toString('base64');

describe('decodeTokens', () => {
  it('reads ids and log-probabilities token by token', () => {
    const tokens = decodeTokens({
      tokenIds: base64(Int32Array.of(7, 70_000)),
      pieces: ['4', '6'],
      logp: base64(Float32Array.of(-0.5, -1.25)),
      updatedLogp: base64(Float32Array.of(-0.25, -1.5)),
    });
    // The numbers are exact in float32: no tolerance.
    expect(tokens).toEqual([
      { id: 7, piece: '4', logp: -0.5, refLogp: null, updatedLogp: -0.25 },
      { id: 70_000, piece: '6', logp: -1.25, refLogp: null, updatedLogp: -1.5 },
    ]);
  });

  it('names the array that does not fit', () => {
    const ids = base64(Int32Array.of(1, 2));
    expect(() =>
      decodeTokens({ tokenIds: ids, pieces: ['a', 'b'], logp: base64(Float32Array.of(-1)) }),
    ).toThrow(/logp has 1 entries for 2 tokens/);
    expect(() => decodeTokens({ tokenIds: ids, pieces: ['a', 'b'], logp: btoa('abc') })).toThrow(
      /logp has 3 bytes/,
    );
  });
});
