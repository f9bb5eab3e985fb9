import { createHash } from 'node:crypto';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendGraphql, startTestApi, type TestApi } from '../testing/index.ts';
import { removeLeftovers } from './artifacts.ts';
import { BODY_LIMITS } from '../limits/bounds.ts';

let api: TestApi;
beforeAll(async () => void (api = await startTestApi()));
afterAll(() => api.close());

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('health', () => {
  test('alive and ready', async () => {
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
    const lost = await fetch(`${api.url}/nowhere`);
    expect([lost.status, await lost.json()]).toMatchObject([
      404,
      { errors: [{ extensions: { code: 'NOT_FOUND' } }] },
    ]);
  });
});

describe('GraphQL over HTTP', () => {
  test('batches are refused', async () => {
    const batch = JSON.stringify([{ query: '{ viewer { role } }' }, { query: '{ viewer { role } }' }]);
    expect(await sendGraphql(api.graphqlUrl, batch, bearer(api.workerKey))).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'LIMIT_EXCEEDED' } }],
    });
  });

  test.each([
    ['not JSON', '{ nope', 'INVALID_INPUT'],
    ['JSON of another kind', '"text"', 'INVALID_INPUT'],
    ['no query', '{}', 'INVALID_INPUT'],
    ['a query that is no GraphQL', '{"query":"{ viewer {"}', 'GRAPHQL_PARSE_FAILED'],
    ['a field that is not there', '{"query":"{ nope }"}', 'GRAPHQL_VALIDATION_FAILED'],
    ['an empty query', '{"query":""}', 'GRAPHQL_PARSE_FAILED'],
  ])('%s', async (_, body, code) => {
    expect(await sendGraphql(api.graphqlUrl, body)).toMatchObject({
      status: 400,
      errors: [{ extensions: { code } }],
    });
  });

  test('a large body is refused while it arrives, by who sends it and what for', async () => {
    const viewer = await api.addPerson('VIEWER');
    const large = JSON.stringify({
      query: '{ viewer { role } }',
      variables: { pad: 'x'.repeat(BODY_LIMITS.plain) },
    });
    const tooLarge = {
      status: 413,
      errors: [
        { message: expect.stringContaining(String(BODY_LIMITS.plain)), extensions: { code: 'TOO_LARGE' } },
      ],
    };
    expect(await sendGraphql(api.graphqlUrl, large)).toMatchObject(tooLarge);
    expect(await sendGraphql(api.graphqlUrl, large, bearer(viewer.key))).toMatchObject(tooLarge);
    expect(await sendGraphql(api.graphqlUrl, large, bearer(api.workerKey))).toMatchObject(tooLarge);
    const huge = JSON.stringify({
      query: 'mutation { recordSteps }',
      variables: { pad: 'x'.repeat(BODY_LIMITS.stepRecords) },
    });
    expect(await sendGraphql(api.graphqlUrl, huge, bearer(api.workerKey))).toMatchObject({
      status: 413,
      errors: [{ message: expect.stringContaining(String(BODY_LIMITS.stepRecords)) }],
    });
  });

  test('a bomb of fragments costs a refusal, not a server', async () => {
    const levels = Array.from(
      { length: 60 },
      (_, i) => `fragment F${i} on Run { a: clonedFrom { ...F${i + 1} } b: clonedFrom { ...F${i + 1} } }`,
    );
    const query = `{ run(id: "x") { ...F0 } } ${levels.join(' ')} fragment F60 on Run { id }`;
    expect(await api.gql(query)).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'LIMIT_EXCEEDED' } }],
    });
  });

  test('a page beyond the bound is refused by the list itself too', async () => {
    const { errors, data } = await api.gql('{ runs(first: 201) { totalCount } }');
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      { message: expect.stringContaining('0 to 200'), extensions: { code: 'TOO_LARGE' } },
    ]);
  });

  test('the schema is for those who signed in', async () => {
    expect(await api.gql('{ __schema { queryType { name } } }', {}, null)).toMatchObject({ status: 401 });
    expect((await api.gql('{ __schema { queryType { name } } }')).data).toEqual({
      __schema: { queryType: { name: 'Query' } },
    });
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['a field', '{ viewer { rol } }', {}],
    ['an argument', '{ runs(frist: 1) { totalCount } }', {}],
    ['a type', 'query($f: RunFilte) { runs(filter: $f) { totalCount } }', {}],
    [
      'a value in a variable',
      'query($f: RunFilter) { runs(filter: $f) { totalCount } }',
      { f: { tag: 'x' } },
    ],
  ])('names of the schema are suggested to those who signed in only: %s', async (_, query, variables) => {
    const messages = async (key?: null) => {
      const { errors } = await api.gql(query, variables, key);
      return errors.map((error) => error.message).join(' ');
    };
    expect(await messages()).toContain('Did you mean');
    const toNobody = await messages(null);
    expect(toNobody).not.toBe('');
    expect(toNobody).not.toContain('Did you mean');
  });

  test.each<[string, string, string[]]>([
    ['a text of a filter', 'runs(filter: { text: $t }) { totalCount }', ['filter', 'text']],
    [
      'a list of a filter',
      'runs(filter: { or: [{ tags: ["a", $t] }] }) { totalCount }',
      ['filter', 'or', '0', 'tags', '1'],
    ],
    [
      'a path of a configuration',
      'runs(filter: { config: { path: $t } }) { totalCount }',
      ['filter', 'config', 'path'],
    ],
    [
      'a name of a metric',
      'runs(filter: { metric: { name: $t, gt: 1 } }) { totalCount }',
      ['filter', 'metric', 'name'],
    ],
    ['a slug', 'project(slug: $t) { id }', ['slug']],
    [
      'an argument below the root',
      'projects { nodes { runs(filter: { text: $t }) { totalCount } } }',
      ['filter', 'text'],
    ],
  ])('a NUL is refused with its place: %s', async (_, field, path) => {
    await api.gql('mutation { createProject(input: { name: "NUL" }) { errors { code } } }');
    const { errors } = await api.gql(`query($t: String!) { ${field} }`, { t: 'a\u0000b' });
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('NUL'),
      extensions: { code: 'INVALID_INPUT', path },
    });
  });

  test('a NUL in an id, in a literal, in a cursor and in a mutation', async () => {
    const { errors } = await api.gql(String.raw`{ run(id: "run_\u0000") { id } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', path: ['id'] } }]);
    const refused = await api.gql<{ setRunTags: object }>(
      'mutation($tags: [String!]!) { setRunTags(id: "run_none", tags: $tags) { run { id } errors { code path } } }',
      { tags: ['fine', '\u0000'] },
    );
    expect(refused.data?.setRunTags).toEqual({
      run: null,
      errors: [{ code: 'INVALID_INPUT', path: ['tags', '1'] }],
    });
    await api.gql('mutation { createProject(input: { name: "of a cursor" }) { errors { code } } }');
    const first = await api.gql<{ projects: { pageInfo: { endCursor: string } } }>(
      '{ projects(first: 1) { pageInfo { endCursor } } }',
    );
    const cursor = Buffer.from(first.data?.projects.pageInfo.endCursor ?? '', 'base64url').toString();
    const key: unknown[] = JSON.parse(cursor);
    const changed = Buffer.from(JSON.stringify([...key.slice(0, -1), '\u0000'])).toString('base64url');
    const next = await api.gql('query($c: String) { projects(after: $c) { totalCount } }', { c: changed });
    expect(next.errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', path: ['after'] } }]);
  });

  test('a bug shows an id and nothing else', async () => {
    const { prisma } = api.db;
    const project = await prisma.project.create({
      data: { id: 'prj_bug', workspaceId: api.workspaceId, name: 'bug', slug: 'bug' },
    });
    await prisma.promptSet.create({
      data: { id: `pst_${'0'.repeat(26)}`, projectId: project.id, name: 'without a version' },
    });
    const { errors } = await api.gql(
      `{ promptSet(id: "pst_${'0'.repeat(26)}") { latestVersion { version } } }`,
    );
    expect(errors).toMatchObject([
      { message: expect.stringMatching(/error [0-9a-f]{12}/), extensions: { code: 'INTERNAL' } },
    ]);
    expect(JSON.stringify(errors)).not.toMatch(/stack|has no version|\.ts/);
  });
});

describe('artifacts', () => {
  const content = Buffer.alloc(3_000_000, 'weights ');
  const sha256 = createHash('sha256').update(content).digest('hex');
  const put = (hash: string, body: Buffer, headers: Record<string, string> = bearer(api.workerKey)) =>
    fetch(`${api.url}/artifacts/${hash}`, { method: 'PUT', body: new Uint8Array(body), headers });
  const get = (hash: string, headers: Record<string, string> = bearer(api.workerKey)) =>
    fetch(`${api.url}/artifacts/${hash}`, { headers });

  test('what was put is got, whole or in part, and twice is once', async () => {
    expect((await get(sha256)).status).toBe(404);
    expect(await (await put(sha256, content)).json()).toEqual({ sha256, bytes: content.length });
    expect((await put(sha256, content)).status).toBe(201);
    const whole = await get(sha256);
    expect(whole.headers.get('content-length')).toBe(String(content.length));
    expect(Buffer.from(await whole.arrayBuffer()).equals(content)).toBe(true);
    const part = await get(sha256, { ...bearer(api.workerKey), range: 'bytes=8-15' });
    expect([part.status, await part.text()]).toEqual([206, 'weights ']);
  });

  test('a body that is not what its name says is not kept', async () => {
    const wrong = createHash('sha256').update('other').digest('hex');
    const refused = await put(wrong, content);
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { errors: [{ message: expect.stringContaining('not stored') }] },
    ]);
    expect((await get(wrong)).status).toBe(404);
    expect(await readdir(join(api.artifactsDir, 'incoming'))).toEqual([]);
  });

  test('rights: viewers read, researchers write, nobody does neither', async () => {
    const viewer = await api.addPerson('VIEWER');
    const body = Buffer.from('mine');
    const hash = createHash('sha256').update(body).digest('hex');
    expect((await put(hash, body, bearer(viewer.key))).status).toBe(403);
    expect((await put(hash, body, {})).status).toBe(401);
    expect((await put(sha256, content)).status).toBe(201);
    expect((await get(sha256, bearer(viewer.key))).status).toBe(200);
    expect((await get(sha256, {})).status).toBe(401);
    const { cookie } = await api.addPerson('RESEARCHER');
    expect((await put(hash, body, { cookie, origin: 'https://evil.example' })).status).toBe(403);
    expect((await put(hash, body, { cookie })).status).toBe(403);
    // A browser's download names no Origin.
    expect((await get(sha256, { cookie })).status).toBe(200);
    expect((await get(sha256, { cookie, origin: 'https://evil.example' })).status).toBe(403);
  });

  test.each(['..%2f..%2fetc%2fpasswd', 'ABC', 'a'.repeat(63)])('a name that is no hash: %s', async (name) => {
    expect((await get(name)).status).toBe(400);
  });

  test('what a crash left of an upload is removed after a day', async () => {
    const [old, young] = ['old', 'young'].map((name) => join(api.artifactsDir, 'incoming', name));
    if (old === undefined || young === undefined) throw new Error('two names');
    await writeFile(old, 'x');
    await writeFile(young, 'x');
    const twoDaysAgo = new Date(Date.now() - 48 * 3_600_000);
    await utimes(old, twoDaysAgo, twoDaysAgo);
    await removeLeftovers(api.artifactsDir);
    expect(await readdir(join(api.artifactsDir, 'incoming'))).toEqual(['young']);
  });

  test('another workspace does not see it by its hash', async () => {
    await put(sha256, content);
    await api.db.prisma.workspace.create({ data: { id: 'wsp_far', name: 'Far' } });
    const far = await api.addPerson('OWNER');
    await api.db.prisma.membership.create({
      data: { workspaceId: 'wsp_far', userId: far.userId, role: 'OWNER' },
    });
    await api.db.prisma.apiKey.updateMany({
      where: { createdById: far.userId },
      data: { workspaceId: 'wsp_far' },
    });
    expect((await get(sha256, bearer(far.key))).status).toBe(404);
  });
});
