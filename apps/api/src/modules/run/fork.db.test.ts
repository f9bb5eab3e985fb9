import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sweepArtifacts } from '../../artifacts/sweepArtifacts.ts';
import {
  ask,
  claim,
  makeClaimedRun,
  makeProject,
  makeRun,
  mutate,
  register,
  testConfig,
} from '../../testing/fixtures.ts';
import { startTestApi, type TestApi } from '../../testing/index.ts';

let api: TestApi;
beforeAll(async () => void (api = await startTestApi()));
afterAll(() => api.close());

const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const artifact = (sha256: string, key = api.workerKey) =>
  fetch(`${api.url}/artifacts/${sha256}`, { headers: { authorization: `Bearer ${key}` } });

/** A checkpoint of the run, its bytes all its own. */
async function checkpoint(runId: string, leaseToken: string, step: number) {
  const bytes = Buffer.from(`weights of ${runId} after ${step}`);
  const sha256 = sha256Of(bytes);
  const { status } = await fetch(`${api.url}/artifacts/${sha256}`, {
    method: 'PUT',
    body: bytes,
    headers: { authorization: `Bearer ${api.workerKey}` },
  });
  expect(status).toBe(201);
  const { checkpoint: made, errors } = await mutate<{ checkpoint: { id: string } }>(
    api,
    'recordCheckpoint',
    'RecordCheckpointInput',
    'checkpoint { id }',
    { runId, leaseToken, step, sha256, bytes: bytes.length },
  );
  expect(errors).toEqual([]);
  return { id: made.id, sha256, bytes };
}

const FIELDS =
  'run { id number status name totalSteps config configYaml project { id } forkedFrom { step sha256 run { id number } } }';
const fork = (input: object, key?: string) =>
  mutate<{ run: Record<string, unknown> | null }>(api, 'forkRun', 'ForkRunInput', FIELDS, input, key);
const release = (runId: string, leaseToken: string) =>
  mutate(api, 'releaseRun', 'ReleaseRunInput', 'run { status }', { runId, leaseToken });

async function leaseOf(runId: string, workerId: string) {
  const { lease } = await mutate<{
    lease: {
      token: string;
      checkpoint: { step: number } | null;
      fork: { runId: string; step: number; sha256: string; bytes: number } | null;
    } | null;
  }>(
    api,
    'claimRun',
    'ClaimRunInput',
    'lease { token checkpoint { step } fork { runId step sha256 bytes } }',
    { workerId, runId },
  );
  if (lease === null) throw new Error('the run could not be claimed');
  return lease;
}

