import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ask,
  makeClaimedRun,
  makeProject,
  makeRun,
  mutate,
  register,
  testConfig,
} from '../../testing/fixtures.ts';
import { startTestApi, type TestApi } from '../../testing/index.ts';

let api: TestApi;
let projectId: string;
beforeAll(async () => {
  api = await startTestApi();
  projectId = (await makeProject(api)).id;
});
afterAll(() => api.close());

const FIELDS =
  'run { id number name status totalSteps config configYaml configHash tags note clonedFrom { id } owner { id } }';
const create = (input: object) =>
  mutate<{ run: Record<string, unknown> | null }>(api, 'createRun', 'CreateRunInput', FIELDS, {
    projectId,
    ...input,
  });

describe('what people write on runs', () => {
  test('name, tags, note, archive', async () => {
    const { id } = await makeRun(api, projectId, { tags: ['old'] });
    const data = await ask<Record<string, { run: object; errors: object[] }>>(
      api,
      `mutation($id: ID!) { a: renameRun(id: $id, name: "  new name ") { run { name } errors { code } } b: setRunTags(id: $id, tags: ["x", "y", "x"]) { run { tags } errors { code } }
        c: setRunNote(id: $id, note: "see **this**") { run { note } errors { code } } d: archiveRun(id: $id, archived: true) { run { archived } errors { code message } } e: renameRun(id: $id, name: " ") { run { name } errors { code path } } }`,
      { id },
    );
    expect(data).toMatchObject({
      a: { run: { name: 'new name' }, errors: [] },
      b: { run: { tags: ['x', 'y'] }, errors: [] },
      c: { run: { note: 'see **this**' } },
      d: { run: null, errors: [{ code: 'INVALID_STATE', message: expect.stringContaining('QUEUED') }] },
      e: { run: null, errors: [{ code: 'INVALID_INPUT', path: ['name'] }] },
    });
    const archived = await ask<object>(
      api,
      'mutation($id: ID!) { cancelRun(id: $id) { run { status } } archiveRun(id: $id, archived: true) { run { archived } } }',
      { id },
    );
    expect(archived).toEqual({
      cancelRun: { run: { status: 'CANCELLED' } },
      archiveRun: { run: { archived: true } },
    });
  });

  test('comments: by their author, deleted ones keep their place', async () => {
    const { runId } = await makeClaimedRun(api);
    const [one, two, owner] = [
      await api.addPerson('REVIEWER'),
      await api.addPerson('REVIEWER'),
      await api.addPerson('OWNER'),
    ];
    const { comment } = await mutate<{ comment: { id: string } }>(
      api,
      'addComment',
      'AddCommentInput',
      'comment { id }',
      { subjectId: runId, body: 'first' },
      one.key,
    );
    const edit =
      'mutation($id: ID!) { editComment(id: $id, body: "edited") { comment { body editedAt } errors { code } } }';
    const remove =
      'mutation($id: ID!) { deleteComment(id: $id) { comment { body deleted } errors { code } } }';
    expect(await ask(api, edit, { id: comment.id }, two.key)).toMatchObject({
      editComment: { errors: [{ code: 'FORBIDDEN' }] },
    });
    expect(await ask(api, edit, { id: comment.id }, one.key)).toMatchObject({
      editComment: { comment: { body: 'edited', editedAt: expect.any(String) } },
    });
    expect(await ask(api, remove, { id: comment.id }, two.key)).toMatchObject({
      deleteComment: { errors: [{ code: 'FORBIDDEN' }] },
    });
    expect(await ask(api, remove, { id: comment.id }, owner.key)).toEqual({
      deleteComment: { comment: { body: '', deleted: true }, errors: [] },
    });
    expect(await ask(api, edit, { id: comment.id }, one.key)).toMatchObject({
      editComment: { errors: [{ code: 'INVALID_STATE' }] },
    });
    const { run } = await ask<{ run: object }>(
      api,
      'query($id: ID!) { run(id: $id) { comments { totalCount nodes { deleted subject { __typename ... on Run { id } } } } } }',
      { id: runId },
    );
    expect(run).toEqual({
      comments: { totalCount: 1, nodes: [{ deleted: true, subject: { __typename: 'Run', id: runId } }] },
    });
  });
});

describe('metrics', () => {
  test('what is asked has bounds, which are told', async () => {
    const { runId } = await makeClaimedRun(api);
    const refused = async (field: string) =>
      (await api.gql(`query($id: ID!) { run(id: $id) { ${field} } }`, { id: runId })).errors[0];
    expect(await refused('series(names: ["a"], maxPoints: 5001) { steps }')).toMatchObject({
      message: expect.stringContaining('5000'),
      extensions: { code: 'TOO_LARGE' },
    });
    expect(await refused('series(names: ["a"], maxPoints: 0) { steps }')).toMatchObject({
      extensions: { code: 'INVALID_INPUT' },
    });
    expect(await refused('sparkline(metric: "a", points: 501)')).toMatchObject({
      message: expect.stringContaining('500'),
    });
    const names = JSON.stringify(Array.from({ length: 201 }, (_, i) => `m${i}`));
    expect(await refused(`series(names: ${names}) { steps }`)).toMatchObject({
      message: expect.stringContaining('200'),
    });
    const runIds = Array.from({ length: 51 }, (_, i) => `run_${i}`);
    const compared = await api.gql('query($r: [ID!]!) { series(runIds: $r, names: ["a"]) { steps } }', {
      r: runIds,
    });
    expect(compared.errors).toMatchObject([
      { message: expect.stringContaining('50'), extensions: { code: 'TOO_LARGE' } },
    ]);
  });
});

test('presets and validation', async () => {
  const { presets, good, bad } = await ask<{
    presets: { name: string; config: object }[];
    good: object;
    bad: object;
  }>(
    api,
    `query($c: JSON) { presets { name title config yaml } good: validateConfig(config: $c) { valid configHash totalSteps parameterCount errors { message } notes }
      bad: validateConfig(yaml: "name: x") { valid config errors { code path message } } }`,
    { c: testConfig },
  );
  expect(presets.map((preset) => preset.name)).toContain('demo');
  expect(good).toMatchObject({
    valid: true,
    totalSteps: 1_000_000,
    parameterCount: expect.any(Number),
    errors: [],
  });
  expect(bad).toMatchObject({
    valid: false,
    config: null,
    errors: expect.arrayContaining([
      expect.objectContaining({ code: 'INVALID_INPUT', path: ['config', 'task'] }),
    ]),
  });
});

test('anything by its id', async () => {
  const { runId, projectId: project, workerId } = await makeClaimedRun(api);
  await register(api, 'wrk_node');
  const typeOf = async (id: string) =>
    (
      await ask<{ node: { __typename: string } | null }>(
        api,
        'query($id: ID!) { node(id: $id) { __typename id } }',
        { id },
      )
    ).node;
  expect(await typeOf(runId)).toEqual({ __typename: 'Run', id: runId });
  expect(await typeOf(project)).toEqual({ __typename: 'Project', id: project });
  expect(await typeOf(workerId)).toEqual({ __typename: 'Worker', id: workerId });
  expect(await typeOf(api.ownerId)).toEqual({ __typename: 'User', id: api.ownerId });
  expect(await typeOf('nonsense')).toBeNull();
});
