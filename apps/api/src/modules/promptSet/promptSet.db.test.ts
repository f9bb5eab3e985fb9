import { BOUNDS } from '@nabla/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, makeProject, makeRun, mutate, testConfig } from '../../testing/fixtures.ts';
import { startTestApi, type TestApi } from '../../testing/index.ts';

let api: TestApi;
let projectId: string;
beforeAll(async () => {
  api = await startTestApi();
  projectId = (await makeProject(api)).id;
});
afterAll(() => api.close());

const line = (value: object) => JSON.stringify(value);
const FIELDS =
  'promptSet { id name latestVersion { id version promptCount answeredCount sha256 } versions { version } } lineErrors { line message }';
interface Payload {
  promptSet: { id: string; latestVersion: { id: string; version: number } } | null;
  lineErrors: { line: number; message: string }[];
}
const create = (name: string, jsonl: string) =>
  mutate<Payload>(api, 'createPromptSet', 'CreatePromptSetInput', FIELDS, { projectId, name, jsonl });

test('a NUL that JSON writes by an escape is refused with its place, and nothing is stored', async () => {
  const refused = await create('NUL', `${line({ prompt: 'fine' })}\n${line({ prompt: '1', level: ['\0'] })}`);
  expect(refused).toMatchObject({
    promptSet: null,
    errors: [{ code: 'INVALID_INPUT', path: ['input', 'jsonl', '1', 'metadata', 'level', '0'] }],
  });
  expect(await api.db.prisma.promptSet.count({ where: { name: 'NUL' } })).toBe(0);
});

test('a file becomes a version, with answers and what else its lines hold; another upload the next one', async () => {
  const jsonl = [
    line({ prompt: '1+1=', answer: '2', level: 'easy' }),
    '',
    line({ prompt: 'say %_hi' }),
    line({ prompt: 'ß∑', answer: 7 }),
  ].join('\n');
  const { promptSet, errors } = await create('Mine', jsonl);
  expect(errors).toEqual([]);
  expect(promptSet).toMatchObject({
    name: 'Mine',
    latestVersion: { version: 1, promptCount: 3, answeredCount: 2 },
  });
  const second = await mutate<Payload>(api, 'addPromptSetVersion', 'AddPromptSetVersionInput', FIELDS, {
    promptSetId: promptSet?.id,
    jsonl: line({ prompt: 'new' }),
  });
  expect(second.promptSet).toMatchObject({
    latestVersion: { version: 2, promptCount: 1 },
    versions: [{ version: 2 }, { version: 1 }],
  });
  const prompts = (id: string, search?: string) =>
    ask<{ node: { prompts: { totalCount: number; nodes: object[] } } }>(
      api,
      'query($id: ID!, $s: String) { node(id: $id) { ... on PromptSetVersion { prompts(first: 10, search: $s) { totalCount nodes { id index text answer metadata } } } } }',
      { id, s: search },
    ).then((data) => data.node.prompts);
  const versionId = promptSet?.latestVersion.id ?? '';
  expect((await prompts(versionId)).nodes).toEqual([
    { id: `prm_${versionId}_0`, index: 0, text: '1+1=', answer: '2', metadata: { level: 'easy' } },
    { id: `prm_${versionId}_1`, index: 1, text: 'say %_hi', answer: null, metadata: null },
    { id: `prm_${versionId}_2`, index: 2, text: 'ß∑', answer: '7', metadata: null },
  ]);
  expect(await prompts(versionId, '%_')).toMatchObject({ totalCount: 1, nodes: [{ index: 1 }] });
  expect(
    await ask(api, 'query($id: ID!) { node(id: $id) { ... on Prompt { text } } }', {
      id: `prm_${versionId}_2`,
    }),
  ).toEqual({ node: { text: 'ß∑' } });

  const config = { ...testConfig, task: { kind: 'prompt_set', promptSetVersionId: versionId } };
  const { id } = await makeRun(api, projectId, { config });
  const lease = await mutate<{ lease: object }>(
    api,
    'registerWorker',
    'RegisterWorkerInput',
    'worker { id }',
    { id: 'wrk_ps', name: 'n', backend: 'b', host: 'h', version: '1', device: 'd' },
  ).then(() =>
    mutate<{ lease: object }>(api, 'claimRun', 'ClaimRunInput', 'lease { prompts { id promptCount } }', {
      workerId: 'wrk_ps',
      runId: id,
    }),
  );
  expect(lease.lease).toEqual({ prompts: { id: versionId, promptCount: 3 } });
});

