import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, makeClaimedRun, mutate, record, stepRecord } from '../testing/fixtures.ts';
import { firstMessage, startTestApi, subscribe, type TestApi } from '../testing/index.ts';

let api: TestApi;
beforeAll(async () => void (api = await startTestApi()));
afterAll(() => api.close());

interface Series {
  runId: string;
  name: string;
  steps: number[];
  mean: number[];
}

const points = (runIds: string[]) =>
  subscribe<{ metricPointsAdded: Series[] }>(
    api.wsUrl,
    'subscription($ids: [ID!]!) { metricPointsAdded(runIds: $ids) { runId name steps mean } }',
    {
      key: api.workerKey,
      variables: { ids: runIds },
    },
  );
const updates = (variables: object = {}) =>
  subscribe<{ runUpdated: { id: string; name: string; status: string; step: number } }>(
    api.wsUrl,
    'subscription($r: ID, $p: ID) { runUpdated(runId: $r, projectId: $p) { id name status step } }',
    { key: api.workerKey, variables: { ...variables } },
  );
const rename = (id: string, name: string) =>
  ask(api, 'mutation($id: ID!, $n: String!) { renameRun(id: $id, name: $n) { errors { code } } }', {
    id,
    n: name,
  });

describe('new points', () => {
  test('only what is new, once, whatever the order; an old record sent again is silent', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const other = await makeClaimedRun(api);
    const subscription = await points([runId]);
    let sequence = 100;
    await firstMessage(subscription, () =>
      record(api, runId, token, [stepRecord(1, 0, { sequence: sequence++ })]),
    );
    await record(api, other.runId, other.token, [stepRecord(1)]);
    await record(api, runId, token, [stepRecord(5), stepRecord(3)]);
    const both = await subscription.next((data) =>
      data.metricPointsAdded.some((series) => series.steps.includes(5)),
    );
    expect(both.metricPointsAdded).toMatchObject([
      { runId, name: 'reward/mean', steps: expect.arrayContaining([3, 5]) },
    ]);
    await record(api, runId, token, [stepRecord(3)]);
    await record(api, runId, token, [stepRecord(4)]);
    const next = await subscription.next();
    expect(next.metricPointsAdded).toMatchObject([{ steps: [4], mean: [0.4] }]);
    await subscription.close();
  });

  test('more points than a notification holds are read and come too', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const subscription = await points([runId]);
    let sequence = 100;
    await firstMessage(subscription, () =>
      record(api, runId, token, [stepRecord(1, 0, { sequence: sequence++ })]),
    );
    const steps = Array.from({ length: 2_000 }, (_, i) => i + 10);
    const metrics = ['a', 'b'].map((name) => ({ name, steps, values: steps.map((step) => step / 7) }));
    await record(api, runId, token, [stepRecord(2_010, 0, { metrics })]);
    const { metricPointsAdded } = await subscription.next((data) =>
      data.metricPointsAdded.some((series) => series.name === 'b'),
    );
    expect(metricPointsAdded.map((series) => [series.name, series.steps.length, series.mean.at(-1)])).toEqual(
      [
        ['a', 2_000, 2_009 / 7],
        ['b', 2_000, 2_009 / 7],
      ],
    );
    await subscription.close();
  });

  test('a fast run and a slow reader: nothing is lost by merging', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const subscription = await points([runId]);
    let sequence = 1_000;
    await firstMessage(subscription, () =>
      record(api, runId, token, [stepRecord(1, 0, { sequence: sequence++ })]),
    );
    for (let step = 2; step <= 40; step++) await record(api, runId, token, [stepRecord(step)]);
    await subscription.next((data) => data.metricPointsAdded.some((series) => series.steps.includes(40)));
    const steps = subscription.seen.flatMap((data) =>
      data.metricPointsAdded.flatMap((series) => series.steps),
    );
    expect([...new Set(steps)]).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    await subscription.close();
  });
});

describe('runs', () => {
  test('of one run, of a project, of all', async () => {
    const one = await makeClaimedRun(api);
    const two = await makeClaimedRun(api);
    const [ofRun, ofProject, ofAll] = [
      await updates({ r: one.runId }),
      await updates({ p: one.projectId }),
      await updates(),
    ];
    await Promise.all(
      [ofRun, ofProject, ofAll].map((subscription) =>
        firstMessage(subscription, () => rename(one.runId, 'begun')),
      ),
    );
    await rename(two.runId, 'two');
    await rename(one.runId, 'one');
    const isOne = (data: { runUpdated: { name: string } }) => data.runUpdated.name === 'one';
    for (const subscription of [ofRun, ofProject, ofAll]) await subscription.next(isOne);
    const names = (subscription: typeof ofRun) =>
      new Set(subscription.seen.map((data) => data.runUpdated.name));
    expect(names(ofRun)).toEqual(new Set(['begun', 'one']));
    expect(names(ofProject)).toEqual(new Set(['begun', 'one']));
    expect(names(ofAll)).toEqual(new Set(['begun', 'one', 'two']));
    for (const subscription of [ofRun, ofProject, ofAll]) await subscription.close();
  });

  test('of another workspace there is nothing, and what does not exist cannot be followed', async () => {
    const subscription = await updates({ r: 'run_none' });
    expect(await subscription.ended).toMatchObject({ message: expect.stringContaining('no run') });
    await subscription.close();
  });
});

