/** @file What hangs below a list costs the same number of statements for one row and for fifty. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, claim, makeProject, makeRun, record, register, stepRecord } from './testing/fixtures.ts';
import { countQueries } from './testing/countQueries.ts';
import { startTestApi, type TestApi } from './testing/index.ts';

let api: TestApi;
let projectId: string;
let runId: string;
beforeAll(async () => {
  api = await startTestApi();
  projectId = (await makeProject(api)).id;
  const other = await makeProject(api, 'Other');
  await makeRun(api, other.id);
  for (let i = 0; i < 50; i++) {
    const run = await makeRun(api, projectId, { tags: [`tag${i % 5}`, 'all'] });
    const lease = await claim(api, await register(api, `wrk_count_${i % 7}`), { runId: run.id });
    await record(api, run.id, lease?.token ?? '', [stepRecord(1, i === 0 ? 50 : 1), stepRecord(2)]);
    if (i === 0) runId = run.id;
  }
  // Each is a fork of the one before it, so that each has a parent and a fork of its own.
  await api.db.pool.query(
    `UPDATE run SET forked_from_run_id = before.id, forked_from_step = 1, forked_from_sha256 = repeat('a', 64)
       FROM run before WHERE before.project_id = run.project_id AND before.number = run.number - 1`,
  );
  const { nodes } = (
    await ask<{ run: { completions: { nodes: { id: string }[] } } }>(
      api,
      'query($id: ID!) { run(id: $id) { completions(first: 50) { nodes { id } } } }',
      { id: runId },
    )
  ).run.completions;
  for (const { id } of nodes) {
    await ask(
      api,
      'mutation($id: ID!) { giveVerdict(input: { completionId: $id, value: GOOD }) { errors { code } } addComment(input: { subjectId: $id, body: "why" }) { errors { code } } }',
      { id },
    );
  }
});
afterAll(() => api.close());

/** Runs the query for one row and for fifty, and compares what both cost. */
async function cost(
  query: string,
  variables: Record<string, unknown>,
): Promise<{ one: number; fifty: number; data: Record<string, unknown> }> {
  // Once before: what a first use prepares (when keys were last used, for instance) is not counted.
  await ask(api, query, { ...variables, first: 50 });
  const one = await countQueries(api.db, () => ask(api, query, { ...variables, first: 1 }));
  const fifty = await countQueries(api.db, () =>
    ask<Record<string, unknown>>(api, query, { ...variables, first: 50 }),
  );
  return { one: one.statements.length, fifty: fifty.statements.length, data: fifty.result };
}

test('runs with owner, tags, worker, summaries, sparkline, series, checkpoints, comments, logs', async () => {
  const { one, fifty, data } = await cost(
    `query($first: Int) { runs(first: $first, filter: { tags: ["all"] }) { totalCount nodes { id name project { name } owner { name } tags worker { name online runCount currentRun { id } }
      leaseLive metricNames metricSummaries(names: ["reward/mean"]) { name last } sparkline(metric: "reward/mean") series(names: ["reward/mean"]) { steps }
      completionSteps(last: 3) checkpoints(first: 3) { totalCount nodes { step } } comments(first: 3) { totalCount nodes { body } } logs(last: 3) { nodes { message } }
      verdictCount clonedFrom { id } forkedFrom { step run { name } } forks(first: 3) { totalCount nodes { name } } evaluationSets heldOut: completionSteps(last: 2, evaluationSet: "held_out") completions(first: 2) { totalCount nodes { id rewards { name } } } } } }`,
    {},
  );
  expect(data['runs']).toMatchObject({ totalCount: 50 });
  expect(fifty).toBe(one);
  // Authentication and one statement per kind of thing asked, two for metrics (heads, then chunks), two for worker figures,
  // two for each list with its count.
  expect(fifty).toBeLessThanOrEqual(31);
});

test('completions with rewards, verdicts and their authors, comments and their number, tokens', async () => {
  const { one, fifty, data } = await cost(
    `query($id: ID!, $first: Int) { run(id: $id) { completions(first: $first) { totalCount nodes { id text run { name } rewards { name value } tokens { pieces }
      myVerdict { value } verdicts { value author { name } } verdictsHidden verdictCount commentCount comments(first: 2) { totalCount nodes { body author { name } } } } } } }`,
    { id: runId },
  );
  expect(data).toMatchObject({ run: { completions: { totalCount: 50 } } });
  expect(JSON.stringify(data)).toContain('"why"');
  expect(fifty).toBe(one);
  // Authentication, run, page, count, runs, rewards, tokens, verdicts, comment counts, comments and their count, authors.
  expect(fifty).toBeLessThanOrEqual(13);
});

test('projects with their figures, runs and prompt sets', async () => {
  const { one, fifty } = await cost(
    `query($first: Int) { projects(first: $first) { totalCount nodes { name createdBy { name } runCount activeRunCount promptSetCount lastActivityAt tags
      runs(first: 5) { totalCount nodes { name tags } } promptSets(first: 5) { nodes { name latestVersion { version } } } } } }`,
    {},
  );
  expect(fifty).toBe(one);
  expect(fifty).toBeLessThanOrEqual(11);
});

test('a count that is not asked for is not counted', async () => {
  const { statements } = await countQueries(api.db, () => ask(api, '{ runs(first: 5) { nodes { id } } }'));
  expect(statements.filter((text) => text.includes('count('))).toEqual([]);
});
