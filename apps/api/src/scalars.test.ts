import { describe, expect, test } from 'vitest';
import { BigIntScalar, DateTime, Float32Base64, FloatList, IntList } from './scalars.ts';

const parse = (
  scalar: { value: { parseValue?: unknown } } | { config?: unknown },
  value: unknown,
): unknown => {
  const config: unknown = Reflect.get(scalar, 'config') ?? scalar;
  const parseValue: unknown = Reflect.get(Object(config), 'parseValue');
  if (typeof parseValue !== 'function') throw new Error('a scalar without parseValue');
  return parseValue(value);
};
const serialize = (scalar: object, value: unknown): unknown => {
  const method: unknown = Reflect.get(Object(Reflect.get(scalar, 'config') ?? scalar), 'serialize');
  if (typeof method !== 'function') throw new Error('a scalar without serialize');
  return method(value);
};

describe('DateTime', () => {
  test('takes ISO 8601 with a zone only', () => {
    expect(parse(DateTime, '2026-01-31T12:00:00+02:00')).toEqual(new Date('2026-01-31T10:00:00Z'));
    for (const bad of ['2026-01-31', '2026-01-31T12:00:00', '2026-13-31T12:00:00Z', 'now', 5, null]) {
      expect(() => parse(DateTime, bad), String(bad)).toThrow(/DateTime/);
    }
  });
});

describe('columns', () => {
  test('FloatList takes finite numbers and nulls, and names the item that is neither', () => {
    expect(parse(FloatList, [1, null, -0.5])).toEqual([1, null, -0.5]);
    expect(() => parse(FloatList, [1, 'x'])).toThrow('item 1');
    expect(() => parse(FloatList, [Infinity])).toThrow('item 0');
  });

  test('FloatList sends what is not finite as null', () => {
    expect(serialize(FloatList, [1, NaN, Infinity, null])).toEqual([1, null, null, null]);
  });

  test('IntList takes integers only', () => {
    expect(parse(IntList, [0, 7])).toEqual([0, 7]);
    expect(() => parse(IntList, [0, 0.5])).toThrow('item 1');
    expect(() => parse(IntList, [2 ** 60])).toThrow('item 0');
  });
});

describe('base64', () => {
  test('is bytes of whole 4-byte values', () => {
    const bytes = Buffer.from(new Float32Array([1, -2]).buffer);
    expect(parse(Float32Base64, bytes.toString('base64'))).toEqual(bytes);
    expect(serialize(Float32Base64, new Uint8Array(bytes))).toBe(bytes.toString('base64'));
    expect(() => parse(Float32Base64, Buffer.from('abc').toString('base64'))).toThrow(
      'whole number of 4-byte values',
    );
    expect(() => parse(Float32Base64, 'not base64!')).toThrow('standard base64');
  });
});

test('BigInt holds 53 bits and says so', () => {
  expect(serialize(BigIntScalar, 2n ** 40n)).toBe(2 ** 40);
  expect(() => serialize(BigIntScalar, 2n ** 60n)).toThrow('53 bits');
});
