import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../testing/fixtures.ts';
import { startTestApi, subscribe, type TestApi } from '../testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

describe('workspaces', () => {
  test('nothing of another workspace is seen or touched, by any way', async () => {
    const { prisma } = api.db;
    await prisma.workspace.create({ data: { id: 'wsp_other', name: 'Other' } });
    await prisma.user.create({
      data: {
        id: 'usr_other',
        name: 'Other',
        memberships: { create: { workspaceId: 'wsp_other', role: 'OWNER' } },
      },
    });
    await prisma.project.create({
      data: { id: 'prj_other', workspaceId: 'wsp_other', name: 'Other', slug: 'other' },
    });
    const runId = `run_${'0'.repeat(26)}`;
    await prisma.run.create({
      data: {
        id: runId,
        workspaceId: 'wsp_other',
        projectId: 'prj_other',
        number: 1,
        name: 'secret',
        totalSteps: 1,
        config: {},
        configHash: '',
        configYaml: '',
      },
    });
    await prisma.completion.create({
      data: {
        runId,
        step: 1,
        index: 0,
        group: 0,
        promptText: 'secret',
        text: 'secret',
        tokenCount: 1,
        truncated: false,
      },
    });
    await prisma.comment.create({
      data: { id: 'com_other', subject: 'RUN', runId, authorId: 'usr_other', body: 'secret' },
    });
    const owner = await api.addPerson('OWNER');
    const answers = await ask<Record<string, unknown>>(
      api,
      `query($run: ID!, $completion: ID!) { run(id: $run) { name } completion(id: $completion) { text } project(slug: "other") { name }
        a: node(id: $run) { id } b: node(id: $completion) { id } c: node(id: "com_other") { id } d: node(id: "prj_other") { id } e: node(id: "usr_other") { id }
        runs(filter: { ids: [$run] }) { totalCount nodes { name } } }`,
      { run: runId, completion: `cmp_${runId}_1_0` },
      owner.key,
    );
    expect(answers).toEqual({
      run: null,
      completion: null,
      project: null,
      a: null,
      b: null,
      c: null,
      d: null,
      e: null,
      runs: { totalCount: 0, nodes: [] },
    });
    const writes = await ask<Record<string, { errors: { code: string }[] }>>(
      api,
      `mutation($run: ID!, $completion: ID!) { a: renameRun(id: $run, name: "x") { errors { code } } b: cancelRun(id: $run) { errors { code } }
        c: giveVerdict(input: { completionId: $completion, value: GOOD }) { errors { code } } d: addComment(input: { subjectId: $run, body: "x" }) { errors { code } }
        e: editComment(id: "com_other", body: "x") { errors { code } } f: createRun(input: { projectId: "prj_other", yaml: "x" }) { errors { code } }
        g: changeRole(userId: "usr_other", role: VIEWER) { errors { code } } h: updateProject(input: { id: "prj_other", name: "x" }) { errors { code } } }`,
      { run: runId, completion: `cmp_${runId}_1_0` },
      owner.key,
    );
    expect(new Set(Object.values(writes).map((payload) => payload.errors[0]?.code))).toEqual(
      new Set(['NOT_FOUND']),
    );
    const series = await api.gql(
      'query($r: ID!) { series(runIds: [$r], names: ["loss"]) { name } }',
      { r: runId },
      owner.key,
    );
    expect(series.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    const socket = await subscribe(
      api.wsUrl,
      'subscription($r: ID!) { completionsAdded(runId: $r) { step } }',
      { key: owner.key, variables: { r: runId } },
    );
    expect(await socket.ended).toMatchObject({ message: expect.stringContaining('no run') });
    await socket.close();
  });
});
