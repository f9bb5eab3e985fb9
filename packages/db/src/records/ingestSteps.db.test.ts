import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../openDatabase.ts';
import { readSeries } from '../metrics/readSeries.ts';
import { createTestDatabase, seedClaimedRun, seedWorkspace, type Seed } from '../testing/index.ts';
import { completionSteps, evaluationSets } from './completionSteps.ts';
import { ingestSteps } from './ingestSteps.ts';
import type { CompletionEntry, StepRecordEntry } from './stepRecord.ts';

let db: Database;
let seed: Seed;
let run: { runId: string; leaseToken: string };

beforeAll(async () => {
  db = await createTestDatabase();
  seed = await seedWorkspace(db);
});
afterAll(() => db.close());
beforeEach(async () => {
  run = await seedClaimedRun(db, seed);
});

const time = new Date('2026-01-02T03:04:05.678Z');

function record(sequence: number, step: number, more: Partial<StepRecordEntry> = {}): StepRecordEntry {
  return { sequence, step, stage: 'POLICY_GRADIENT', time, metrics: [], completions: [], logs: [], ...more };
}

function completion(index: number, more: Partial<CompletionEntry> = {}): CompletionEntry {
  return {
    index,
    evaluationSet: null,
    group: 0,
    promptText: '3 1 2 =',
    answer: '1 2 3',
    text: '1 2 3',
    tokenCount: 2,
    truncated: false,
    reward: 1,
    rewards: [
      { name: 'exact', value: 1, used: 0.5, weight: 0.8, version: '1', error: null },
      { name: 'format', value: null, used: null, weight: 0.2, version: '1', error: 'no number' },
    ],
    advantage: 0.5,
    signal: 0.4,
    kl: 0.1,
    logp: -1.5,
    refLogp: -1.6,
    updatedLogp: null,
    tokens: null,
    ...more,
  };
}

const ingest = (records: StepRecordEntry[]) => ingestSteps(db.pool, { ...run, writer: 'spool', records });

test('a record is applied once however often and in whatever order it is sent', async () => {
  const records = [1, 2, 3].map((n) =>
    record(n, n, {
      metrics: [{ name: 'reward/mean', steps: [n], values: [n / 10] }],
      completions: [completion(0), completion(1)],
      logs: [{ time, level: 'INFO', message: `step ${n}`, step: n }],
    }),
  );
  const [first, second, third] = records;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three records');
  expect(await ingest([third])).toEqual({ outcome: 'applied', acknowledged: [3], duplicates: 0 });
  expect(await ingest([second, third])).toEqual({ outcome: 'applied', acknowledged: [2, 3], duplicates: 1 });
  expect(await ingest([first, first])).toEqual({ outcome: 'applied', acknowledged: [1], duplicates: 1 });
  expect(await ingest(records)).toEqual({ outcome: 'applied', acknowledged: [1, 2, 3], duplicates: 3 });

  const where = { runId: run.runId };
  expect(await db.prisma.stepRecord.count({ where })).toBe(3);
  expect(await db.prisma.completion.count({ where })).toBe(6);
  expect(await db.prisma.reward.count({ where })).toBe(12);
  expect(await db.prisma.runLog.count({ where })).toBe(3);
  const [series] = await readSeries(db.pool, [{ runId: run.runId, metric: 'reward/mean' }], {
    maxPoints: 100,
  });
  expect(series).toMatchObject({ steps: [1, 2, 3], last: [0.1, 0.2, 0.3], bucketed: false, pointCount: 3 });
  const stored = await db.prisma.run.findUniqueOrThrow({ where: { id: run.runId } });
  expect(stored).toMatchObject({ step: 3, stage: 'POLICY_GRADIENT' });
});

test('the same sequence of another writer is another record', async () => {
  await ingest([record(1, 1)]);
  const other = await ingestSteps(db.pool, { ...run, writer: 'other spool', records: [record(1, 1)] });
  expect(other).toMatchObject({ duplicates: 0 });
});

test('completions keep all columns, and a repeated step replaces them with their rewards but keeps absent tokens', async () => {
  const tokens = {
    tokenIds: new Uint8Array(Int32Array.of(7, 8).buffer),
    pieces: ['a', '\u0000', '\ud800'],
    logp: new Uint8Array(Float32Array.of(-0.5, -1).buffer),
    refLogp: null,
    updatedLogp: new Uint8Array(Float32Array.of(-0.25, -2).buffer),
  };
  await ingest([
    record(1, 5, {
      completions: [completion(0, { tokens }), completion(1, { text: 'nul \u0000 here', tokens })],
    }),
  ]);
  const where = { runId: run.runId, step: 5 };
  const before = await db.prisma.completion.findMany({ where, orderBy: { index: 'asc' } });
  expect(before[0]).toMatchObject({
    promptText: '3 1 2 =',
    advantage: 0.5,
    signal: 0.4,
    kl: 0.1,
    updatedLogp: null,
  });
  expect(before[1]?.text).toBe('nul \ufffd here');
  const stored = await db.prisma.completionTokens.findMany({ where, orderBy: { index: 'asc' } });
  expect(stored).toHaveLength(2);
  for (const row of stored) {
    expect(row.pieces).toEqual(['a', '\ufffd', '\ufffd']);
    expect(new Uint8Array(row.tokenIds)).toEqual(tokens.tokenIds);
    expect(new Uint8Array(row.logp)).toEqual(tokens.logp);
    expect(row.refLogp).toBeNull();
    expect(new Uint8Array(row.updatedLogp ?? [])).toEqual(tokens.updatedLogp);
  }

  const rewards = [{ name: 'length', value: -0.5, used: null, weight: 1, version: '2', error: null }];
  await ingest([record(2, 5, { completions: [completion(0, { reward: -0.5, rewards })] })]);
  expect(await db.prisma.completion.count({ where })).toBe(2);
  const after = await db.prisma.reward.findMany({ where, orderBy: [{ index: 'asc' }, { position: 'asc' }] });
  expect(after.map((row) => [row.index, row.component, row.value, row.error])).toEqual([
    [0, 'length', -0.5, null],
    [1, 'exact', 1, null],
    [1, 'format', null, 'no number'],
  ]);
  expect(await db.prisma.completionTokens.count({ where })).toBe(2);
});