describe('forking', () => {
  test('a fork has its parent’s configuration or its own, begins from the file, and both runs show it', async () => {
    const { runId, token, projectId } = await makeClaimedRun(api);
    const from = await checkpoint(runId, token, 300);
    const same = await fork({ runId, step: 300, name: 'same' });
    expect(same).toMatchObject({
      errors: [],
      run: {
        name: 'same',
        status: 'QUEUED',
        project: { id: projectId },
        forkedFrom: { step: 300, sha256: from.sha256, run: { id: runId } },
      },
    });
    const other = await fork({
      runId,
      checkpointId: from.id,
      config: { ...testConfig, name: 'other', policyGradient: { preset: 'grpo', steps: 7 } },
    });
    expect(other).toMatchObject({ errors: [], run: { name: 'other', totalSteps: 7 } });

    const { run } = await ask<{ run: { forkedFrom: null; forks: { totalCount: number; nodes: object[] } } }>(
      api,
      'query($id: ID!) { run(id: $id) { forkedFrom { step } forks(first: 5) { totalCount nodes { name } } } }',
      { id: runId },
    );
    expect(run).toEqual({
      forkedFrom: null,
      forks: { totalCount: 2, nodes: [{ name: 'other' }, { name: 'same' }] },
    });
    const { runs } = await ask<{ runs: { totalCount: number } }>(
      api,
      'query($ids: [ID!]) { runs(filter: { forkedFromIds: $ids }) { totalCount } }',
      { ids: [runId] },
    );
    expect(runs.totalCount).toBe(2);

    const forkId = String(same.run?.['id']);
    const workerId = await register(api, 'wrk_forks');
    const lease = await leaseOf(forkId, workerId);
    expect(lease).toMatchObject({
      checkpoint: null,
      fork: { runId, step: 300, sha256: from.sha256, bytes: from.bytes.length },
    });
    const download = await artifact(from.sha256);
    expect(Buffer.from(await download.arrayBuffer())).toEqual(from.bytes);
    // With a checkpoint of its own it goes on from there.
    await checkpoint(forkId, lease.token, 2);
    await release(forkId, lease.token);
    expect(await leaseOf(forkId, workerId)).toMatchObject({ checkpoint: { step: 2 }, fork: null });
  });

  test('the warm-up that the weights have behind them is left out; before its end it is not', async () => {
    const config = { ...testConfig, warmup: { steps: 100 }, policyGradient: { steps: 50 } };
    const project = await makeProject(api);
    const { id: runId } = await makeRun(api, project.id, { config });
    const lease = await claim(api, await register(api, 'wrk_warm'), { runId });
    await checkpoint(runId, lease?.token ?? '', 40);
    await checkpoint(runId, lease?.token ?? '', 120);
    expect(await fork({ runId, step: 40 })).toMatchObject({ run: { totalSteps: 150 } });
    const past = await fork({ runId, step: 120 });
    expect(past).toMatchObject({ run: { totalSteps: 50 } });
    expect(past.run?.['config']).not.toHaveProperty('warmup');
    expect(past.run?.['configYaml']).not.toMatch(/^warmup:/m);
  });

  test('a fork that nobody named is told from its parent by name', async () => {
    const { runId, token } = await makeClaimedRun(api);
    await checkpoint(runId, token, 300);
    const { run: parent } = await ask<{ run: { name: string; config: { name: string } } }>(
      api,
      'query($id: ID!) { run(id: $id) { name config } }',
      { id: runId },
    );
    const named = async (input: object) => {
      const { run } = await fork({ runId, step: 300, ...input });
      // Its configuration, which a clone or a fork of it begins with, says the same.
      expect(run?.['config']).toMatchObject({ name: run?.['name'] });
      return run?.['name'];
    };
    const own = `${parent.name} · fork at 300`;
    expect(await named({})).toBe(own);
    // The parent's configuration, fetched and changed, still carries the parent's name.
    expect(await named({ config: { ...parent.config, seed: 9 } })).toBe(own);
    expect(await named({ config: { ...parent.config, name: 'mine' } })).toBe('mine');
    expect(await named({ config: { ...parent.config, name: 'mine' }, name: 'given' })).toBe('given');
    // A parent that was renamed since: its name of now.
    await ask(api, 'mutation($id: ID!) { renameRun(id: $id, name: "renamed") { errors { code } } }', {
      id: runId,
    });
    expect(await named({ config: { ...parent.config, seed: 9 } })).toBe('renamed · fork at 300');
  });

  test('the lineage of a run leads back to the first, nearest checkpoint first', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const first = await checkpoint(runId, token, 300);
    const childId = String((await fork({ runId, step: 300 })).run?.['id']);
    const lease = await leaseOf(childId, await register(api, 'wrk_lineage'));
    const second = await checkpoint(childId, lease.token, 20);
    const grandchildId = String((await fork({ runId: childId, step: 20 })).run?.['id']);
    const { runs } = await ask<{ runs: { nodes: { id: string; lineage: object[] }[] } }>(
      api,
      'query($ids: [ID!]) { runs(first: 5, filter: { ids: $ids }) { nodes { id lineage { step sha256 run { id } } } } }',
      { ids: [runId, childId, grandchildId] },
    );
    const origin = { step: 300, sha256: first.sha256, run: { id: runId } };
    expect(Object.fromEntries(runs.nodes.map(({ id, lineage }) => [id, lineage]))).toEqual({
      [runId]: [],
      [childId]: [origin],
      [grandchildId]: [{ step: 20, sha256: second.sha256, run: { id: childId } }, origin],
    });
  });

  test('a model of another shape is refused at its field', async () => {
    const { runId, token } = await makeClaimedRun(api);
    await checkpoint(runId, token, 10);
    const config = { ...testConfig, model: { kind: 'scratch', width: 64 } };
    expect(await fork({ runId, step: 10, config })).toMatchObject({
      run: null,
      errors: [
        {
          code: 'INVALID_INPUT',
          path: ['config', 'model', 'width'],
          message: expect.stringContaining('is 64, and the checkpoint was trained with 128'),
        },
      ],
    });
  });

  test('the checkpoint must be there, of that run, and named once', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const other = await makeClaimedRun(api);
    const made = await checkpoint(runId, token, 10);
    const path = (field: string) => ['input', field];
    expect((await fork({ runId, step: 11 })).errors).toMatchObject([
      { code: 'NOT_FOUND', path: path('step') },
    ]);
    expect((await fork({ runId: other.runId, checkpointId: made.id })).errors).toMatchObject([
      { code: 'NOT_FOUND', path: path('checkpointId') },
    ]);
    for (const named of [{}, { step: 10, checkpointId: made.id }])
      expect((await fork({ runId, ...named })).errors).toMatchObject([{ code: 'INVALID_INPUT' }]);
    await api.db.prisma.checkpoint.update({ where: { id: made.id }, data: { deletedAt: new Date() } });
    expect((await fork({ runId, step: 10 })).errors).toMatchObject([
      {
        code: 'NOT_FOUND',
        message: expect.stringContaining('removed by the run’s retention'.replace('’', "'")),
      },
    ]);
  });

  test('the same key gives the same fork; for another checkpoint it is a conflict', async () => {
    const { runId, token } = await makeClaimedRun(api);
    await checkpoint(runId, token, 10);
    await checkpoint(runId, token, 20);
    const [one, two] = await Promise.all(
      [10, 10].map((step) => fork({ runId, step, idempotencyKey: 'fork once' })),
    );
    expect(one?.run?.['id']).toBe(two?.run?.['id']);
    expect(one?.run?.['id']).toBeDefined();
    expect((await fork({ runId, step: 20, idempotencyKey: 'fork once' })).errors).toMatchObject([
      { code: 'CONFLICT', message: expect.stringContaining('another origin') },
    ]);
  });

  test('a run of another workspace is not there', async () => {
    const { runId, token } = await makeClaimedRun(api);
    await checkpoint(runId, token, 10);
    const workspace = await api.db.prisma.workspace.create({ data: { id: 'wsp_else', name: 'Elsewhere' } });
    await api.db.prisma.run.update({ where: { id: runId }, data: { workspaceId: workspace.id } });
    expect((await fork({ runId, step: 10 })).errors).toMatchObject([
      { code: 'NOT_FOUND', path: ['input', 'runId'] },
    ]);
  });
});

