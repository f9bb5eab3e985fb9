import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, completionInput, makeClaimedRun, mutate, record, stepRecord } from '../../testing/fixtures.ts';
import { startTestApi, type TestApi, type TestPerson } from '../../testing/index.ts';

let api: TestApi;
beforeAll(async () => void (api = await startTestApi()));
afterAll(() => api.close());

/** A run with `steps` steps of `perStep` completions; some without reward, some truncated. */
async function makeReviewedRun(steps: number, perStep: number): Promise<{ runId: string; ids: string[] }> {
  const { runId, token } = await makeClaimedRun(api);
  const records = Array.from({ length: steps }, (_, i) =>
    stepRecord(i + 1, 0, {
      completions: Array.from({ length: perStep }, (_unused, index) =>
        completionInput(index, {
          truncated: index === 1,
          ...(index === 2
            ? {
                reward: null,
                rewards: [{ name: 'exact', value: null, weight: 1, version: '1', error: 'none' }],
              }
            : {}),
        }),
      ),
    }),
  );
  await record(api, runId, token, records);
  const ids = records.flatMap(({ step }) =>
    Array.from({ length: perStep }, (_, index) => `cmp_${runId}_${step}_${index}`),
  );
  return { runId, ids };
}

const judge = (person: TestPerson, completionId: string, value = 'GOOD', note?: string) =>
  mutate<{ verdict: { id: string } }>(
    api,
    'giveVerdict',
    'GiveVerdictInput',
    'verdict { id value }',
    { completionId, value, ...(note === undefined ? {} : { note }) },
    person.key,
  );

const seen = (id: string, key: string) =>
  ask<{ completion: Record<string, unknown> }>(
    api,
    'query($id: ID!) { completion(id: $id) { myVerdict { value } verdicts { id value author { name } } verdictsHidden verdictCount } }',
    { id },
    key,
  ).then((data) => data.completion);

const next = (runId: string, key: string, more: object = {}) =>
  ask<{ nextToReview: { id: string } | null }>(
    api,
    'query($r: ID!, $f: CompletionFilter, $x: [ID!]) { nextToReview(runId: $r, filter: $f, excludeIds: $x) { id } }',
    { r: runId, ...more },
    key,
  ).then((data) => data.nextToReview?.id ?? null);

describe('who sees which verdicts', () => {
  test('whoever may judge sees others only after an own verdict, by every way; whoever only reads sees all', async () => {
    const { runId, ids } = await makeReviewedRun(1, 1);
    const [id = ''] = ids;
    const [first, second, viewer] = [
      await api.addPerson('REVIEWER', 'First'),
      await api.addPerson('RESEARCHER', 'Second'),
      await api.addPerson('VIEWER'),
    ];
    const { verdict } = await judge(first, id, 'BAD');

    expect(await seen(id, second.key)).toEqual({
      myVerdict: null,
      verdicts: [],
      verdictsHidden: true,
      verdictCount: 1,
    });
    expect(
      await ask(api, 'query($id: ID!) { node(id: $id) { id } }', { id: verdict.id }, second.key),
    ).toEqual({ node: null });
    const list = await ask<object>(
      api,
      'query($r: ID!) { run(id: $r) { completions { nodes { verdicts { value } verdictsHidden } } } }',
      { r: runId },
      second.key,
    );
    expect(list).toEqual({ run: { completions: { nodes: [{ verdicts: [], verdictsHidden: true }] } } });
    expect(await seen(id, viewer.key)).toMatchObject({
      verdictsHidden: false,
      verdicts: [{ value: 'BAD', author: { name: 'First' } }],
    });

    await judge(second, id, 'GOOD');
    expect(await seen(id, second.key)).toEqual({
      myVerdict: { value: 'GOOD' },
      verdicts: [
        { id: verdict.id, value: 'BAD', author: { name: 'First' } },
        { id: expect.stringMatching(/^ver_/), value: 'GOOD', author: { name: 'Second' } },
      ],
      verdictsHidden: false,
      verdictCount: 2,
    });
    expect(
      await ask(api, 'query($id: ID!) { node(id: $id) { id } }', { id: verdict.id }, second.key),
    ).toEqual({ node: { id: verdict.id } });
  });

  test('a key of a low role is no way around', async () => {
    const { ids } = await makeReviewedRun(1, 1);
    const [id = ''] = ids;
    const [first, second] = [await api.addPerson('REVIEWER'), await api.addPerson('REVIEWER')];
    await judge(first, id);
    await api.db.prisma.apiKey.updateMany({
      where: { createdById: second.userId },
      data: { role: 'VIEWER' },
    });
    expect(await seen(id, second.key)).toMatchObject({ verdictsHidden: true, verdicts: [] });
  });

  test('the answer to one’s own verdict shows the others at once', async () => {
    const { ids } = await makeReviewedRun(1, 1);
    const [id = ''] = ids;
    const [first, second] = [await api.addPerson('REVIEWER'), await api.addPerson('REVIEWER')];
    await judge(first, id, 'UNSURE');
    const { completion } = await mutate<{ completion: object }>(
      api,
      'giveVerdict',
      'GiveVerdictInput',
      'completion { verdictsHidden verdicts { value } }',
      { completionId: id, value: 'GOOD' },
      second.key,
    );
    expect(completion).toEqual({ verdictsHidden: false, verdicts: [{ value: 'UNSURE' }, { value: 'GOOD' }] });
  });
});