describe('completions, verdicts, comments', () => {
  test('each step that records completions, with them', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const query =
      'subscription($r: ID!) { completionsAdded(runId: $r) { runId step completions(first: 2) { index text rewards { name } } } }';
    const subscription = await subscribe<{ completionsAdded: { step: number; completions: object[] } }>(
      api.wsUrl,
      query,
      { key: api.workerKey, variables: { r: runId } },
    );
    let sequence = 100;
    await firstMessage(subscription, () =>
      record(api, runId, token, [stepRecord(1, 3, { sequence: sequence++ })]),
    );
    await record(api, runId, token, [stepRecord(2), stepRecord(3, 3)]);
    const { completionsAdded } = await subscription.next((data) => data.completionsAdded.step !== 1);
    expect(completionsAdded).toMatchObject({
      step: 3,
      completions: [{ index: 0, text: '1', rewards: [{ name: 'exact' }] }, { index: 1 }],
    });
    await subscription.close();
  });

  test('verdicts tell who, and their value stays hidden from who has not judged', async () => {
    const { runId, token } = await makeClaimedRun(api);
    await record(api, runId, token, [stepRecord(1, 1)]);
    const [judge, watcher] = [
      await api.addPerson('REVIEWER', 'Judge'),
      await api.addPerson('REVIEWER', 'Watcher'),
    ];
    const query =
      'subscription($r: ID!) { verdictsAdded(runId: $r) { author { name } completion { verdictCount verdictsHidden verdicts { value } } } }';
    const subscription = await subscribe<object>(api.wsUrl, query, {
      key: watcher.key,
      variables: { r: runId },
    });
    let value = 0;
    const seen = await firstMessage(subscription, () =>
      mutate(
        api,
        'giveVerdict',
        'GiveVerdictInput',
        'verdict { id }',
        { completionId: `cmp_${runId}_1_0`, value: 'BAD', note: String(value++) },
        judge.key,
      ),
    );
    expect(seen).toEqual({
      verdictsAdded: {
        author: { name: 'Judge' },
        completion: { verdictCount: 1, verdictsHidden: true, verdicts: [] },
      },
    });
    await subscription.close();
  });

  test('comments, when written and when changed', async () => {
    const { runId } = await makeClaimedRun(api);
    const query =
      'subscription($s: ID!) { commentsAdded(subjectId: $s) { id body deleted subject { ... on Run { id } } } }';
    const subscription = await subscribe<{ commentsAdded: { id: string; body: string } }>(api.wsUrl, query, {
      key: api.workerKey,
      variables: { s: runId },
    });
    const { commentsAdded } = await firstMessage(subscription, () =>
      mutate(api, 'addComment', 'AddCommentInput', 'comment { id }', { subjectId: runId, body: 'first' }),
    );
    await ask(api, 'mutation($id: ID!) { editComment(id: $id, body: "second") { errors { code } } }', {
      id: commentsAdded.id,
    });
    expect(await subscription.next((data) => data.commentsAdded.body === 'second')).toMatchObject({
      commentsAdded: { id: commentsAdded.id, subject: { id: runId } },
    });
    await subscription.close();
  });
});

describe('replicas and failures', () => {
  test('what one replica does, subscribers of another hear', async () => {
    const second = await startTestApi({ db: api.db });
    try {
      const { runId } = await makeClaimedRun(api);
      const subscription = await subscribe<{ runUpdated: { name: string } }>(
        second.wsUrl,
        'subscription($r: ID) { runUpdated(runId: $r) { name } }',
        { key: api.workerKey, variables: { r: runId } },
      );
      expect(await firstMessage(subscription, () => rename(runId, 'heard'))).toEqual({
        runUpdated: { name: 'heard' },
      });
      await subscription.close();
    } finally {
      await second.close();
    }
  });

  test('what happened while the listening connection was lost is made good', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const [runs, series] = [await updates({ r: runId }), await points([runId])];
    let sequence = 1_000;
    await firstMessage(runs, () => rename(runId, 'before'));
    await firstMessage(series, () => record(api, runId, token, [stepRecord(1, 0, { sequence: sequence++ })]));
    await api.db.pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'nabla-listen' AND datname = current_database()`);
    // Of this nobody is notified at all: only catching up can bring it.
    await api.db.pool.query("UPDATE run SET name = 'unheard', updated_at = now() WHERE id = $1", [runId]);
    await record(api, runId, token, [stepRecord(9)]);
    await runs.next((data) => data.runUpdated.name === 'unheard');
    const { metricPointsAdded } = await series.next((data) =>
      data.metricPointsAdded.some((one) => one.steps.includes(9)),
    );
    expect(metricPointsAdded[0]).toMatchObject({ name: 'reward/mean' });
    await Promise.all([runs.close(), series.close()]);
  });

  test('a WebSocket is for subscriptions, within the limits', async () => {
    const end = async (query: string) => {
      const subscription = await subscribe(api.wsUrl, query, { key: api.workerKey });
      const { message } = await subscription.ended;
      await subscription.close();
      return message;
    };
    expect(await end('{ viewer { role } }')).toContain('queries and mutations by POST');
    expect(await end('subscription { nope }')).toContain('Cannot query field');
    const deep = `subscription { runUpdated { ${'clonedFrom { '.repeat(20)} id ${'} '.repeat(20)} } }`;
    expect(await end(deep)).toContain('the bound is 15');
    const ids = JSON.stringify(Array.from({ length: 51 }, (_, i) => String(i)));
    expect(await end(`subscription { metricPointsAdded(runIds: ${ids}) { name } }`)).toContain(
      'the bound is 50',
    );
  });

  test('from a foreign page no socket opens with a cookie', async () => {
    const { cookie } = await api.addPerson('OWNER');
    const subscription = await subscribe(api.wsUrl, 'subscription { runUpdated { id } }', {
      headers: { cookie, origin: 'https://evil.example' },
    });
    expect(await subscription.ended).toMatchObject({ code: 4403 });
    await subscription.close();
  });
});