test('parts of one step, and one completion twice in a request', async () => {
  await ingest([
    record(1, 9, { completions: [completion(0, { text: 'first' }), completion(1)] }),
    record(2, 9, { completions: [completion(2), completion(0, { text: 'second' })] }),
  ]);
  const rows = await db.prisma.completion.findMany({
    where: { runId: run.runId },
    orderBy: { index: 'asc' },
  });
  expect(rows.map((row) => [row.index, row.text])).toEqual([
    [0, 'second'],
    [1, '1 2 3'],
    [2, '1 2 3'],
  ]);
});

test('the steps with completions are found from the end', async () => {
  await ingest(
    [2, 4, 6, 8].map((step) => record(step, step, { completions: [completion(0), completion(1)] })),
  );
  const steps = async (last: number, runId = run.runId) =>
    (await completionSteps(db.pool, [runId], { last })).get(runId);
  expect(await steps(3)).toEqual([4, 6, 8]);
  expect(await steps(10)).toEqual([2, 4, 6, 8]);
  expect(await steps(0)).toBeUndefined();
  expect(await steps(3, 'run_none')).toBeUndefined();
});

test('completions of evaluation sets are kept apart from those trained on', async () => {
  const evaluated = (index: number, evaluationSet: string) => completion(index, { evaluationSet });
  await ingest([
    record(1, 2, { completions: [completion(0), completion(1)] }),
    record(2, 4, { completions: [completion(0), evaluated(1, 'held_out'), evaluated(2, 'hard')] }),
    record(3, 5, { completions: [evaluated(0, 'held_out')] }),
    record(4, 6, { completions: [completion(0)] }),
  ]);
  const steps = async (last: number, evaluationSet: string | null = null) =>
    (await completionSteps(db.pool, [run.runId], { last, evaluationSet })).get(run.runId) ?? [];
  // Step 5 only evaluated: it is not one of the last two of training.
  expect(await steps(2)).toEqual([4, 6]);
  expect(await steps(9)).toEqual([2, 4, 6]);
  expect(await steps(9, 'held_out')).toEqual([4, 5]);
  expect(await steps(1, 'held_out')).toEqual([5]);
  expect(await steps(9, 'hard')).toEqual([4]);
  expect(await evaluationSets(db.pool, [run.runId, 'run_none'])).toEqual(
    new Map([[run.runId, ['hard', 'held_out']]]),
  );
});

test('with another token nothing is written', async () => {
  const refused = await ingestSteps(db.pool, {
    ...run,
    leaseToken: 'lea_other',
    writer: 'w',
    records: [record(1, 1)],
  });
  expect(refused).toEqual({ outcome: 'leaseLost' });
  expect(await db.prisma.stepRecord.count({ where: { runId: run.runId } })).toBe(0);
});

test('a record that cannot be stored leaves nothing of its request behind', async () => {
  const bad = record(2, 2, { metrics: [{ name: 'loss', steps: [1, 2], values: [1] }] });
  await expect(ingest([record(1, 1, { completions: [completion(0)] }), bad])).rejects.toThrow(
    '2 steps but 1 values',
  );
  expect(await db.prisma.stepRecord.count({ where: { runId: run.runId } })).toBe(0);
  expect(await db.prisma.completion.count({ where: { runId: run.runId } })).toBe(0);
});

test('eight requests at once for one run, half of them the same, all count once', async () => {
  const requests = [0, 1, 2, 3, 0, 1, 2, 3].map((n) =>
    ingest([record(n, n + 1, { metrics: [{ name: 'loss', steps: [n + 1], values: [n] }] })]),
  );
  const results = await Promise.all(requests);
  const duplicates = results.map((result) => (result.outcome === 'applied' ? result.duplicates : -1));
  expect(duplicates.reduce((sum, n) => sum + n, 0)).toBe(4);
  const [series] = await readSeries(db.pool, [{ runId: run.runId, metric: 'loss' }], { maxPoints: 100 });
  expect(series).toMatchObject({ steps: [1, 2, 3, 4], last: [0, 1, 2, 3] });
});
