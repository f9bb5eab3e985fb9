import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ask,
  claim,
  completionInput,
  makeClaimedRun,
  makeProject,
  makeRun,
  mutate,
  record,
  register,
  stepRecord,
  testConfig,
} from '../../testing/fixtures.ts';
import { startTestApi, type TestApi } from '../../testing/index.ts';
import { sweepArtifacts } from '../../artifacts/sweepArtifacts.ts';
import { RECORD_LIMITS } from './recordSteps.bounds.ts';

let api: TestApi;
beforeAll(async () => void (api = await startTestApi()));
afterAll(() => api.close());

describe('step records', () => {
  test('twice, in pieces and out of order they count once', async () => {
    const { runId, token } = await makeClaimedRun(api);
    expect(await record(api, runId, token, [stepRecord(3, 2)])).toMatchObject({
      acknowledged: [3],
      duplicates: 0,
      errors: [],
    });
    expect(
      await record(api, runId, token, [stepRecord(1, 2), stepRecord(3, 2), stepRecord(2, 2)]),
    ).toMatchObject({ duplicates: 1 });
    expect(await record(api, runId, token, [stepRecord(1, 2)])).toMatchObject({
      acknowledged: [1],
      duplicates: 1,
    });
    const { run } = await ask<{ run: object }>(
      api,
      `query($id: ID!) { run(id: $id) { step stage completionSteps completions { totalCount }
        series(names: ["reward/mean"]) { steps mean } metricSummaries { name last min max lastStep count } } }`,
      { id: runId },
    );
    expect(run).toEqual({
      step: 3,
      stage: 'POLICY_GRADIENT',
      completionSteps: [1, 2, 3],
      completions: { totalCount: 6 },
      series: [{ steps: [1, 2, 3], mean: [0.1, 0.2, 0.3] }],
      metricSummaries: [{ name: 'reward/mean', last: 0.3, min: 0.1, max: 0.3, lastStep: 3, count: 3 }],
    });
  });

  test('a null in a column is not stored', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const metrics = [{ name: 'loss', steps: [1, 2, 3], values: [1, null, 3] }];
    await record(api, runId, token, [stepRecord(3, 0, { metrics })]);
    const { run } = await ask<{ run: { series: object[] } }>(
      api,
      'query($id: ID!) { run(id: $id) { series(names: ["loss"]) { steps last } } }',
      { id: runId },
    );
    expect(run.series).toEqual([{ steps: [1, 3], last: [1, 3] }]);
  });

  test('everything of a completion comes back as it was sent', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const rewards = [
      { name: 'exact', value: 1, weight: 0.8, version: '1' },
      { name: 'format', value: null, weight: 0.2, version: '2', error: 'no number' },
    ];
    const sent = completionInput(3, { rewards, truncated: true });
    await record(api, runId, token, [stepRecord(5, 0, { completions: [sent] })]);
    const { run } = await ask<{ run: { completions: { nodes: object[] } } }>(
      api,
      `query($id: ID!) { run(id: $id) { completions { nodes { step index group promptText answer text tokenCount truncated
        reward rewards { name value weight version error } advantage signal kl logp refLogp updatedLogp
        tokens { tokenIds pieces logp refLogp updatedLogp } } } } }`,
      { id: runId },
    );
    const [exact, format] = rewards;
    expect(run.completions.nodes).toEqual([
      {
        ...sent,
        step: 5,
        rewards: [{ ...exact, error: null }, format],
        tokens: { ...sent.tokens, refLogp: null, updatedLogp: null },
      },
    ]);
  });

  const bad: [string, object, { code: string; path: string; message: RegExp }][] = [
    [
      'a step before the first',
      { step: -1 },
      { code: 'INVALID_INPUT', path: 'step', message: /0 to 1000000/ },
    ],
    [
      'a step after the last',
      { step: 1_000_001 },
      { code: 'INVALID_INPUT', path: 'step', message: /0 to 1000000/ },
    ],
    [
      'a sequence before the first',
      { sequence: -1 },
      { code: 'INVALID_INPUT', path: 'sequence', message: /0 to/ },
    ],
    [
      'columns of unequal length',
      {
        metrics: [
          { name: 'a', steps: [1], values: [1] },
          { name: 'b', steps: [1, 2], values: [1] },
        ],
      },
      { code: 'INVALID_INPUT', path: 'metrics.1.values', message: /2 steps and 1 values/ },
    ],
    [
      'a metric name that is none',
      { metrics: [{ name: 'a b', steps: [1], values: [1] }] },
      { code: 'INVALID_INPUT', path: 'metrics.0.name', message: /not a metric name/ },
    ],
    [
      'a point beyond the run',
      { metrics: [{ name: 'a', steps: [1, 2_000_000], values: [1, 2] }] },
      { code: 'INVALID_INPUT', path: 'metrics.0.steps.1', message: /0 to 1000000/ },
    ],
    [
      'arrays of tokens of unequal length',
      {
        completions: [
          completionInput(0, { tokens: { tokenIds: 'AAAAAAAAAAA=', pieces: ['a'], logp: 'AAAAAAAAAAA=' } }),
        ],
      },
      { code: 'INVALID_INPUT', path: 'completions.0.tokens.pieces', message: /1 elements for 2 tokens/ },
    ],
    [
      'another number of tokens than the completion says',
      { completions: [completionInput(0), completionInput(1, { tokenCount: 3 })] },
      {
        code: 'INVALID_INPUT',
        path: 'completions.1.tokens.tokenIds',
        message: /2 elements.*tokenCount is 3/,
      },
    ],
    [
      'two completions of one index',
      { completions: [completionInput(0), completionInput(1), completionInput(0)] },
      { code: 'INVALID_INPUT', path: 'completions.2.index', message: /two completions of index 0/ },
    ],
    [
      'a text of absurd length',
      { completions: [completionInput(0, { text: 'x'.repeat(RECORD_LIMITS.completionChars + 1) })] },
      { code: 'TOO_LARGE', path: 'completions.0.text', message: /the bound is 400000/ },
    ],
    [
      'absurdly many rewards',
      {
        completions: [
          completionInput(0, {
            rewards: Array.from({ length: 33 }, (_, i) => ({ name: `r${i}`, weight: 1, version: '1' })),
          }),
        ],
      },
      { code: 'TOO_LARGE', path: 'completions.0.rewards', message: /the bound is 32/ },
    ],
  ];
  test.each(bad)(
    '%s is refused with its place, and nothing is stored',
    async (_, more, { code, path, message }) => {
      const { runId, token } = await makeClaimedRun(api);
      const { errors, acknowledged } = await record(api, runId, token, [
        stepRecord(1),
        stepRecord(2, 0, more),
      ]);
      expect(errors).toMatchObject([{ code, message: expect.stringMatching(message) }]);
      expect(errors[0]?.path.join('.')).toBe(`input.records.1.${path}`);
      expect(acknowledged).toEqual([]);
      expect(await api.db.prisma.stepRecord.count({ where: { runId } })).toBe(0);
    },
  );

  test('more points than one request may hold are refused with the bound', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const column = Array.from({ length: RECORD_LIMITS.points + 1 }, (_, i) => i);
    const { errors } = await record(api, runId, token, [
      stepRecord(1, 0, { metrics: [{ name: 'a', steps: column, values: column }] }),
    ]);
    expect(errors).toMatchObject([
      { code: 'TOO_LARGE', message: expect.stringContaining(String(RECORD_LIMITS.points)) },
    ]);
  });

  test('a NaN cannot come in: JSON has none, and what else is no number is refused', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const metrics = [{ name: 'a', steps: [1], values: ['NaN'] }];
    await expect(record(api, runId, token, [stepRecord(1, 0, { metrics })])).rejects.toThrow(
      'item 0 is neither a finite number nor null',
    );
  });
});

