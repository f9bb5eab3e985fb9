import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, completionInput, makeClaimedRun, record, stepRecord } from '../../testing/fixtures.ts';
import { startTestApi, subscribe, type TestApi } from '../../testing/index.ts';

let api: TestApi;
let runId: string;
let token: string;
beforeAll(async () => {
  api = await startTestApi();
  ({ runId, token } = await makeClaimedRun(api));
  const evaluated = (index: number, evaluationSet: string, more: object = {}) =>
    completionInput(index, { evaluationSet, advantage: null, signal: null, ...more });
  const records = [
    stepRecord(1, 2),
    // Evaluated after step 2: two sets behind the step's own completions.
    stepRecord(2, 2, {
      completions: [
        completionInput(0),
        completionInput(1),
        evaluated(2, 'held_out'),
        evaluated(3, 'held_out', { text: 'special' }),
        evaluated(4, 'hard'),
      ],
    }),
    // Completions of training are not recorded for every step, those of evaluation are.
    stepRecord(3, 0, { completions: [evaluated(0, 'held_out')] }),
    // Two prompts of three completions, then another set whose groups count from 0 again.
    stepRecord(4, 1, {
      completions: [
        completionInput(0, { group: 0 }),
        ...[1, 2, 3].map((index) => evaluated(index, 'sampled', { group: 0 })),
        ...[4, 5, 6].map((index) => evaluated(index, 'sampled', { group: 1 })),
        evaluated(7, 'alone', { group: 0 }),
        evaluated(8, 'alone', { group: 1 }),
      ],
    }),
  ];
  const { errors } = await record(api, runId, token, records);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
});
afterAll(() => api.close());

const places = async (filter: object | null) => {
  const { run } = await ask<{
    run: { completions: { totalCount: number; nodes: { step: number; index: number }[] } };
  }>(
    api,
    'query($id: ID!, $filter: CompletionFilter) { run(id: $id) { completions(first: 50, filter: $filter) { totalCount nodes { step index } } } }',
    { id: runId, filter },
  );
  expect(run.completions.totalCount).toBe(run.completions.nodes.length);
  return run.completions.nodes.map(({ step, index }) => `${step}:${index}`);
};

test('lists mean what was trained on, unless a set is named', async () => {
  expect(await places(null)).toEqual(['1:0', '1:1', '2:0', '2:1', '4:0']);
  expect(await places({ step: { gte: 2 } })).toEqual(['2:0', '2:1', '4:0']);
  expect(await places({ evaluationSet: 'held_out' })).toEqual(['2:2', '2:3', '3:0']);
  expect(await places({ evaluationSet: 'hard' })).toEqual(['2:4']);
  expect(await places({ evaluationSet: 'none_such' })).toEqual([]);
  // Said anywhere in the filter, it is the filter's to say.
  expect(
    await places({ or: [{ evaluationSet: null }, { evaluationSet: 'hard' }], step: { gte: 2 } }),
  ).toEqual(['2:0', '2:1', '2:4', '4:0']);
  expect(await places({ not: { evaluationSet: null }, text: 'special' })).toEqual(['2:3']);
});

test('a completion says its set, and is found by its id whichever it is', async () => {
  const { run } = await ask<{ run: { completions: { nodes: { id: string; evaluationSet: string }[] } } }>(
    api,
    'query($id: ID!) { run(id: $id) { completions(first: 1, filter: { evaluationSet: "hard" }) { nodes { id evaluationSet } } } }',
    { id: runId },
  );
  const [found] = run.completions.nodes;
  expect(found?.evaluationSet).toBe('hard');
  expect(await places({ ids: [found?.id] })).toEqual(['2:4']);
  const data = await ask<{ completion: { evaluationSet: string } }>(
    api,
    'query($id: ID!) { completion(id: $id) { evaluationSet } }',
    { id: found?.id },
  );
  expect(data.completion.evaluationSet).toBe('hard');
});

