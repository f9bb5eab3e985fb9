import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, claim, makeProject, makeRun, record, register, stepRecord } from '../testing/fixtures.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';

interface Page {
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  totalCount: number;
}

let api: TestApi;
const ids: string[] = [];
beforeAll(async () => {
  api = await startTestApi();
  const project = await makeProject(api);
  const worker = await register(api);
  for (let i = 0; i < 23; i++) {
    const { id } = await makeRun(api, project.id, {
      name: `run ${String.fromCharCode(97 + (i % 4))}`,
      tags: i % 2 === 0 ? ['even'] : [],
    });
    ids.push(id);
    if (i % 3 === 0) continue;
    // Values repeat, so that the order needs its tie-breaker; every third run has no such metric.
    const lease = await claim(api, worker, { runId: id });
    const metrics = [{ name: 'loss', steps: [1], values: [(i % 5) - 2] }];
    await record(api, id, lease?.token ?? '', [stepRecord(1 + (i % 2), 0, { metrics })]);
  }
  // Several created in the same millisecond.
  await api.db.pool.query("UPDATE run SET created_at = date_trunc('second', created_at)");
});
afterAll(() => api.close());

interface PageVariables {
  order: object;
  first?: number;
  last?: number;
  after?: string | null;
  before?: string | null;
}

const page = (variables: PageVariables) =>
  ask<{ runs: Page }>(
    api,
    `query($order: RunOrder, $first: Int, $last: Int, $after: String, $before: String) {
      runs(first: $first, last: $last, after: $after, before: $before, orderBy: $order) {
        edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`,
    { ...variables },
  ).then((data) => data.runs);

const orders = ['CREATED_AT', 'NAME', 'STATUS', 'STEP', 'UPDATED_AT', 'METRIC_LAST'].flatMap((field) =>
  ['ASC', 'DESC'].map((direction) => ({
    field,
    direction,
    ...(field === 'METRIC_LAST' ? { metric: 'loss' } : {}),
  })),
);

