import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ask,
  claim,
  makeClaimedRun,
  makeProject,
  makeRun,
  mutate,
  record,
  register,
  stepRecord,
} from '../../testing/fixtures.ts';
import { startTestApi, type TestApi } from '../../testing/index.ts';

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
const onRun = (name: 'pauseRun' | 'resumeRun' | 'cancelRun' | 'checkpointRun', id: string) =>
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

describe('a checkpoint asked for', () => {
  async function recordCheckpoint(runId: string, leaseToken: string, step: number) {
    const bytes = Buffer.from(`${runId} ${step}`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const headers = { authorization: `Bearer ${api.workerKey}` };
    await fetch(`${api.url}/artifacts/${sha256}`, { method: 'PUT', body: bytes, headers });
    const input = { runId, leaseToken, step, sha256, bytes: bytes.length };
    const { errors } = await mutate(
      api,
      'recordCheckpoint',
      'RecordCheckpointInput',
      'checkpoint { id }',
      input,
    );
    expect(errors).toEqual([]);
  }
  const pending = async (runId: string) =>
    (await api.db.prisma.run.findUniqueOrThrow({ where: { id: runId } })).pendingCommand;

  test('is pending until one of that step or a later one is recorded', async () => {
    const { runId, token } = await makeClaimedRun(api);
    await beat(token, { step: 7 });
    expect(await onRun('checkpointRun', runId)).toMatchObject({
      run: { status: 'RUNNING', pendingCommand: 'CHECKPOINT' },
      errors: [],
    });
    expect((await beat(token)).command).toBe('CHECKPOINT');
    // One that was on its way when it was asked for is too old.
    await recordCheckpoint(runId, token, 6);
    expect(await pending(runId)).toBe('CHECKPOINT');
    await beat(token, { step: 9 });
    await recordCheckpoint(runId, token, 8);
    expect(await pending(runId)).toBeNull();
    expect((await beat(token)).command).toBe('CONTINUE');
  });

  test('the same checkpoint sent again answers it too', async () => {
    const { runId, token } = await makeClaimedRun(api);
    await beat(token, { step: 5 });
    await recordCheckpoint(runId, token, 5);
    await onRun('checkpointRun', runId);
    await recordCheckpoint(runId, token, 5);
    expect(await pending(runId)).toBeNull();
  });

  test('a pause is the stronger word and writes one by itself; a cancel has no use for one', async () => {
    const { runId, token } = await makeClaimedRun(api);
    await onRun('checkpointRun', runId);
    expect(await onRun('pauseRun', runId)).toMatchObject({ run: { pendingCommand: 'PAUSE' } });
    expect(await onRun('checkpointRun', runId)).toMatchObject({
      run: { pendingCommand: 'PAUSE' },
      errors: [],
    });
    await recordCheckpoint(runId, token, 1);
    expect(await pending(runId)).toBe('PAUSE');
    await onRun('cancelRun', runId);
    expect(await onRun('checkpointRun', runId)).toMatchObject({ errors: [{ code: 'INVALID_STATE' }] });
  });

  test('nobody works on a run that waits: there is nothing to save', async () => {
    const { id } = await makeRun(api, (await makeProject(api)).id);
    expect(await onRun('checkpointRun', id)).toMatchObject({
      run: null,
      errors: [{ code: 'INVALID_STATE', message: 'The run is QUEUED and cannot be asked for a checkpoint.' }],
    });
  });

  test('a worker that goes away takes the request with it', async () => {
    const { runId, token } = await makeClaimedRun(api);
    await onRun('checkpointRun', runId);
    expect(await end('releaseRun', runId, token)).toMatchObject({ run: { status: 'QUEUED' } });
    expect(await pending(runId)).toBeNull();
  });
});
