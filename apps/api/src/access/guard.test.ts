import { buildSchema as parseSchema } from 'graphql';
import { expect, test } from 'vitest';
import { nexusSchema } from '../schema.ts';
import { guardSchema } from './guard.ts';
import { accessRules } from './rules.ts';

const sdl = 'type Query { a: Int b: Thing } type Thing { c: Int d: Int }';

test('a field without a rule does not start', () => {
  expect(() => guardSchema(parseSchema(sdl), { Query: { a: 'open' }, Thing: { c: 'VIEWER' } })).toThrow(
    /Query\.b has no access rule[\s\S]*Thing\.d has no access rule/,
  );
});

test('root fields are named one by one: a default does not count for them', () => {
  expect(() => guardSchema(parseSchema(sdl), { Query: { '*': 'open' }, Thing: { '*': 'open' } })).toThrow(
    /Query\.a has no access rule/,
  );
});

test('a rule for what does not exist is a mistake too', () => {
  const rules = {
    Query: { a: 'open', b: 'open' },
    Thing: { '*': 'open', e: 'OWNER' },
    Gone: { '*': 'open' },
  } as const;
  expect(() => guardSchema(parseSchema(sdl), rules)).toThrow(
    /Thing\.e, which does not exist[\s\S]*type Gone/,
  );
});

test('the real schema is covered', () => {
  expect(() => guardSchema(nexusSchema(false), accessRules)).not.toThrow();
  const { Run: _run, ...without } = accessRules;
  expect(() => guardSchema(nexusSchema(false), without)).toThrow(/Run\.config has no access rule/);
});