describe('verdicts', () => {
  test('a new one takes the place of the old one, which stays; the same again changes nothing', async () => {
    const { ids } = await makeReviewedRun(1, 1);
    const [id = ''] = ids;
    const person = await api.addPerson('REVIEWER');
    const one = await judge(person, id, 'GOOD', 'clear');
    expect((await judge(person, id, 'GOOD', 'clear')).verdict.id).toBe(one.verdict.id);
    await judge(person, id, 'BAD');
    expect(await seen(id, person.key)).toMatchObject({ myVerdict: { value: 'BAD' }, verdictCount: 1 });
    const rows = await api.db.prisma.verdict.findMany({
      where: { authorId: person.userId },
      orderBy: { createdAt: 'asc' },
    });
    expect(rows.map((row) => [row.value, row.note, row.supersededAt !== null])).toEqual([
      ['GOOD', 'clear', true],
      ['BAD', '', false],
    ]);
  });

  test('ten at once leave one current', async () => {
    const { ids } = await makeReviewedRun(1, 1);
    const [id = ''] = ids;
    const person = await api.addPerson('REVIEWER');
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => judge(person, id, ['GOOD', 'BAD', 'UNSURE'][i % 3], String(i))),
    );
    expect(await seen(id, person.key)).toMatchObject({ verdictCount: 1 });
    expect(await api.db.prisma.verdict.count({ where: { authorId: person.userId } })).toBe(10);
  });

  test('a completion that is not there cannot be judged', async () => {
    const person = await api.addPerson('REVIEWER');
    const { runId } = await makeReviewedRun(1, 1);
    for (const id of ['cmp_none', `cmp_${runId}_1_99`, `cmp_run_${'0'.repeat(26)}_1_0`]) {
      expect((await judge(person, id)).errors).toMatchObject([
        { code: 'NOT_FOUND', path: ['input', 'completionId'] },
      ]);
    }
  });
});

describe('the queue', () => {
  test('everybody goes the same fixed shuffled way through a run, each completion once', async () => {
    const { runId, ids } = await makeReviewedRun(6, 5);
    const walk = async () => {
      const person = await api.addPerson('REVIEWER');
      const way: string[] = [];
      for (;;) {
        const id = await next(runId, person.key);
        if (id === null) return way;
        expect(await next(runId, person.key)).toBe(id);
        way.push(id);
        await judge(person, id);
      }
    };
    const [one, two] = [await walk(), await walk()];
    expect([...one].sort()).toEqual([...ids].sort());
    expect([...two].sort()).toEqual([...ids].sort());
    expect(two).toEqual(one);
    // One of 30! orders is the order of the run about never.
    expect(one).not.toEqual(ids);
  });

  test('what is excluded comes later, what the filter leaves out never', async () => {
    const { runId } = await makeReviewedRun(2, 4);
    const person = await api.addPerson('REVIEWER');
    const first = await next(runId, person.key);
    const second = await next(runId, person.key, { x: [first] });
    expect(second).not.toBe(first);
    const truncated = { truncated: true, step: { gte: 2 } };
    expect(await next(runId, person.key, { f: truncated })).toBe(`cmp_${runId}_2_1`);
    await judge(person, `cmp_${runId}_2_1`);
    expect(await next(runId, person.key, { f: truncated })).toBeNull();
  });

  test('progress counts within the filter', async () => {
    const { runId, ids } = await makeReviewedRun(2, 3);
    const [one, two] = [await api.addPerson('REVIEWER'), await api.addPerson('REVIEWER')];
    for (const id of ids.slice(0, 4)) await judge(one, id);
    await judge(two, ids[5] ?? '');
    const progress = (key: string, f?: object) =>
      ask<{ reviewProgress: object }>(
        api,
        'query($r: ID!, $f: CompletionFilter) { reviewProgress(runId: $r, filter: $f) { judgedByMe total reviewers } }',
        { r: runId, f },
        key,
      ).then((data) => data.reviewProgress);
    expect(await progress(one.key)).toEqual({ judgedByMe: 4, total: 6, reviewers: 2 });
    expect(await progress(one.key, { step: { lte: 1 } })).toEqual({ judgedByMe: 3, total: 3, reviewers: 1 });
    expect(await progress(two.key, { truncated: true })).toEqual({ judgedByMe: 0, total: 2, reviewers: 1 });
  });
});

