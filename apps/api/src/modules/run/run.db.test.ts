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

describe('creating', () => {
  test('from JSON and from YAML the same experiment has the same hash; what a person wrote is kept', async () => {
    const yaml =
      '# mine\nname: test\ntask: { kind: addition }\nrewards: [{ kind: exact_match, name: exact, weight: 1 }]\npolicyGradient: { steps: 1000000 }\n';
    const fromJson = await create({ config: testConfig, tags: [' b ', 'a', 'a'], note: 'why' });
    const fromYaml = await create({ yaml, name: 'of YAML' });
    expect(fromJson.run).toMatchObject({
      name: 'test',
      status: 'QUEUED',
      totalSteps: 1_000_000,
      tags: ['a', 'b'],
      note: 'why',
    });
    expect(fromYaml.run).toMatchObject({
      name: 'of YAML',
      configYaml: yaml,
      configHash: fromJson.run?.['configHash'],
    });
    expect(fromJson.run?.['configYaml']).toContain('kind: addition');
    // The schema's defaults are in the stored configuration.
    expect(fromJson.run?.['config']).toMatchObject({ policyGradient: { groupSize: 8 } });
  });

  test('numbers run within the project, without gaps, however many at once', async () => {
    const own = (await makeProject(api, 'Numbers')).id;
    const runs = await Promise.all(Array.from({ length: 8 }, () => makeRun(api, own)));
    expect(runs.map((run) => run.number).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('the same key gives the same run back, also when both come at once', async () => {
    const input = { config: testConfig, idempotencyKey: 'once' };
    const [one, two] = await Promise.all([create(input), create(input)]);
    expect(one.run?.['id']).toBe(two.run?.['id']);
    expect((await create({ ...input, name: 'later' })).run).toMatchObject({
      id: one.run?.['id'],
      name: 'test',
    });
    const other = (await makeProject(api, 'Other key')).id;
    expect((await create({ ...input, projectId: other })).run?.['id']).not.toBe(one.run?.['id']);
  });

  test('a key that was used for another configuration is a conflict, also when both come at once', async () => {
    const other = { ...testConfig, seed: 7 };
    const { run } = await create({ config: testConfig, idempotencyKey: 'taken' });
    expect(await create({ config: other, idempotencyKey: 'taken' })).toMatchObject({
      run: null,
      errors: [
        {
          code: 'CONFLICT',
          path: ['input', 'idempotencyKey'],
          message: expect.stringContaining(`run ${String(run?.['number'])},`),
        },
      ],
    });
    const both = await Promise.all(
      [testConfig, other].map((config) => create({ config, idempotencyKey: 'raced' })),
    );
    expect(both.filter((one) => one.run !== null)).toHaveLength(1);
    expect(both.flatMap((one) => one.errors)).toMatchObject([{ code: 'CONFLICT' }]);
  });

  test('files are for the process that reserves the run for itself', async () => {
    const config = {
      ...testConfig,
      task: { kind: 'file', path: 'prompts.jsonl' },
      warmup: { steps: 1, path: 'pairs.jsonl' },
    };
    expect(await create({ config })).toMatchObject({
      run: null,
      errors: [
        {
          code: 'INVALID_INPUT',
          path: ['config', 'task', 'kind'],
          message: expect.stringContaining('workers read no files of others: upload a prompt set'),
        },
        { code: 'INVALID_INPUT', path: ['config', 'warmup', 'path'] },
      ],
    });
    const elsewhere = {
      ...testConfig,
      rewards: [{ kind: 'function', name: 'mine', version: '1' }],
      evaluation: { sets: [{ name: 'own', task: { kind: 'file', path: 'held_out.jsonl' } }] },
      policyGradient: {
        steps: 10,
        kl: { beta: 0.1, reference: 'checkpoint', checkpoint: './reference.ckpt' },
      },
    };
    expect((await create({ config: elsewhere })).errors).toMatchObject([
      { path: ['config', 'evaluation', 'sets', '0', 'task', 'kind'] },
      {
        path: ['config', 'rewards', '0', 'kind'],
        message: expect.stringContaining('no worker has it'),
      },
      {
        path: ['config', 'policyGradient', 'kl', 'checkpoint'],
        message: expect.stringContaining('give the SHA-256 of a checkpoint of this workspace'),
      },
    ]);
    const workerId = await register(api, 'wrk_with_files');
    expect(await create({ config: elsewhere, workerId })).toMatchObject({ errors: [] });
    expect(await create({ config, workerId })).toMatchObject({ run: { status: 'QUEUED' }, errors: [] });
  });

  test('what a configuration names must be in the workspace: prompt sets of evaluation, the reference checkpoint', async () => {
    const config = {
      ...testConfig,
      evaluation: { sets: [{ name: 'own', task: { kind: 'prompt_set', promptSetVersionId: 'psv_none' } }] },
    };
    expect((await create({ config })).errors).toMatchObject([
      { code: 'NOT_FOUND', path: ['config', 'evaluation', 'sets', '0', 'task', 'promptSetVersionId'] },
    ]);
    const kl = { beta: 0.1, reference: 'checkpoint', checkpoint: 'a'.repeat(64) };
    expect(
      (await create({ config: { ...testConfig, policyGradient: { steps: 1, kl } } })).errors,
    ).toMatchObject([{ code: 'NOT_FOUND', path: ['config', 'policyGradient', 'kl', 'checkpoint'] }]);
  });

  test('a model directory may be named, and the validation says that the worker must have it', async () => {
    const config = { ...testConfig, model: { kind: 'hugging_face', source: '/models/small' } };
    expect((await create({ config })).errors).toEqual([]);
    const { validateConfig } = await ask<{ validateConfig: { parameterCount: null; notes: string[] } }>(
      api,
      'query($config: JSON) { validateConfig(config: $config) { parameterCount notes } }',
      { config },
    );
    expect(validateConfig.parameterCount).toBeNull();
    expect(validateConfig.notes).toContain(
      'The model directory /models/small must exist on the worker that takes the run.',
    );
  });

  test.each<[string, object, string[], RegExp]>([
    ['neither JSON nor YAML', {}, ['config'], /once/],
    ['both', { config: testConfig, yaml: 'name: x' }, ['config'], /once/],
    [
      'a field that is wrong',
      { config: { ...testConfig, policyGradient: { steps: 10, groupSize: 0 } } },
      ['config', 'policyGradient', 'groupSize'],
      /groupSize/,
    ],
    [
      'a field beyond its bound',
      { config: { ...testConfig, policyGradient: { steps: 10, groupSize: 100_000 } } },
      ['config', 'policyGradient', 'groupSize'],
      /256/,
    ],
    [
      'a NUL that YAML writes by an escape',
      { yaml: String.raw`{ name: "a\0b", task: { kind: addition }, policyGradient: { steps: 1 } }` },
      ['config', 'name'],
      /NUL/,
    ],
    ['YAML that is none', { yaml: 'a: [1' }, ['config'], /line/],
    [
      'a prompt set that is not there',
      { config: { ...testConfig, task: { kind: 'prompt_set', promptSetVersionId: 'psv_none' } } },
      ['config', 'task', 'promptSetVersionId'],
      /psv_none/,
    ],
    [
      'a run to clone that is not there',
      { config: testConfig, clonedFromId: 'run_none' },
      ['input', 'clonedFromId'],
      /run_none/,
    ],
    [
      'a worker that is not there',
      { config: testConfig, workerId: 'wrk_none' },
      ['input', 'workerId'],
      /wrk_none/,
    ],
    [
      'a project that is not there',
      { config: testConfig, projectId: 'prj_none' },
      ['input', 'projectId'],
      /prj_none/,
    ],
    [
      'too many tags',
      { config: testConfig, tags: Array.from({ length: 21 }, (_, i) => `t${i}`) },
      ['input', 'tags'],
      /20/,
    ],
    ['an endless name', { config: testConfig, name: 'n'.repeat(121) }, ['input', 'name'], /120/],
  ])('%s is refused with path and reason', async (_, input, path, message) => {
    const { run, errors } = await create(input);
    expect(run).toBeNull();
    expect(errors[0]).toMatchObject({ path, message: expect.stringMatching(message) });
  });

  test('all wrong fields are told at once', async () => {
    const { errors } = await create({ config: { ...testConfig, seed: 'x', policyGradient: { steps: -1 } } });
    expect(errors.map((error) => error.path.join('.'))).toEqual(
      expect.arrayContaining(['config.seed', 'config.policyGradient.steps']),
    );
  });

  test('a clone remembers where it came from', async () => {
    const { id } = await makeRun(api, projectId);
    expect((await create({ config: testConfig, clonedFromId: id })).run).toMatchObject({
      clonedFrom: { id },
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
