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
} from '../../testing/fixtures.ts';
import { startTestApi, type TestApi } from '../../testing/index.ts';
import { RECORD_LIMITS } from './recordSteps.bounds.ts';

let api: TestApi;
beforeAll(async () => void (api = await startTestApi()));
afterAll(() => api.close());

const beat = (leaseToken: string, more: object = {}) =>
  mutate<{ command: string | null; expiresAt: string | null }>(
    api,
    'heartbeat',
    'HeartbeatInput',
    'command expiresAt',
    {
      leaseToken,
      ...more,
    },
  );
const end = (
  name: 'releaseRun' | 'finishRun' | 'failRun',
  runId: string,
  leaseToken: string,
  more: object = {},
) => {
  const inputType = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return mutate<{ run: { status: string; statusReason: string | null } | null }>(
    api,
    name,
    inputType,
    'run { status statusReason }',
    {
      runId,
      leaseToken,
      ...more,
    },
  );
};
const onRun = (name: 'pauseRun' | 'resumeRun' | 'cancelRun', id: string) =>
  ask<Record<string, { run: object | null; errors: object[] }>>(
    api,
    `mutation($id: ID!) { ${name}(id: $id) { run { status pendingCommand } errors { code message } } }`,
    { id },
  ).then((data) => data[name]);
const runOf = (id: string) =>
  ask<{ run: Record<string, unknown> }>(
    api,
    'query($id: ID!) { run(id: $id) { status step stage statusReason leaseLive worker { id } logs { nodes { level message } } } }',
    { id },
  ).then(({ run }) => run);

describe('claiming', () => {
  test('the oldest first, and nothing when nothing waits', async () => {
    const project = await makeProject(api);
    const first = await makeRun(api, project.id);
    const second = await makeRun(api, project.id);
    const worker = await register(api, 'wrk_claim');
    expect(await claim(api, worker)).toMatchObject({
      run: { id: first.id, status: 'RUNNING' },
      attempt: 1,
      checkpoint: null,
    });
    expect(await claim(api, worker)).toMatchObject({ run: { id: second.id } });
    expect(await claim(api, worker)).toBeNull();
  });

  test('a run kept for one worker is not given to another', async () => {
    const project = await makeProject(api);
    const mine = await register(api, 'wrk_mine');
    const other = await register(api, 'wrk_other');
    const run = await makeRun(api, project.id, { workerId: mine });
    expect(await claim(api, other)).toBeNull();
    expect(await claim(api, mine)).toMatchObject({ run: { id: run.id } });
  });

  test('a worker that is not registered is told so, and a lease has bounds', async () => {
    const unknown = await mutate(api, 'claimRun', 'ClaimRunInput', 'lease { token }', {
      workerId: 'wrk_nobody',
    });
    expect(unknown.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'workerId'] }]);
    const worker = await register(api);
    const long = await mutate(api, 'claimRun', 'ClaimRunInput', 'lease { token }', {
      workerId: worker,
      leaseSeconds: 3600,
    });
    expect(long.errors).toMatchObject([
      { code: 'INVALID_INPUT', message: expect.stringContaining('5 to 600') },
    ]);
  });

  test('ten workers at once never get the same run', async () => {
    const project = await makeProject(api);
    const runs = await Promise.all(Array.from({ length: 6 }, () => makeRun(api, project.id)));
    const workers = await Promise.all(Array.from({ length: 10 }, (_, i) => register(api, `wrk_race_${i}`)));
    const leases = await Promise.all(workers.map((worker) => claim(api, worker)));
    const claimed = leases.flatMap((lease) => (lease === null ? [] : [lease.run.id]));
    expect(claimed.sort()).toEqual(runs.map((run) => run.id).sort());
  });

  test('a worker that starts again gives back what it held', async () => {
    const { runId, token, workerId } = await makeClaimedRun(api);
    await register(api, workerId);
    expect(await runOf(runId)).toMatchObject({ status: 'QUEUED', leaseLive: false });
    expect((await beat(token)).errors).toMatchObject([{ code: 'LEASE_LOST' }]);
    expect(await claim(api, workerId)).toMatchObject({ run: { id: runId }, attempt: 2 });
  });
});