describe('the file of a fork', () => {
  test('stays until the fork has a checkpoint of its own, whatever the parent lets go', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const from = await checkpoint(runId, token, 1);
    const { run } = await fork({ runId, step: 1 });
    const forkId = String(run?.['id']);
    // keepLast is 3 when absent: the one forked from is let go.
    for (const step of [2, 3, 4]) await checkpoint(runId, token, step);
    expect(await api.db.prisma.checkpoint.count({ where: { runId, deletedAt: null } })).toBe(3);
    await sweepArtifacts(api.db, api.artifactsDir, 0);
    expect((await artifact(from.sha256)).status).toBe(200);
    const lease = await leaseOf(forkId, await register(api, 'wrk_keeps'));
    await sweepArtifacts(api.db, api.artifactsDir, 0);
    expect((await artifact(from.sha256)).status).toBe(200);
    await checkpoint(forkId, lease.token, 1);
    await sweepArtifacts(api.db, api.artifactsDir, 0);
    expect((await artifact(from.sha256)).status).toBe(404);
  });

  test('goes once the fork is cancelled', async () => {
    const { runId, token } = await makeClaimedRun(api);
    const from = await checkpoint(runId, token, 1);
    const { run } = await fork({ runId, step: 1 });
    for (const step of [2, 3, 4]) await checkpoint(runId, token, step);
    await ask(api, 'mutation($id: ID!) { cancelRun(id: $id) { errors { code } } }', { id: run?.['id'] });
    await sweepArtifacts(api.db, api.artifactsDir, 0);
    expect((await artifact(from.sha256)).status).toBe(404);
  });

  test('of a KL reference stays for as long as the run may go on', async () => {
    const { runId, token, projectId } = await makeClaimedRun(api);
    const from = await checkpoint(runId, token, 1);
    const kl = { beta: 0.1, reference: 'checkpoint', checkpoint: from.sha256 };
    const config = { ...testConfig, policyGradient: { steps: 5, kl } };
    const { id } = await makeRun(api, projectId, { config });
    for (const step of [2, 3, 4]) await checkpoint(runId, token, step);
    await sweepArtifacts(api.db, api.artifactsDir, 0);
    expect((await artifact(from.sha256)).status).toBe(200);
    await ask(api, 'mutation($id: ID!) { cancelRun(id: $id) { errors { code } } }', { id });
    await sweepArtifacts(api.db, api.artifactsDir, 0);
    expect((await artifact(from.sha256)).status).toBe(404);
  });
});