test('a broken line is named, all of them up to twenty, and nothing is stored', async () => {
  const lines = Array.from({ length: 40 }, (_, i) =>
    i % 2 === 0 ? line({ prompt: `p${i}` }) : i === 1 ? '{"prompt": ' : line({ question: 'x' }),
  );
  const { promptSet, lineErrors, errors } = await create('Broken', lines.join('\n'));
  expect(promptSet).toBeNull();
  expect(lineErrors).toHaveLength(20);
  expect(lineErrors.slice(0, 2)).toMatchObject([
    { line: 2, message: expect.stringContaining('not JSON') },
    { line: 4, message: expect.stringContaining('prompt') },
  ]);
  expect(errors).toMatchObject([
    { code: 'INVALID_INPUT', path: ['input', 'jsonl'], message: expect.stringContaining('line 2') },
  ]);
  expect(await api.db.prisma.promptSet.count({ where: { name: 'Broken' } })).toBe(0);
});

test('a preview says what a file would become and stores nothing', async () => {
  const jsonl = [line({ prompt: 'cab', answer: 'abc' }), line({ prompt: 'ba' })].join('\n');
  const { previewPromptFile } = await ask<{ previewPromptFile: object }>(
    api,
    'query($j: String!) { previewPromptFile(jsonl: $j, limit: 1) { promptCount answeredCount prompts { text answer } longestPromptChars alphabet errors { line message } } }',
    { j: jsonl },
  );
  expect(previewPromptFile).toEqual({
    promptCount: 2,
    answeredCount: 1,
    prompts: [{ text: 'cab', answer: 'abc' }],
    longestPromptChars: 3,
    alphabet: 'abc',
    errors: [],
  });
  const broken = await ask<object>(
    api,
    'query($j: String!) { previewPromptFile(jsonl: $j) { promptCount errors { line } } }',
    { j: '{}\n{"prompt":"x"}' },
  );
  expect(broken).toEqual({ previewPromptFile: { promptCount: 1, errors: [{ line: 1 }] } });
});

test('bounds and names', async () => {
  const many = `${line({ prompt: 'p' })}\n`.repeat(BOUNDS.maxPrompts + 1);
  const tooMany = await create('Many', many);
  expect(tooMany).toMatchObject({
    promptSet: null,
    lineErrors: [
      { line: BOUNDS.maxPrompts + 1, message: expect.stringContaining(String(BOUNDS.maxPrompts)) },
    ],
  });
  await create('Twice', line({ prompt: 'x' }));
  expect((await create('Twice', line({ prompt: 'x' }))).errors).toMatchObject([
    { code: 'CONFLICT', path: ['input', 'name'] },
  ]);
  expect((await create(' ', line({ prompt: 'x' }))).errors).toMatchObject([
    { code: 'INVALID_INPUT', path: ['input', 'name'] },
  ]);
});

test('as many prompts as are allowed are taken', async () => {
  const jsonl = Array.from({ length: BOUNDS.maxPrompts }, (_, i) =>
    line({ prompt: `prompt ${i}`, answer: String(i) }),
  ).join('\n');
  const { promptSet, errors } = await create('Large', jsonl);
  expect(errors).toEqual([]);
  expect(promptSet?.latestVersion).toMatchObject({
    promptCount: BOUNDS.maxPrompts,
    answeredCount: BOUNDS.maxPrompts,
  });
  const last = await ask<object>(
    api,
    'query($id: ID!) { node(id: $id) { ... on Prompt { index text answer } } }',
    { id: `prm_${promptSet?.latestVersion.id}_${BOUNDS.maxPrompts - 1}` },
  );
  expect(last).toEqual({
    node: {
      index: BOUNDS.maxPrompts - 1,
      text: `prompt ${BOUNDS.maxPrompts - 1}`,
      answer: String(BOUNDS.maxPrompts - 1),
    },
  });
});