test('of a prompt’s completions the first is the greedy one, whatever the list leaves out', async () => {
  const greedy = async (filter: object) => {
    const { run } = await ask<{
      run: { completions: { nodes: { index: number; greedy: boolean | null }[] } };
    }>(
      api,
      'query($id: ID!, $filter: CompletionFilter) { run(id: $id) { completions(first: 50, filter: $filter) { nodes { index greedy } } } }',
      { id: runId, filter },
    );
    return run.completions.nodes.map((one) => `${one.index} ${one.greedy}`);
  };
  const step = { gte: 4, lte: 4 };
  expect(await greedy({ step })).toEqual(['0 null']);
  expect(await greedy({ step, evaluationSet: 'sampled' })).toEqual([
    '1 true',
    '2 false',
    '3 false',
    '4 true',
    '5 false',
    '6 false',
  ]);
  expect(await greedy({ step, evaluationSet: 'sampled', group: 1 })).toEqual([
    '4 true',
    '5 false',
    '6 false',
  ]);
  expect(await greedy({ step, evaluationSet: 'alone' })).toEqual(['7 true', '8 true']);
});

test('steps are those of training or of a set, and the sets are named', async () => {
  const { run } = await ask<{ run: object }>(
    api,
    `query($id: ID!) { run(id: $id) { evaluationSets trained: completionSteps
       heldOut: completionSteps(evaluationSet: "held_out") last: completionSteps(evaluationSet: "held_out", last: 1)
       hard: completionSteps(evaluationSet: "hard") } }`,
    { id: runId },
  );
  expect(run).toEqual({
    evaluationSets: ['alone', 'hard', 'held_out', 'sampled'],
    trained: [1, 2, 4],
    heldOut: [2, 3],
    last: [3],
    hard: [2],
  });
});

test('the review queue holds what was trained on, or a set', async () => {
  const { plain, heldOut } = await ask<Record<'plain' | 'heldOut', { total: number }>>(
    api,
    `query($id: ID!) { plain: reviewProgress(runId: $id) { total }
       heldOut: reviewProgress(runId: $id, filter: { evaluationSet: "held_out" }) { total } }`,
    { id: runId },
  );
  expect([plain.total, heldOut.total]).toEqual([5, 3]);
  const { nextToReview } = await ask<{ nextToReview: { evaluationSet: string } }>(
    api,
    'query($id: ID!) { nextToReview(runId: $id, filter: { evaluationSet: "hard" }) { evaluationSet } }',
    { id: runId },
  );
  expect(nextToReview.evaluationSet).toBe('hard');
});

test('subscribers hear of steps of training, or of evaluation', async () => {
  type Message = { completionsAdded: { step: number; completions: { evaluationSet: string | null }[] } };
  const listen = (more: string) =>
    subscribe<Message>(
      api.wsUrl,
      `subscription { completionsAdded(runId: "${runId}"${more}) { step completions { evaluationSet } } }`,
      { key: api.workerKey },
    );
  const trained = await listen('');
  const evaluated = await listen(', evaluationSet: "held_out"');
  const next = [trained.next(), evaluated.next()] as const;
  // When a subscription listens cannot be seen from outside: both kinds are sent until both have come.
  let come = false;
  const both = Promise.all(next).finally(() => (come = true));
  for (let step = 10; !come; step += 2) {
    await record(api, runId, token, [
      stepRecord(step, 1),
      stepRecord(step + 1, 0, { completions: [completionInput(0, { evaluationSet: 'held_out' })] }),
    ]);
    await Promise.race([both, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  const [one, two] = await both;
  expect(one.completionsAdded.step % 2).toBe(0);
  expect(one.completionsAdded.completions).toEqual([{ evaluationSet: null }]);
  expect(two.completionsAdded.step % 2).toBe(1);
  expect(two.completionsAdded.completions).toEqual([{ evaluationSet: 'held_out' }]);
  await trained.close();
  await evaluated.close();
});

test('the name of a set is one that metrics can carry', async () => {
  const wrong = stepRecord(500, 0, { completions: [completionInput(0, { evaluationSet: 'a b' })] });
  expect((await record(api, runId, token, [wrong])).errors).toMatchObject([
    { code: 'INVALID_INPUT', path: ['input', 'records', '0', 'completions', '0', 'evaluationSet'] },
  ]);
});
