import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, makeClaimedRun, makeProject, makeRun, mutate } from '../../testing/fixtures.ts';
import { startTestApi, type TestApi } from '../../testing/index.ts';

let api: TestApi;
let projectId: string;
beforeAll(async () => {
  api = await startTestApi();
  projectId = (await makeProject(api)).id;
});
afterAll(() => api.close());

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
