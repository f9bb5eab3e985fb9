import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { BODY_LIMITS, LIMITS } from './bounds.ts';
import { type InspectedRequest, inspectRequest } from './inspect.ts';

const base = { bytes: 1_000, signedIn: true };

function refusal(request: Partial<InspectedRequest> & { query: string }): { code: unknown; message: string } {
  try {
    inspectRequest({ ...base, ...request });
  } catch (error) {
    if (error instanceof GraphQLError) return { code: error.extensions['code'], message: error.message };
    throw error;
  }
  throw new Error('the query was let through');
}

const nested = (depth: number) => `{ ${'clonedFrom { '.repeat(depth - 1)} id ${'} '.repeat(depth)}`;

describe('what is let through', () => {
  test('a query of a page: fragments, aliases, variables', () => {
    const query = `query Page($first: Int) { a: runs(first: $first) { nodes { ...Row } } b: viewer { user { name } } }
      fragment Row on Run { id name tags metricSummaries(names: ["reward/mean"]) { last } }`;
    expect(() => inspectRequest({ ...base, query, variables: { first: 100 } })).not.toThrow();
  });

  test('what the request gives counts in place of the default; without either the page has its default size', () => {
    const query = `query($n: Int = 200, $m: Int) { runs(first: $n) { nodes { completions(first: $m) { nodes { comments(first: 2) { nodes { id } } } } } } }`;
    expect(() => inspectRequest({ ...base, query, variables: { n: 10 } })).not.toThrow();
    expect(() => inspectRequest({ ...base, query, variables: { n: null } })).not.toThrow();
    expect(refusal({ query, variables: { m: 200 } }).message).toContain('the bound is 50,000');
  });

  test('exactly the bound, but not one more', () => {
    expect(() => inspectRequest({ ...base, query: nested(LIMITS.depth) })).not.toThrow();
    expect(refusal({ query: nested(LIMITS.depth + 1) })).toEqual({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining(`the bound is ${LIMITS.depth}`),
    });
  });
});