describe('leases', () => {
  test('a heartbeat prolongs the lease, raises the step and shows why the run waits', async () => {
    const { runId, token } = await makeClaimedRun(api);
    expect(await beat(token, { step: 7, statusReason: 'The disk is full' })).toMatchObject({
      command: 'CONTINUE',
      errors: [],
    });
    expect(await runOf(runId)).toMatchObject({ step: 7, statusReason: 'The disk is full' });
    await beat(token, { step: 3 });
    expect(await runOf(runId)).toMatchObject({ step: 7, statusReason: 'The disk is full' });
    await beat(token, { statusReason: '' });
    expect(await runOf(runId)).toMatchObject({ statusReason: null });
    expect((await beat(token, { step: -1 })).errors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'step'] },
    ]);
  });

  test('an expired lease puts the run back, with a line that says so; the old worker is shut out, the next resumes', async () => {
    const { runId, token } = await makeClaimedRun(api);
    await record(api, runId, token, [stepRecord(1)]);
    await api.db.pool.query("UPDATE lease SET expires_at = now() - interval '1 second' WHERE run_id = $1", [
      runId,
    ]);
    // The sweep runs by itself every two seconds.
    await expect.poll(() => runOf(runId).then((run) => run['status']), { timeout: 30_000 }).toBe('QUEUED');
    const { logs } = await runOf(runId);
    expect(logs).toMatchObject({
      nodes: [{ level: 'WARN', message: expect.stringContaining('stopped answering') }],
    });
    expect((await beat(token)).errors).toMatchObject([{ code: 'LEASE_LOST' }]);
    expect((await record(api, runId, token, [stepRecord(2)])).errors).toMatchObject([{ code: 'LEASE_LOST' }]);
    expect((await end('finishRun', runId, token)).errors).toMatchObject([{ code: 'LEASE_LOST' }]);
    const next = await claim(api, await register(api, 'wrk_next'), { runId });
    expect(next).toMatchObject({ attempt: 2 });
    expect((await record(api, runId, next?.token ?? '', [stepRecord(2)])).errors).toEqual([]);
  });

  test('finishing and failing are for the holder, and asked twice they are done once', async () => {
    const finished = await makeClaimedRun(api);
    expect(await end('finishRun', finished.runId, finished.token)).toMatchObject({
      run: { status: 'FINISHED' },
      errors: [],
    });
    expect(await end('finishRun', finished.runId, finished.token)).toMatchObject({
      run: { status: 'FINISHED' },
      errors: [],
    });
    const failed = await makeClaimedRun(api);
    const cause = 'reward module: all rewards were null';
    expect(await end('failRun', failed.runId, failed.token, { cause, step: 4 })).toMatchObject({
      run: { status: 'FAILED', statusReason: cause },
    });
    expect(await runOf(failed.runId)).toMatchObject({
      logs: { nodes: [{ level: 'ERROR', message: `The run failed: ${cause}` }] },
    });
    const held = await makeClaimedRun(api);
    expect((await end('finishRun', held.runId, 'lea_other')).errors).toMatchObject([{ code: 'LEASE_LOST' }]);
  });
});

describe('pause, resume, cancel', () => {
  test('a queued run is paused, resumed and cancelled at once', async () => {
    const { id } = await makeRun(api, (await makeProject(api)).id);
    expect(await onRun('pauseRun', id)).toMatchObject({ run: { status: 'PAUSED' }, errors: [] });
    expect(await claim(api, await register(api), { runId: id })).toBeNull();
    expect(await onRun('resumeRun', id)).toMatchObject({ run: { status: 'QUEUED' } });
    expect(await onRun('cancelRun', id)).toMatchObject({ run: { status: 'CANCELLED' } });
    expect(await onRun('cancelRun', id)).toMatchObject({ run: { status: 'CANCELLED' }, errors: [] });
    const refused = {
      run: null,
      errors: [{ code: 'INVALID_STATE', message: expect.stringContaining('CANCELLED') }],
    };
    expect(await onRun('pauseRun', id)).toMatchObject(refused);
    expect(await onRun('resumeRun', id)).toMatchObject(refused);
  });

  test('a running run is paused by its worker, and can be wanted back before that', async () => {
    const { runId, token } = await makeClaimedRun(api);
    expect(await onRun('pauseRun', runId)).toMatchObject({
      run: { status: 'RUNNING', pendingCommand: 'PAUSE' },
    });
    expect((await beat(token)).command).toBe('PAUSE');
    expect(await onRun('resumeRun', runId)).toMatchObject({
      run: { status: 'RUNNING', pendingCommand: null },
    });
    expect((await beat(token)).command).toBe('CONTINUE');
    await onRun('pauseRun', runId);
    expect(await end('releaseRun', runId, token)).toMatchObject({ run: { status: 'PAUSED' } });
    expect((await beat(token)).errors).toMatchObject([{ code: 'LEASE_LOST' }]);
  });

  test('a cancel is carried out by the worker, and a pause after it does not undo it', async () => {
    const { runId, token } = await makeClaimedRun(api);
    await onRun('cancelRun', runId);
    expect(await onRun('pauseRun', runId)).toMatchObject({
      errors: [{ code: 'INVALID_STATE', message: expect.stringContaining('CANCEL pending') }],
    });
    expect((await beat(token)).command).toBe('CANCEL');
    expect(await end('releaseRun', runId, token)).toMatchObject({ run: { status: 'CANCELLED' } });
  });

  test('a worker that gives a run back without being asked puts it into the queue, with its reason', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const released = await end('releaseRun', runId, token, { reason: 'The worker is shutting down' });
    expect(released).toMatchObject({
      run: { status: 'QUEUED', statusReason: 'The worker is shutting down' },
    });
  });
});

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
});
