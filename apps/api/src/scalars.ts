/** @file The scalars of the schema. Parsing is the boundary: what comes through is what its type says. */
import { GraphQLError, type GraphQLScalarLiteralParser, Kind, type ValueNode } from 'graphql';
import { scalarType } from 'nexus';

export const DateTime = scalarType({
  name: 'DateTime',
  description: 'A moment as an ISO 8601 string with time zone.',
  sourceType: 'Date',
  serialize(value) {
    if (!(value instanceof Date) || Number.isNaN(value.getTime()))
      throw new TypeError('DateTime: not a valid Date');
    return value.toISOString();
  },
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : undefined),
});

export const JSONScalar = scalarType({
  name: 'JSON',
  description: 'Any JSON value (run configurations, diffs).',
  sourceType: 'unknown',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: ((node, variables) =>
    literalToJson(node, variables)) satisfies GraphQLScalarLiteralParser<unknown>,
});

export const FloatList = scalarType({
  name: 'FloatList',
  description: 'A list of finite numbers or nulls, serialised whole (a column of a series).',
  sourceType: 'readonly (number | null)[]',
  serialize(value) {
    // JSON has no other word for what is not finite.
    return asColumn(value, 'FloatList').map((item) =>
      typeof item === 'number' && Number.isFinite(item) ? item : null,
    );
  },
  parseValue: parseFloatList,
  parseLiteral: (node) => parseFloatList(literalToJson(node)),
});

export const IntList = scalarType({
  name: 'IntList',
  description: 'A list of integers, serialised whole (a column of a series).',
  sourceType: 'readonly number[]',
  serialize: (value) => asColumn(value, 'IntList'),
  parseValue: parseIntList,
  parseLiteral: (node) => parseIntList(literalToJson(node)),
});

export const Float32Base64 = scalarType({
  name: 'Float32Base64',
  description: 'Base64 of a little-endian Float32Array.',
  sourceType: 'Uint8Array',
  serialize: (value) => bytesToBase64(value, 'Float32Base64'),
  parseValue: (value) => parseBase64(value, 'Float32Base64'),
  parseLiteral: (node) => parseBase64(node.kind === Kind.STRING ? node.value : undefined, 'Float32Base64'),
});

export const Int32Base64 = scalarType({
  name: 'Int32Base64',
  description: 'Base64 of a little-endian Int32Array.',
  sourceType: 'Uint8Array',
  serialize: (value) => bytesToBase64(value, 'Int32Base64'),
  parseValue: (value) => parseBase64(value, 'Int32Base64'),
  parseLiteral: (node) => parseBase64(node.kind === Kind.STRING ? node.value : undefined, 'Int32Base64'),
});

export const BigIntScalar = scalarType({
  name: 'BigInt',
  description: 'A whole number of up to 53 bits (byte counts).',
  sourceType: 'number | bigint',
  serialize: (value) => safeInteger(typeof value === 'bigint' ? Number(value) : value, 'BigInt'),
  parseValue: (value) => safeInteger(value, 'BigInt'),
  parseLiteral: (node) => safeInteger(node.kind === Kind.INT ? Number(node.value) : undefined, 'BigInt'),
});

function parseDateTime(value: unknown): Date {
  const isoWithZone = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
  if (typeof value !== 'string' || !isoWithZone.test(value)) {
    throw new GraphQLError(
      'DateTime: give an ISO 8601 string with time zone, for instance "2026-01-31T12:00:00Z"',
    );
  }
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) throw new GraphQLError(`DateTime: "${value}" is not a date that exists`);
  return date;
}

function asColumn(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${name}: not a column of numbers`);
  return value;
}

function parseFloatList(value: unknown): (number | null)[] {
  if (!Array.isArray(value)) throw new GraphQLError('FloatList: give a list of numbers and nulls');
  for (let i = 0; i < value.length; i++) {
    const item: unknown = value[i];
    if (item !== null && !(typeof item === 'number' && Number.isFinite(item))) {
      throw new GraphQLError(`FloatList: item ${i} is neither a finite number nor null`);
    }
  }
  return value;
}

function parseIntList(value: unknown): number[] {
  if (!Array.isArray(value)) throw new GraphQLError('IntList: give a list of integers');
  for (let i = 0; i < value.length; i++) {
    if (!Number.isSafeInteger(value[i])) throw new GraphQLError(`IntList: item ${i} is not an integer`);
  }
  return value;
}

function parseBase64(value: unknown, name: string): Uint8Array {
  if (typeof value !== 'string' || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
    throw new GraphQLError(`${name}: give standard base64`);
  }
  const bytes = Buffer.from(value, 'base64');
  if (bytes.byteLength % 4 !== 0) {
    throw new GraphQLError(`${name}: ${bytes.byteLength} bytes are not a whole number of 4-byte values`);
  }
  return bytes;
}

function bytesToBase64(value: unknown, name: string): string {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name}: not bytes`);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
}

function safeInteger(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new GraphQLError(`${name}: not a whole number of at most 53 bits`);
  }
  return value;
}

function literalToJson(node: ValueNode, variables?: Record<string, unknown> | null): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.STRING:
    case Kind.ENUM:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.LIST:
      return node.values.map((item) => literalToJson(item, variables));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, literalToJson(field.value, variables)]),
      );
    case Kind.VARIABLE:
      return variables?.[node.name.value];
  }
}