describe('hostile queries', () => {
  test('a bomb of nested fragments: 30 levels of doubling would be a billion fields', () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) => `fragment F${i} on Run { ...F${i + 1} ...F${i + 1} }`,
    );
    const query = `{ run(id: "x") { ...F0 } } ${levels.join(' ')} fragment F30 on Run { id name }`;
    const { code, message } = refusal({ query });
    expect(code).toBe('LIMIT_EXCEEDED');
    // 2^30 spreads of 2 fields, and the root field.
    expect(message).toContain((2 ** 31 + 1).toLocaleString('en'));
    expect(message).toContain('the bound is 1,000');
  });

  test('depth hidden in fragments and inline fragments', () => {
    const levels = Array.from(
      { length: 20 },
      (_, i) => `fragment F${i} on Run { clonedFrom { ... on Run { ...F${i + 1} } } }`,
    );
    const query = `{ run(id: "x") { ...F0 } } ${levels.join(' ')} fragment F20 on Run { id }`;
    expect(refusal({ query }).message).toContain('22 levels of nested fields; the bound is 15');
  });

  test('fragments in a circle', () => {
    const query = `{ run(id: "x") { ...A } } fragment A on Run { clonedFrom { ...B } } fragment B on Run { ...A }`;
    expect(refusal({ query })).toEqual({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('spreads itself'),
    });
  });

  test('aliases of one field', () => {
    const aliases = Array.from({ length: LIMITS.aliases + 1 }, (_, i) => `a${i}: role`);
    expect(refusal({ query: `{ viewer { ${aliases.join(' ')} } }` }).message).toContain(
      `${LIMITS.aliases + 1} aliases`,
    );
  });

  test('aliases multiplied by fragments', () => {
    const query = `{ run(id: "x") { ...A a: clonedFrom { ...A } b: clonedFrom { ...A } } }
      fragment A on Run { ${Array.from({ length: 30 }, (_, i) => `x${i}: name`).join(' ')} }`;
    // Three spreads of 30, and the two aliases themselves.
    expect(refusal({ query }).message).toContain('92 aliases');
  });

  test.each([
    ['a literal', '{ runs(first: 2000000000) { nodes { id } } }', {}],
    ['a variable', 'query($n: Int) { runs(first: $n) { nodes { id } } }', { n: 2_000_000_000 }],
    [
      'the default of a variable',
      'query($n: Int = 200) { runs(first: $n) { nodes { completions(first: $n) { nodes { comments(first: $n) { nodes { id } } } } } } }',
      {},
    ],
    [
      'the default of a variable, in a fragment',
      'query($n: Int = 200) { runs(first: $n) { ...P } } fragment P on RunConnection { nodes { completions(first: $n) { nodes { comments(first: $n) { nodes { id } } } } } }',
      {},
    ],
    [
      'a variable whose size cannot be known',
      'query($n: Int) { runs(first: $n) { nodes { completions(first: $n) { nodes { comments(first: $n) { nodes { id } } } } } } }',
      { n: 'many' },
    ],
    [
      'pages of pages',
      '{ runs(first: 200) { nodes { completions(first: 200) { nodes { comments(first: 200) { nodes { id } } } } } } }',
      {},
    ],
    [
      'the default page size',
      '{ runs { ...P } } fragment P on RunConnection { edges { node { completions(first: 200) { nodes { comments { nodes { id } } } } } } }',
      {},
    ],
  ])('huge pages, by %s', (_, query, variables) => {
    expect(refusal({ query, variables }).message).toMatch(
      /objects in the answer if every page were full; the bound is 50,000/,
    );
  });

  test('directives without number', () => {
    const query = `{ viewer { role ${'@include(if: true) '.repeat(LIMITS.directives + 1)} } }`;
    expect(refusal({ query }).message).toContain(`the bound is ${LIMITS.directives}`);
  });

  test('a very long name', () => {
    expect(refusal({ query: `{ ${'a'.repeat(5_000)} }` }).message).toContain(
      'characters in one name; the bound is 200',
    );
  });

  test('more tokens than the parser will read', () => {
    const query = `{ ${'viewer { role } '.repeat(LIMITS.queryTokens / 4)} }`;
    expect(refusal({ query }).message).toContain(`more than ${LIMITS.queryTokens} tokens`);
  });

  test('a text longer than the parser gets to see', () => {
    expect(refusal({ query: `# ${'x'.repeat(LIMITS.queryChars)}\n{ viewer { role } }` }).message).toContain(
      'characters of query text',
    );
  });

  test('fields without number', () => {
    const query = `{ viewer { ${'role '.repeat(LIMITS.fields + 1)} } }`;
    expect(refusal({ query }).message).toContain('selected fields');
  });

  test('root fields without number', () => {
    const query = `{ ${'viewer { role } '.repeat(LIMITS.rootFields + 1)} }`;
    expect(refusal({ query }).message).toContain(`${LIMITS.rootFields + 1} fields on the first level`);
  });

  test('many operations, of which only one would run', () => {
    const query = Array.from(
      { length: LIMITS.operations + 1 },
      (_, i) => `query Q${i} { viewer { role } }`,
    ).join(' ');
    expect(refusal({ query, operationName: 'Q0' }).message).toContain('operations; the bound is 20');
  });

  test('introspection by nobody, however it is spelled', () => {
    expect(refusal({ query: '{ __schema { types { name } } }', signedIn: false }).code).toBe(
      'UNAUTHENTICATED',
    );
    expect(
      refusal({ query: '{ ...F } fragment F on Query { s: __type(name: "Run") { name } }', signedIn: false })
        .code,
    ).toBe('UNAUTHENTICATED');
    expect(() =>
      inspectRequest({ ...base, query: '{ viewer { __typename } }', signedIn: false }),
    ).not.toThrow();
  });

  test('a list in the variables', () => {
    const ids = Array.from({ length: LIMITS.listItems + 1 }, (_, i) => String(i));
    const query = 'query($f: RunFilter) { runs(filter: $f) { totalCount } }';
    expect(refusal({ query, variables: { f: { ids } } }).message).toContain(
      'items in one list of the variables',
    );
  });

  test('nesting in the variables', () => {
    let config: unknown = 1;
    for (let i = 0; i < 60; i++) config = { config };
    const query = 'query($c: JSON) { validateConfig(config: $c) { valid } }';
    expect(refusal({ query, variables: { c: config } }).message).toContain(
      'levels of nesting in the variables',
    );
  });
});

describe('bodies', () => {
  const record = 'mutation($i: RecordStepsInput!) { recordSteps(input: $i) { acknowledged } }';

  test('only operations that need large ones get them', () => {
    expect(() => inspectRequest({ ...base, query: record, bytes: BODY_LIMITS.stepRecords })).not.toThrow();
    expect(refusal({ query: record, bytes: BODY_LIMITS.stepRecords + 1 })).toEqual({
      code: 'TOO_LARGE',
      message: expect.stringContaining(String(BODY_LIMITS.stepRecords)),
    });
    expect(refusal({ query: '{ viewer { role } }', bytes: BODY_LIMITS.plain + 1 }).message).toContain(
      String(BODY_LIMITS.plain),
    );
  });

  test('a large operation does not carry a small one along', () => {
    const query =
      'mutation($i: RecordStepsInput!, $c: CreateRunInput!) { recordSteps(input: $i) { duplicates } createRun(input: $c) { run { id } } }';
    expect(refusal({ query, bytes: BODY_LIMITS.plain + 1 }).code).toBe('TOO_LARGE');
  });

  test('a column of a million steps is a column', () => {
    const steps = Array.from({ length: 100_000 }, (_, i) => i);
    const variables = { i: { records: [{ metrics: [{ name: 'loss', steps, values: steps }] }] } };
    expect(() => inspectRequest({ ...base, query: record, variables })).not.toThrow();
  });
});