describe('filters and orders of completions', () => {
  test('each condition, and what is not known comes last', async () => {
    const { runId, ids } = await makeReviewedRun(2, 4);
    const person = await api.addPerson('REVIEWER');
    await judge(person, ids[0] ?? '');
    const other = await api.addPerson('REVIEWER');
    await judge(other, ids[7] ?? '');
    const found = async (filter: object, orderBy?: object) => {
      const query =
        'query($r: ID!, $f: CompletionFilter, $o: CompletionOrder) { run(id: $r) { completions(first: 100, filter: $f, orderBy: $o) { nodes { step index } } } }';
      const { run } = await ask<{ run: { completions: { nodes: { step: number; index: number }[] } } }>(
        api,
        query,
        { r: runId, f: filter, o: orderBy },
        person.key,
      );
      return run.completions.nodes.map(({ step, index }) => `${step}.${index}`);
    };
    const all = ['1.0', '1.1', '1.2', '1.3', '2.0', '2.1', '2.2', '2.3'];
    expect(await found({})).toEqual(all);
    expect(await found({ ids: [ids[3], ids[4]] })).toEqual(['1.3', '2.0']);
    expect(await found({ step: { gte: 2, lte: 2 } })).toEqual(all.slice(4));
    expect(await found({ group: 1 })).toEqual([]);
    expect(await found({ text: '3+1' })).toEqual(['1.3', '2.3']);
    expect(await found({ reward: { gte: 0.1 } })).toEqual(['1.1', '1.3', '2.1', '2.3']);
    expect(await found({ rewardComponent: { name: 'exact', lte: 0 } })).toEqual(['1.0', '2.0']);
    expect(await found({ rewardComponent: { name: 'nothing' } })).toEqual([]);
    expect(await found({ advantage: { lte: 0.25 } })).toEqual(['1.3', '2.3']);
    expect(await found({ truncated: true })).toEqual(['1.1', '2.1']);
    expect(await found({ rewardNull: true })).toEqual(['1.2', '2.2']);
    expect(await found({ judgedByMe: true })).toEqual(['1.0']);
    expect(await found({ judgedByMe: false })).toEqual(all.slice(1));
    expect(await found({ hasVerdict: true })).toEqual(['1.0', '2.3']);
    expect(await found({ not: { or: [{ truncated: true }, { rewardNull: true }] } })).toEqual([
      '1.0',
      '1.3',
      '2.0',
      '2.3',
    ]);
    expect(await found({}, { field: 'REWARD', direction: 'ASC' })).toEqual([
      '1.0',
      '2.0',
      '1.1',
      '2.1',
      '1.3',
      '2.3',
      '1.2',
      '2.2',
    ]);
    expect(await found({}, { field: 'REWARD', direction: 'DESC' })).toEqual([
      '2.3',
      '1.3',
      '2.1',
      '1.1',
      '2.0',
      '1.0',
      '2.2',
      '1.2',
    ]);
    // updatedLogp − logp is index / 100.
    expect((await found({}, { field: 'DELTA_LOGP', direction: 'DESC' })).slice(0, 2)).toEqual(['2.3', '1.3']);
  });
});
