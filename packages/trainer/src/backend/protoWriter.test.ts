import { expect, it } from 'vitest';

import { ProtoWriter } from './protoWriter.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

it('writes the examples of the encoding guide', () => {
  // protobuf.dev/programming-guides/encoding: field 1 = 150; field 2 = "testing"; field 3 = a message with field 1 = 150.
  expect(hex(new ProtoWriter().int(1, 150).finish())).toBe('089601');
  expect(hex(new ProtoWriter().string(2, 'testing').finish())).toBe('120774657374696e67');
  expect(hex(new ProtoWriter().message(3, new ProtoWriter().int(1, 150).finish()).finish())).toBe(
    '1a03089601',
  );
});

it('writes numbers of every size', () => {
  // -1 is ten bytes of two's complement; 2^35 is five groups of zeros and a one; field 16 needs a tag of two bytes.
  expect(hex(new ProtoWriter().int(1, -1).finish())).toBe('08ffffffffffffffffff01');
  expect(hex(new ProtoWriter().int(1, 2 ** 35).finish())).toBe('08808080808001');
  expect(hex(new ProtoWriter().int(16, 0).finish())).toBe('800100');
  expect(hex(new ProtoWriter().float(4, 1).finish())).toBe('250000803f');
});

it('grows, and what was finished stays as it was', () => {
  const writer = new ProtoWriter();
  for (let i = 0; i < 100; i++) writer.int(1, 1);
  const before = writer.finish();
  writer.string(2, 'x'.repeat(1000));
  expect(before).toHaveLength(200);
  expect(writer.finish().subarray(0, 200)).toEqual(before);
  expect(writer.finish()).toHaveLength(200 + 1 + 2 + 1000);
});