describe('checkpoints', () => {
  const bytes = Buffer.from('weights and all');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const upload = () =>
    fetch(`${api.url}/artifacts/${sha256}`, {
      method: 'PUT',
      body: bytes,
      headers: { authorization: `Bearer ${api.workerKey}` },
    });
  const recordCheckpoint = (runId: string, leaseToken: string, more: object = {}) =>
    mutate<{ checkpoint: { id: string; step: number } | null }>(
      api,
      'recordCheckpoint',
      'RecordCheckpointInput',
      'checkpoint { id step bytes metrics }',
      {
        runId,
        leaseToken,
        step: 10,
        sha256,
        bytes: bytes.length,
        metrics: { 'reward/mean': 0.5 },
        ...more,
      },
    );

  test('a checkpoint needs its artifact, of that size, and the lease; the next worker gets the latest', async () => {
    const { runId, token, workerId } = await makeClaimedRun(api);
    expect((await recordCheckpoint(runId, token)).errors).toMatchObject([
      { code: 'NOT_FOUND', path: ['input', 'sha256'] },
    ]);
    expect((await upload()).status).toBe(201);
    expect((await recordCheckpoint(runId, token, { bytes: 1 })).errors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'bytes'] },
    ]);
    expect((await recordCheckpoint(runId, 'lea_other')).errors).toMatchObject([{ code: 'LEASE_LOST' }]);
    const first = await recordCheckpoint(runId, token);
    expect(first).toMatchObject({
      checkpoint: { step: 10, bytes: bytes.length, metrics: { 'reward/mean': 0.5 } },
      errors: [],
    });
    expect((await recordCheckpoint(runId, token)).checkpoint?.id).toBe(first.checkpoint?.id);
    await recordCheckpoint(runId, token, { step: 20 });
    await register(api, workerId);
    expect(await claim(api, workerId, { runId })).toMatchObject({ checkpoint: { step: 20, sha256 } });
  });

  test('only the last keepLast stay; the sweep removes the file once no checkpoint names it', async () => {
    const { runId, token } = await makeClaimedRun(api);
    await upload();
    for (const step of [1, 2, 3, 4]) await recordCheckpoint(runId, token, { step });
    const states = async () => {
      const { run } = await ask<{
        run: { checkpoints: { nodes: { step: number; deletedAt: string | null }[] } };
      }>(api, 'query($id: ID!) { run(id: $id) { checkpoints { nodes { step deletedAt } } } }', { id: runId });
      return run.checkpoints.nodes.filter((one) => one.deletedAt === null).map((one) => one.step);
    };
    // keepLast is 3 when absent.
    expect((await states()).toSorted((a, b) => a - b)).toEqual([2, 3, 4]);
    const stored = () =>
      fetch(`${api.url}/artifacts/${sha256}`, { headers: { authorization: `Bearer ${api.workerKey}` } });
    await sweepArtifacts(api.db, api.artifactsDir, 0);
    expect((await stored()).status).toBe(200);
    await api.db.pool.query('UPDATE checkpoint SET deleted_at = now() WHERE sha256 = $1', [sha256]);
    // Just uploaded: within the grace its checkpoint may still come.
    expect(await sweepArtifacts(api.db, api.artifactsDir, 10)).toBe(0);
    expect(await sweepArtifacts(api.db, api.artifactsDir, 0)).toBe(1);
    expect((await stored()).status).toBe(404);
    expect((await upload()).status).toBe(201);
    expect((await stored()).status).toBe(200);
  });

  test('the best and every n-th stay beside the last, as the policy says', async () => {
    const { id: projectId } = await makeProject(api, 'Kept');
    const config = {
      ...testConfig,
      checkpoint: { keepLast: 1, keepEvery: 4, keepBest: 1, bestMetric: 'eval/held_out/accuracy' },
    };
    const { id: runId } = await makeRun(api, projectId, { config });
    const lease = await claim(api, await register(api, 'wrk_kept'), { runId });
    await upload();
    const accuracies = [0.1, 0.2, 0.9, 0.3, 0.4, 0.5];
    for (const [index, accuracy] of accuracies.entries())
      await recordCheckpoint(runId, lease?.token ?? '', {
        step: index + 1,
        metrics: { 'eval/held_out/accuracy': accuracy },
      });
    const present = await api.db.prisma.checkpoint.findMany({
      where: { runId, deletedAt: null },
      orderBy: { step: 'asc' },
    });
    // 3 is the best, 4 a fourth, 6 the last.
    expect(present.map(({ step }) => step)).toEqual([3, 4, 6]);
  });
});