describe.each(orders)('$field $direction', (order) => {
  test('pages forwards and backwards are the whole list, each row once', async () => {
    const all = (await page({ first: 200, order })).edges.map((edge) => edge.node.id);
    expect([...all].sort()).toEqual([...ids].sort());

    const forwards: string[] = [];
    let after: string | null = null;
    for (;;) {
      const { edges, pageInfo, totalCount }: Page = await page({ first: 5, order, after });
      expect(totalCount).toBe(23);
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      forwards.push(...edges.map((edge) => edge.node.id));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(forwards).toEqual(all);

    const backwards: string[] = [];
    let before: string | null = null;
    for (;;) {
      const { edges, pageInfo }: Page = await page({ last: 4, order, before });
      expect(pageInfo.hasNextPage).toBe(before !== null);
      backwards.unshift(...edges.map((edge) => edge.node.id));
      before = pageInfo.startCursor;
      if (!pageInfo.hasPreviousPage) break;
    }
    expect(backwards).toEqual(all);
  });
});

test('a page stays where it is when rows come before it', async () => {
  const order = { field: 'CREATED_AT', direction: 'DESC' };
  const first = await page({ first: 5, order });
  const rest = await page({ first: 5, order, after: first.pageInfo.endCursor });
  const project = await makeProject(api, 'Later');
  const { id } = await makeRun(api, project.id);
  expect(await page({ first: 5, order, after: first.pageInfo.endCursor })).toMatchObject({
    edges: rest.edges,
  });
  await api.db.prisma.run.delete({ where: { id } });
});

test('cursors of elsewhere are refused, not misread', async () => {
  const { pageInfo } = await page({ first: 2, order: { field: 'NAME', direction: 'ASC' } });
  const wrong = (after: unknown) =>
    api.gql('query($after: String) { runs(first: 2, after: $after) { totalCount } }', { after });
  expect((await wrong(pageInfo.endCursor)).errors).toMatchObject([
    { message: expect.stringContaining('another ordering'), extensions: { code: 'INVALID_INPUT' } },
  ]);
  expect((await wrong('nonsense')).errors).toMatchObject([
    { message: expect.stringContaining('not a cursor'), extensions: { code: 'INVALID_INPUT' } },
  ]);
  const forged = Buffer.from(
    JSON.stringify(['runs:CREATED_AT:DESC:', "'; DROP TABLE run; --", 'x']),
  ).toString('base64url');
  expect((await wrong(forged)).errors).toHaveLength(1);
  expect(await api.db.prisma.run.count()).toBeGreaterThan(0);
});

describe('filters', () => {
  const found = async (filter: object) => {
    const { runs } = await ask<{ runs: { nodes: { id: string }[] } }>(
      api,
      'query($f: RunFilter) { runs(first: 200, filter: $f) { nodes { id } } }',
      { f: filter },
    );
    return runs.nodes.map((node) => node.id).sort();
  };
  const where = (condition: (i: number) => boolean) => ids.filter((_, i) => condition(i)).sort();
  const loss = (i: number) => (i % 3 === 0 ? null : (i % 5) - 2);

  test.each<[string, object, (i: number) => boolean]>([
    ['nothing', {}, () => true],
    ['ids', { ids: ['x'] }, () => false],
    ['tags', { tags: ['even'] }, (i) => i % 2 === 0],
    ['text in the name', { text: 'RUN A' }, (i) => i % 4 === 0],
    ['text in a tag', { text: 'eve' }, (i) => i % 2 === 0],
    ['text with a wildcard in it', { text: 'run%' }, () => false],
    ['status', { status: ['RUNNING'] }, (i) => i % 3 !== 0],
    ['archived', { archived: true }, () => false],
    ['created before', { createdBefore: '2000-01-01T00:00:00Z' }, () => false],
    ['metric there', { metric: { name: 'loss' } }, (i) => i % 3 !== 0],
    ['metric last', { metric: { name: 'loss', gte: 1 } }, (i) => (loss(i) ?? -9) >= 1],
    [
      'metric range',
      { metric: { name: 'loss', aggregate: 'MIN', gt: -2, lt: 1 } },
      (i) => [-1, 0].includes(loss(i) ?? 9),
    ],
    ['config equals', { config: { path: 'task.kind', equals: 'addition' } }, () => true],
    ['config number', { config: { path: 'policyGradient.steps', gt: 1e6 } }, () => false],
    ['config not a number', { config: { path: 'task.kind', gt: 1 } }, () => false],
    ['config there', { config: { path: 'policyGradient.groupSize' } }, () => true],
    ['not', { not: { tags: ['even'] } }, (i) => i % 2 === 1],
    ['not of what is unknown', { not: { metric: { name: 'loss', gte: 1 } } }, (i) => (loss(i) ?? -9) < 1],
    ['or', { or: [{ tags: ['even'] }, { status: ['RUNNING'] }] }, (i) => i % 2 === 0 || i % 3 !== 0],
    ['or of nothing', { or: [] }, () => false],
    ['and beside or', { tags: ['even'], or: [{ text: 'run a' }, { text: 'run c' }] }, (i) => i % 2 === 0],
    ['and', { and: [{ tags: ['even'] }, { not: { text: 'run a' } }] }, (i) => i % 2 === 0 && i % 4 !== 0],
  ])('%s', async (_, filter, condition) => {
    expect(await found(filter)).toEqual(where(condition));
  });

  test('bounds are told', async () => {
    let deep: object = { tags: ['a'] };
    for (let i = 0; i < 6; i++) deep = { not: deep };
    const refused = async (f: object) =>
      (await api.gql('query($f: RunFilter) { runs(filter: $f) { totalCount } }', { f })).errors[0];
    expect(await refused(deep)).toMatchObject({
      message: expect.stringContaining('5 levels'),
      extensions: { code: 'TOO_LARGE' },
    });
    const long = { or: Array.from({ length: 51 }, () => ({ archived: true })) };
    expect(await refused(long)).toMatchObject({ message: expect.stringContaining('50 conditions') });
    expect(await refused({ ids: Array.from({ length: 501 }, (_, i) => String(i)) })).toMatchObject({
      message: expect.stringContaining('500'),
    });
    expect(await refused({ config: { path: 'a.b; DROP TABLE run' } })).toMatchObject({
      extensions: { code: 'INVALID_INPUT' },
    });
  });
});
