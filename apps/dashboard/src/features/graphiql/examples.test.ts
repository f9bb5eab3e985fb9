import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from './examples.ts';

const schema = buildSchema(readFileSync(new URL('../../../../api/schema.graphql', import.meta.url), 'utf8'));

describe('examples of the GraphiQL page', () => {
  it.each(EXAMPLES.map((example) => [example.title, example] as const))(
    '%s is valid against the schema',
    (_title, example) => {
      expect(validate(schema, parse(example.query)).map((error) => error.message)).toEqual([]);
      if (example.variables !== undefined) expect(() => JSON.parse(example.variables ?? '')).not.toThrow();
    },
  );
});
